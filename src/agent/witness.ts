import { sameGeneration } from "../cluster/lease/generation.ts";
import { longestHoleMs } from "../cluster/lease/lease.ts";
import type { Claim, Silence } from "../cluster/messages.ts";

/** How long one value of a silence has stood, in a run of answers without a hole (LEASE rule 7). */
export type Count = {
  readonly silence: Silence;
  /** When the first answer with this value was received, monotonic milliseconds. */
  readonly since: number;
  /** The number of that answer. */
  readonly answer: number;
  /** The claim has been made: it is repeated with each renewal, but is no reason to hurry any more. */
  readonly claimed: boolean;
};
export type Counts = ReadonlyMap<string, Count>;

/** The counts after an answer. A value that changed, or a hole before this answer, starts a count again. */
export function countSilences(
  before: Counts,
  silences: readonly Silence[],
  answer: {
    readonly n: number;
    readonly receivedAt: number;
    readonly previousAt: number | null;
    readonly ttlMs: number;
  },
): Counts {
  const { n, receivedAt, previousAt, ttlMs } = answer;
  const hole = previousAt === null || receivedAt - previousAt > longestHoleMs(ttlMs);
  return new Map(
    silences.map((silence) => {
      const count = before.get(silence.subject);
      const goesOn = !hole && count !== undefined && sameValue(count.silence, silence);
      return [silence.subject, goesOn ? count : { silence, since: receivedAt, answer: n, claimed: false }];
    }),
  );
}

export function isComplete({ silence, since }: Count, now: number): boolean {
  return now - since >= silence.ttlMs;
}

/** Until when this run has promised to claim nothing, by subject (PW4). */
export type Bound = ReadonlyMap<string, { readonly until: number }>;

/** What the next renewal says about the counts that are complete, and bound by no promise. */
export function claimsOf(counts: Counts, now: number, bound: Bound): Claim[] {
  return [...counts.values()]
    .filter((count) => now >= claimAt(count, bound))
    .map(({ silence, since, answer }) => ({ silence, countedMs: now - since, since: answer }));
}

export function markClaimed(counts: Counts, now: number, bound: Bound): Counts {
  return new Map(
    [...counts].map(([subject, count]) => [
      subject,
      now >= claimAt(count, bound) ? { ...count, claimed: true } : count,
    ]),
  );
}

/** When the first count that has not been claimed may be; infinite when there is none. */
export function nextClaimAt(counts: Counts, bound: Bound): number {
  let next = Number.POSITIVE_INFINITY;
  for (const count of counts.values()) if (!count.claimed) next = Math.min(next, claimAt(count, bound));
  return next;
}

/** When the first count is complete that is not yet; infinite when there is none. */
export function nextCompleteAt(counts: Counts, now: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { silence, since } of counts.values()) {
    const completeAt = since + silence.ttlMs;
    if (completeAt > now) next = Math.min(next, completeAt);
  }
  return next;
}

function claimAt({ silence, since }: Count, bound: Bound): number {
  return Math.max(since + silence.ttlMs, bound.get(silence.subject)?.until ?? Number.NEGATIVE_INFINITY);
}

function sameValue(a: Silence, b: Silence): boolean {
  return a.k === b.k && a.ttlMs === b.ttlMs && sameGeneration(a.generation, b.generation);
}
