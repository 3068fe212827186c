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
  /** The latest deadline that it ever had, and the ttl of its grant: a fence that was not told of an earlier one since may stand until then. */
  readonly latest: { readonly deadline: number; readonly ttlMs: number };
  /** Peers' words may extend it: the last answer was a grant that lists it, and since then it has not blown and no word was withdrawn (PW5, PW6). */
  readonly covered: boolean;
};

export function fuseDeadline(sentAt: number, ttlMs: number): number {
  return sentAt + ttlMs - marginMs(ttlMs);
}

/** The fuse after a grant: that of the highest-numbered renewal, even if its deadline is the earlier one. */
export function renewFuse(before: Fuse | undefined, granted: Fuse): Fuse {
  if (before === undefined) return granted;
  if (before.renewal >= granted.renewal) return before;
  return before.latest.deadline > granted.deadline ? { ...granted, latest: before.latest } : granted;
}

/** As long as others promise: earlier again when they do not any more. */
export function withDeadline(fuse: Fuse, deadline: number): Fuse {
  const { latest, ttlMs } = fuse;
  return { ...fuse, deadline, latest: deadline > latest.deadline ? { deadline, ttlMs } : latest };
}

export function isLive(fuse: Fuse | undefined, now: number): fuse is Fuse {
  return fuse !== undefined && now < fuse.deadline;
}

/**
 * The longest ttl of what may still stand in a fence of this node, 0 for nothing: a later grant with an earlier deadline may not have been
 * told to it, or was over when it was heard of (LEASE rule 7). And of what others may still promise: they do for the newest grant's ttl.
 */
export function longestTtlHeld(fuses: readonly Fuse[], now: number): number {
  const standing = fuses.filter(({ latest }) => now < latest.deadline);
  return Math.max(0, ...standing.flatMap(({ latest, ttlMs }) => [latest.ttlMs, ttlMs]));
}
