import { existsSync, readFileSync } from "node:fs";
import { monotonicMs, noticedLapseMs } from "../mta/clock.ts";

/** Clocks of one host, in milliseconds. `boot` counts while the host is suspended, `wall` also while its virtual machine is paused. */
export type Clocks = { readonly monotonic: () => number; readonly boot: () => number; readonly wall: () => number };

/** CLOCK_BOOTTIME in hundredths of a second (proc(5)). */
const uptime = "/proc/uptime";

export const hostClocks: Clocks = {
  monotonic: monotonicMs,
  boot: existsSync(uptime) ? () => Number(readFileSync(uptime, "latin1").split(" ")[0]) * 1_000 : monotonicMs,
  wall: Date.now,
};

/**
 * Tells how much time has passed since it was last asked of which the monotonic clock knows nothing (LEASE rule 18); 0 when that
 * is not more than a margin covers. A wall clock that is set forward looks the same, and is taken for the same.
 */
export function createLapseWatch({ monotonic, boot, wall }: Clocks): () => number {
  // How far each clock is ahead of the monotonic one, at most: that one is read before them here, and after them below, so that time
  // in which this process does not run between two reads is not taken for time that is lost.
  const ahead = (): readonly number[] => {
    const before = monotonic();
    return [boot() - before, wall() - before];
  };
  let known = ahead();

  return () => {
    const read = [boot(), wall()];
    const after = monotonic();
    const lost = Math.max(...read.map((time, index) => time - after - (known[index] ?? 0)));
    known = ahead();
    return lost > noticedLapseMs ? lost : 0;
  };
}
