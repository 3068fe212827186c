import { marginMs } from "../cluster/lease/lease.ts";
import type { HoldRef } from "../cluster/messages.ts";

/**
 * The agent's own deadline for one ownership, in monotonic milliseconds. It blows before the lease does: what is granted
 * counts from the moment **before** the renewal was sent, less a margin (LEASE rule 1).
 */
export type Fuse = HoldRef & {
  /** The renewal whose grant set it. */
  readonly renewal: number;
  /** What that grant has given. */
  readonly granted: number;
  /** The same, or later: as long as all peers have promised (PW2). */
  readonly deadline: number;
  readonly ttlMs: number;
  /** Peers' words may extend it: the last answer was a grant that lists it, and since then it has not blown and no word was withdrawn (PW5, PW6). */
  readonly covered: boolean;
};

export function fuseDeadline(sentAt: number, ttlMs: number): number {
  return sentAt + ttlMs - marginMs(ttlMs);
}

/** The fuse after a grant: that of the highest-numbered renewal, even if its deadline is the earlier one. */
export function renewFuse(before: Fuse | undefined, granted: Fuse): Fuse {
  return before !== undefined && before.renewal >= granted.renewal ? before : granted;
}

export function isLive(fuse: Fuse | undefined, now: number): fuse is Fuse {
  return fuse !== undefined && now < fuse.deadline;
}
