import type { Log } from "./log.ts";

/** A host that is too busy is so for a while: it is said once in so many milliseconds, with the longest. */
const saidEveryMs = 10_000;

/**
 * Says when this process comes to what is due so late that its leases are at stake: by more than a tenth of the ttl, where the
 * margin is a twentieth. A host on which that happens is too busy for its lease, or its lease too short for the host.
 */
export function createLatenessWatch(clock: () => number, log: Log): (ttlMs: number, lateMs: number) => void {
  let saidAt = Number.NEGATIVE_INFINITY;
  let longestMs = 0;
  return (ttlMs, lateMs) => {
    if (lateMs <= ttlMs / 10) return;
    longestMs = Math.max(longestMs, lateMs);
    if (clock() < saidAt + saidEveryMs) return;
    log(
      "warning",
      "loop-late",
      `the agent came ${Math.round(longestMs)} ms late to what was due, under a lease of ${ttlMs} ms`,
    );
    saidAt = clock();
    longestMs = 0;
  };
}
