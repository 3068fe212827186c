import { deafAfterAnswers, type LeaseTerms } from "./lease.ts";
import { type Answer, holdId, type HoldRef, type Renewal } from "../messages.ts";
import { holdsOfRun, leaseOf, putLeasesOf } from "./ownership.ts";
import type { Connection, Hold, Lease, SentGrant, Session, UnconfirmedTtl } from "../state.ts";
import { type Turn, withRow } from "../turn.ts";

export type OpenConnection = Extract<Connection, { kind: "open" }>;

/** True when the session has confirmed none of as many answers as it is sent within a ttl: it must not hold on. */
export function isDeaf(connection: OpenConnection, renewal: Renewal, lease: LeaseTerms): boolean {
  const [oldest] = connection.answers;
  return connection.answers.length >= deafAfterAnswers(lease) && oldest !== undefined && renewal.lastAnswer < oldest;
}

/** Extends what may be extended, one row for all of it, and says which ownerships the answer covers. */
export function grant(
  turn: Turn,
  session: Session,
  renewal: Renewal,
  lease: LeaseTerms,
  unconfirmed: readonly UnconfirmedTtl[],
): Answer["outcome"] {
  if (session.deaf) return { kind: "refusal", code: "deaf" };
  if (session.standing.kind === "Joining") return { kind: "refusal", code: "joining" };
  const covered: HoldRef[] = [];
  const held: Record<string, Lease> = {};
  for (const hold of holdsOfRun(turn, session.incarnation)) {
    const before = leaseOf(turn, hold);
    const extensible = mayExtend(turn, hold, renewal);
    if (!extensible) noteHeard(turn, hold);
    if (!extensible || before.drainGrantsLeft === 0) {
      // After a roll-back its owner knows better than the row for how long it held.
      const ttlHeldMs = renewal.ttlHeldMs ?? 0;
      if (ttlHeldMs > before.ttlHeldMs) held[holdId(hold)] = { ...before, ttlHeldMs };
      continue;
    }
    held[holdId(hold)] = {
      k: before.k + 1,
      ttlHeldMs: longestHeld(before, renewal, unconfirmed, lease.ttlMs),
      drainGrantsLeft: before.drainGrantsLeft === null ? null : before.drainGrantsLeft - 1,
    };
    covered.push({ group: hold.group, epoch: hold.epoch });
  }
  if (Object.keys(held).length > 0) putLeasesOf(turn, session, held);
  noteExtended(turn, covered.map(holdId));
  return { kind: "grant", holds: covered, ttlMs: lease.ttlMs };
}

/** What a run may still hear on this connection, or has heard and not said yet. */
export function stillUnconfirmed({ unconfirmed }: OpenConnection, { lastAnswer }: Renewal): readonly UnconfirmedTtl[] {
  return unconfirmed.filter(({ answer }) => answer > lastAnswer);
}

/** Who does not confirm is deaf before long, so there are not many; those of one ttl that follow each other are as one. */
export function withGrant(connection: OpenConnection, granted: SentGrant): OpenConnection {
  const { unconfirmed } = connection;
  const { answer, ttlMs } = granted;
  const before = unconfirmed.at(-1)?.ttlMs === ttlMs ? unconfirmed.slice(0, -1) : unconfirmed;
  return { ...connection, granted, unconfirmed: [...before, { answer, ttlMs }] };
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

/** LEASE rule 7: the longest ttl that anything of it may still be held for, the grant being made included. */
function longestHeld(before: Lease, renewal: Renewal, unconfirmed: readonly UnconfirmedTtl[], ttlMs: number): number {
  // Who does not say what its fences stand for may have them stand for all that it was ever granted.
  const confirmed = renewal.ttlHeldMs ?? before.ttlHeldMs;
  return Math.max(confirmed, ttlMs, ...unconfirmed.map((sent) => sent.ttlMs));
}
