/**
 * The monotonic clock of the host in milliseconds (CLOCK_MONOTONIC, counted from boot). All processes of a host read the
 * same one, so a deadline on it can be handed to a child process as it is. `performance.now()` has an origin of its own
 * in each process and cannot.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * Time of which the monotonic clock knows nothing (LEASE rule 18) is noticed from so many milliseconds on: less than the smallest margin of a
 * lease, which pays for what is lost below it, and more than the clocks' own resolution.
 */
export const noticedLapseMs = 40;
