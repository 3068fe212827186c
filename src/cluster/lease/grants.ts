import { deafAfterAnswers, type LeaseTerms } from "./lease.ts";
import { limits } from "../limits.ts";
import { type Answer, holdId, type HoldRef, type Renewal } from "../messages.ts";
import { holdsOfRun, leaseOf, putLeasesOf } from "./ownership.ts";
import type { Connection, Hold, Lease, SentGrant, Session } from "../state.ts";
import { type Turn, withRow } from "../turn.ts";

export type OpenConnection = Extract<Connection, { kind: "open" }>;

/** True when the session has confirmed none of as many answers as it is sent within a ttl: it must not hold on. */
export function isDeaf(connection: OpenConnection, renewal: Renewal, lease: LeaseTerms): boolean {
  const [oldest] = connection.answers;
  return connection.answers.length >= deafAfterAnswers(lease) && oldest !== undefined && renewal.lastAnswer < oldest;
}

/**
 * Up to which answer the owner's own deadlines are those of that answer and of later ones: the last that it has received, but for an
 * earlier one that it names as outlasting those (LEASE rule 7).
 */
export function confirmedBy({ lastAnswer, outlasting }: Renewal): number {
  return outlasting === null ? lastAnswer : Math.min(outlasting, lastAnswer);
}

/**
 * Extends what may be extended, one row for all of it, and says which ownerships the answer covers.
 * @param possible the grants that may still decide the agent's fuses
 */
export function grant(
  turn: Turn,
  session: Session,
  renewal: Renewal,
  lease: LeaseTerms,
  possible: readonly SentGrant[],
): Answer["outcome"] {
  if (session.deaf) return { kind: "refusal", code: "deaf" };
  if (session.standing.kind === "Joining") return { kind: "refusal", code: "joining" };
  const covered: HoldRef[] = [];
  const held: Record<string, Lease> = {};
  const confirmed = confirmedBy(renewal);
  const ofHold = byHold(possible);
  for (const hold of holdsOfRun(turn, session.incarnation)) {
    const before = leaseOf(turn, hold);
    if (!mayExtend(turn, hold, renewal)) {
      noteHeard(turn, hold);
      continue;
    }
    if (before.drainGrantsLeft === 0) continue;
    held[holdId(hold)] = {
      k: before.k + 1,
      ttlHeldMs: longestHeld(before, ofHold.get(holdId(hold)) ?? [], confirmed, lease.ttlMs),
      drainGrantsLeft: before.drainGrantsLeft === null ? null : before.drainGrantsLeft - 1,
    };
    covered.push({ group: hold.group, epoch: hold.epoch });
  }
  if (covered.length > 0) putLeasesOf(turn, session, held);
  noteExtended(turn, covered.map(holdId));
  return { kind: "grant", holds: covered, ttlMs: lease.ttlMs };
}

/** The grants that may still decide the agent's fuses: those after what it confirmed, and for each ownership the last one up to it. */
export function stillPossible(grants: readonly SentGrant[], confirmed: number): readonly SentGrant[] {
  if (grants.length <= 1) return grants;
  const seen = new Set<string>();
  const kept: SentGrant[] = [];
  for (const sent of grants.toReversed()) {
    if (sent.answer > confirmed) {
      kept.push(sent);
      continue;
    }
    const last = sent.holds.filter((id) => !seen.has(id));
    for (const id of last) seen.add(id);
    if (last.length > 0) kept.push({ ...sent, holds: last });
  }
  return kept.toReversed();
}

/**
 * What is granted once more for as long as before stands where it stood: whoever counts from there counts the same. So there are as many as
 * there are changes; and of too many the oldest are forgotten, after which the ttl held does not fall before a later one is confirmed.
 */
export function withGrant(connection: OpenConnection, granted: SentGrant): OpenConnection {
  const { possible } = connection;
  const last = new Map(possible.flatMap(({ holds, ttlMs }) => holds.map((id) => [id, ttlMs] as const)));
  const holds = granted.holds.filter((id) => last.get(id) !== granted.ttlMs);
  const more = holds.length === 0 ? [] : [{ ...granted, holds }];
  return { ...connection, granted, possible: [...possible, ...more].slice(-limits.grantsKept) };
}

/**
 * While the object is holding, an instance before it may have granted something that nobody here knows of; so an owner is
 * extended only if it was told of this generation and says that its fuse has not blown (LEASE rule 10).
 */
function mayExtend(turn: Turn, hold: Hold, renewal: Renewal): boolean {
  if (turn.memory.start.kind === "over") return true;
  if (renewal.generation !== turn.durable.generation.number) return false;
  return renewal.intact.some(({ group, epoch }) => group === hold.group && epoch === hold.epoch);
}

function noteExtended(turn: Turn, ids: readonly string[]): void {
  const { extended } = turn.memory;
  if (ids.every((id) => extended.has(id))) return;
  turn.memory = { ...turn.memory, extended: new Set([...extended, ...ids]) };
}

function noteHeard(turn: Turn, hold: Hold): void {
  const id = holdId(hold);
  const heard = withRow(turn.memory.heard, id, (turn.memory.heard.get(id) ?? 0) + 1);
  turn.memory = { ...turn.memory, heard };
}

function byHold(grants: readonly SentGrant[]): ReadonlyMap<string, readonly SentGrant[]> {
  const found = new Map<string, SentGrant[]>();
  for (const sent of grants) {
    for (const id of sent.holds) {
      const before = found.get(id);
      if (before === undefined) found.set(id, [sent]);
      else before.push(sent);
    }
  }
  return found;
}

/**
 * LEASE rule 7: the longest ttl among the grants from the last confirmed one on, the one being made included.
 * @param possible those that may still decide the fuse of this ownership
 */
function longestHeld(before: Lease, possible: readonly SentGrant[], confirmed: number, ttlMs: number): number {
  // Without a confirmed grant on this connection, what earlier connections and starts were granted still counts.
  const floor = possible.some(({ answer }) => answer <= confirmed) ? 0 : before.ttlHeldMs;
  return Math.max(floor, ttlMs, ...possible.map((sent) => sent.ttlMs));
}
