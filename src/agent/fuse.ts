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
  /** The latest deadline that it ever had: a fence that was not told of an earlier one since may stand until then. */
  readonly latest: LatestDeadline;
  /** Peers' words may extend it: the last answer was a grant that lists it, and since then it has not blown and no word was withdrawn (PW5, PW6). */
  readonly covered: boolean;
};

export type LatestDeadline = {
  readonly deadline: number;
  /** Of the grant that it came of. */
  readonly ttlMs: number;
  /** The last answer then; 0: one of an earlier connection. */
  readonly answer: number;
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

/** As long as others promise: earlier again when they do not any more. @param lastAnswer of this connection, 0 without one */
export function withDeadline(fuse: Fuse, deadline: number, lastAnswer: number): Fuse {
  const { latest, ttlMs } = fuse;
  if (deadline <= latest.deadline) return { ...fuse, deadline };
  return { ...fuse, deadline, latest: { deadline, ttlMs, answer: lastAnswer } };
}

export function isLive(fuse: Fuse | undefined, now: number): fuse is Fuse {
  return fuse !== undefined && now < fuse.deadline;
}

/** What an earlier connection was answered is older than all that this one will be. */
export function ofEarlierConnection(fuse: Fuse): Fuse {
  return { ...fuse, latest: { ...fuse.latest, answer: 0 } };
}

/**
 * The answer that has granted for longer than the newest, and whose deadline may still stand in a fence of this node: the newest could not
 * be told to it, or was over when it was heard of. Null: there is none (LEASE rule 7).
 */
export function outlasting(fuses: readonly Fuse[], now: number): number | null {
  const answers = fuses
    .filter(({ latest, ttlMs }) => latest.ttlMs > ttlMs && now < latest.deadline)
    .map(({ latest }) => latest.answer);
  return answers.length === 0 ? null : Math.min(...answers);
}
