import { marginMs } from "../lease/lease.ts";
import { type Claim, holdId, type PeerPlace, type Seen, type Silence } from "../messages.ts";
import { holdsOfRun, leaseOf } from "../lease/ownership.ts";
import type { ClusterState, Session } from "../state.ts";
import { localHoldsOf } from "./host.ts";
import type { Count, ModelAgent } from "./model.ts";

/** The agent of a run that is connected and renews, as its object knows it; null for one that is silent. */
export function agentOf(state: ClusterState, session: Session, now: number): ModelAgent | null {
  const lease = state.durable.cluster?.definition.lease;
  const { connection, renewedAt } = session;
  if (lease === undefined || connection.kind !== "open") return null;
  if (renewedAt !== null && now - renewedAt > lease.ttlMs) return null;
  const answeredAt = renewedAt === null ? null : Math.min(renewedAt, now);
  const holds = holdsOfRun({ durable: state.durable }, session.incarnation);
  const renewed = answeredAt ?? now;
  const ttlMs = Math.max(0, ...holds.map((hold) => leaseOf({ durable: state.durable }, hold).ttlHeldMs));
  return {
    node: session.node,
    incarnation: session.incarnation,
    peer: session.peer,
    line: { kind: "open", socket: connection.socket },
    connection: connection.number,
    renewals: session.lastRenewal,
    lastAnswer: connection.answers.at(-1) ?? 0,
    lastAnswerAt: answeredAt,
    renewAt: Math.max(now, renewed + lease.renewMs),
    generation: state.durable.generation,
    generationSince: answeredAt,
    assignment: session.assigned,
    fuses: new Map(holds.map((hold) => [holdId(hold), renewed + lease.ttlMs - marginMs(lease.ttlMs)])),
    latest: { deadline: renewed + ttlMs - marginMs(ttlMs), ttlMs },
    holds: localHoldsOf(session, now),
    released: new Map(),
    counts: session.standing.kind === "Up" && answeredAt !== null ? countsSoFar(state, session, answeredAt) : [],
    associations: session.report.associations,
    notices: session.report.notices,
    reported: answeredAt === null ? null : JSON.stringify(session.report),
  };
}

/** A run that is new: it has seen what there is, and holds nothing. */
export function newAgent(node: string, incarnation: string, peer: PeerPlace | null, now: number): ModelAgent {
  return {
    node,
    incarnation,
    peer,
    line: { kind: "closed", connectAt: now },
    connection: 0,
    renewals: 0,
    lastAnswer: 0,
    lastAnswerAt: null,
    renewAt: now,
    generation: null,
    generationSince: null,
    assignment: null,
    fuses: new Map(),
    latest: { deadline: now, ttlMs: 0 },
    holds: new Map(),
    released: new Map(),
    counts: [],
    associations: [],
    notices: [],
    reported: null,
  };
}

/** What it says of having seen: nothing that its object could not know. */
export function seenBy({ generation, assignment, holds }: ModelAgent): Seen {
  return {
    generation,
    revision: assignment?.revision ?? null,
    epochs: Object.fromEntries([...holds.values()].map(({ group, epoch }) => [group, epoch])),
  };
}

/** After an answer: a value that changed, or a hole before it, begins a count anew (LEASE rule 7). */
export function count(agent: ModelAgent, silences: readonly Silence[], n: number, now: number, ttlMs: number): void {
  const hole = agent.lastAnswerAt === null || now - agent.lastAnswerAt > ttlMs / 2;
  agent.counts = silences.map((silence) => {
    const before = agent.counts.find((one) => JSON.stringify(one.silence) === JSON.stringify(silence));
    return hole || before === undefined ? { silence, since: now, answer: n, claimed: false } : before;
  });
}

/** The counts that are complete, to be said with the next renewal. */
export function claimsOf(agent: ModelAgent, now: number): Claim[] {
  const isComplete = ({ silence, since }: Count): boolean => now - since >= silence.ttlMs;
  const claims = agent.counts.filter(isComplete).map(({ silence, since, answer }) => ({
    silence,
    countedMs: now - since,
    since: answer,
  }));
  agent.counts = agent.counts.map((one) => (isComplete(one) ? { ...one, claimed: true } : one));
  return claims;
}

/** The moment at which the next count is complete. */
export function nextClaimAt({ counts }: ModelAgent): number {
  const open = counts.filter(({ claimed }) => !claimed);
  return Math.min(Number.POSITIVE_INFINITY, ...open.map(({ silence, since }) => since + silence.ttlMs));
}

/**
 * What a witness has counted already of an owner that is silent at this moment: from its first answer after the owner's last
 * renewal on.
 */
function countsSoFar(state: ClusterState, session: Session, answeredAt: number): Count[] {
  const { durable, memory } = state;
  const renewMs = durable.cluster?.definition.lease.renewMs ?? 0;
  return [...durable.holds.values()].flatMap((hold): Count[] => {
    const renewedAt = memory.sessions.get(hold.incarnation)?.renewedAt ?? null;
    if (hold.incarnation === session.incarnation || renewedAt === null || renewedAt > answeredAt) return [];
    const { k, ttlHeldMs } = leaseOf({ durable }, hold);
    const heard = memory.heard.get(holdId(hold)) ?? 0;
    const silence = { subject: holdId(hold), generation: durable.generation, k: k + heard, ttlMs: ttlHeldMs };
    const since = answeredAt - Math.floor((answeredAt - renewedAt) / renewMs) * renewMs;
    const [answer] = session.connection.kind === "open" ? session.connection.answers : [];
    return [{ silence, since, answer: answer ?? memory.answers, claimed: false }];
  });
}
