import { isPossibleOwner, lookup, possibleOwners } from "../definition/definition.ts";
import { sameRevision } from "./generation.ts";
import { holdId, isSamePeer, type Peer, type Renewal, type VouchedFor } from "../messages.ts";
import { becomeAgreed, holdsOfRun } from "./ownership.ts";
import type { Agreement, Hold, Session } from "../state.ts";
import { journal, type Turn } from "../turn.ts";

/**
 * What holds a group while the control plane does not answer: the word of every other agent that could get it. Its owner may go by the
 * list that it was told last, or, for as long as it has not said so, by one before it; whoever is to end it by a count has to be in
 * all of these, because only those have a promise to keep (PW1-PW4).
 */

type Owner = Pick<Session, "node" | "peer" | "agreeing">;
type State = Pick<Turn, "durable" | "memory">;

export function newAgreement(turn: Turn, group: string, owner: Session): Agreement {
  const peers = peersFor(turn, group, owner, []);
  return { owner: owner.peer, peers, claimants: claimantsOf(owner, peers) };
}

/** An ownership that has just begun, and should have a list: what came of that. */
export function journalFirstList(turn: Turn, hold: Hold): void {
  if (isWanted(turn, hold.group)) journalList(turn, hold);
}

/**
 * The lists of all ownerships as they should be by now. That of an owner that is not connected stays what it is, for it could not be
 * told; and so does that of one that has not said yet whose word it has.
 */
export function refreshAgreements(turn: Turn): void {
  for (const hold of turn.durable.holds.values()) {
    const owner = turn.memory.sessions.get(hold.incarnation);
    if (owner?.connection.kind !== "open" || owner.renewedAt === null) continue;
    // What has to go is told no peers.
    const peers = hold.phase.kind === "draining" ? [] : peersFor(turn, hold.group, owner, hold.agreement.peers);
    if (JSON.stringify(peers) === JSON.stringify(hold.agreement.peers)) continue;
    const claimants = bothOf(hold.agreement.claimants, claimantsOf(owner, peers));
    const agreement = { owner: owner.peer, peers, claimants };
    becomeAgreed(turn, hold, agreement);
    journalList(turn, { ...hold, agreement });
  }
}

/** The owner works on its newest assignment, so it goes by the newest lists and by none before them. */
export function acknowledgeLists(turn: Turn, session: Session, { revision }: Renewal): void {
  if (!sameRevision(session.assigned.revision, revision)) return;
  for (const hold of holdsOfRun(turn, session.incarnation)) {
    const { agreement } = hold;
    // A list is the assignment's only if it was there when the assignment was made.
    const assigned = session.assigned.groups.find((group) => holdId(group) === holdId(hold));
    if (assigned === undefined || JSON.stringify(assigned.peers) !== JSON.stringify(agreement.peers)) continue;
    const claimants = claimantsOf(session, agreement.peers);
    if (JSON.stringify(claimants) !== JSON.stringify(agreement.claimants)) {
      becomeAgreed(turn, hold, { ...agreement, claimants });
    }
  }
}

/** Whether a count of this run's may end the ownership. */
export function mayClaim({ agreement: { claimants } }: Hold, { node, peer }: Session): boolean {
  return claimants === null || (peer !== null && claimants.some((one) => isSamePeer(one, { node, ...peer })));
}

/** A node that may end an ownership by a count (PW3). `isThere`: that agent of it is connected, and it is not the owner's own run. */
export type Claimant = { readonly node: string; readonly isThere: boolean };

/** Null: whoever is a witness. */
export function claimantsNow({ memory }: State, hold: Hold): readonly Claimant[] | null {
  const { claimants } = hold.agreement;
  if (claimants === null) return null;
  const others = [...memory.sessions.values()].filter(
    ({ connection, incarnation }) => connection.kind === "open" && incarnation !== hold.incarnation,
  );
  return claimants.map((claimant) => ({
    node: claimant.node,
    isThere: others.some(({ node, peer }) => peer !== null && isSamePeer(claimant, { node, ...peer })),
  }));
}

/** Possible owners whose agents are joined and have named no place where others could ask them: with one of these there is no list. */
export function cannotBeAsked(state: State, group: string): string[] {
  if (!isWanted(state, group)) return [];
  const definition = state.durable.cluster?.definition;
  const defined = definition && lookup(definition.groups, group);
  if (definition === undefined || defined === undefined) return [];
  return possibleOwners(definition, defined).filter((node) => upSessionOf(state, node)?.peer === null);
}

/** For which ownerships others may ask this agent for its word. */
export function vouchedForBy({ durable }: Turn, { node, peer }: Pick<Session, "node" | "peer">): VouchedFor[] {
  if (peer === null) return [];
  return [...durable.holds.values()].flatMap(({ group, epoch, node: ownerNode, agreement: { owner, peers } }) =>
    owner !== null && peers.some((one) => isSamePeer(one, { node, ...peer }))
      ? [{ group, epoch, node: ownerNode, ...owner }]
      : [],
  );
}

// --- parts ----------------------------------------------------------------------------------------------------------

/**
 * The agents of all other possible owners that are joined. One that is away stays while the owner says that it has its word. A single
 * one that cannot be asked is as good as one that does not agree, and would be kept from ending what it could end otherwise: then
 * there is no list.
 */
function peersFor(turn: Turn, group: string, owner: Owner, before: readonly Peer[]): readonly Peer[] {
  const definition = turn.durable.cluster?.definition;
  const defined = definition && lookup(definition.groups, group);
  if (definition === undefined || defined?.onControlPlaneLoss !== "hold-while-peers-agree") return [];
  if (owner.peer === null || !isPossibleOwner(definition, defined, owner.node)) return [];
  const peers: Peer[] = [];
  for (const node of possibleOwners(definition, defined)) {
    if (node === owner.node) continue;
    const session = upSessionOf(turn, node);
    const away = before.find((peer) => peer.node === node && owner.agreeing.includes(node));
    if (session === undefined && away === undefined) continue;
    const peer = session === undefined ? away : session.peer && { node, ...session.peer };
    if (peer == null) return [];
    peers.push(peer);
  }
  return peers;
}

/** The group's policy asks for a list. */
function isWanted({ durable }: State, group: string): boolean {
  const definition = durable.cluster?.definition;
  return definition !== undefined && lookup(definition.groups, group)?.onControlPlaneLoss === "hold-while-peers-agree";
}

function upSessionOf({ memory }: State, node: string): Session | undefined {
  for (const session of memory.sessions.values()) {
    if (session.node === node && session.standing.kind === "Up" && !session.leaving) return session;
  }
  return undefined;
}

/** A later run of the owner's own agent begins when the earlier one is gone, and so may count as well as those who promise. */
function claimantsOf({ node, peer }: Owner, peers: readonly Peer[]): readonly Peer[] | null {
  return peers.length === 0 || peer === null ? null : [{ node, ...peer }, ...peers];
}

function bothOf(a: readonly Peer[] | null, b: readonly Peer[] | null): readonly Peer[] | null {
  if (a === null || b === null) return a ?? b;
  return a.filter((one) => b.some((other) => isSamePeer(one, other)));
}

function journalList(turn: Turn, hold: Hold): void {
  const { node, group, epoch, phase, agreement } = hold;
  const names = agreement.peers.map((peer) => peer.node);
  const isMissed = names.length === 0 && phase.kind !== "draining" && isWanted(turn, group);
  const stays =
    names.length === 0
      ? `does not stay on node ${node}: ${whyNoList(turn, hold)}`
      : `stays on node ${node} as long as ${names.join(", ")} ${names.length === 1 ? "agrees" : "agree"}`;
  journal(turn, {
    kind: "group.peers",
    severity: isMissed ? "warning" : "info",
    sentence: `While the control plane does not answer, group ${group} ${stays}.`,
    node,
    group,
    epoch,
    details: { peers: names.join(","), cannotBeAsked: cannotBeAsked(turn, group).join(",") },
  });
}

function whyNoList(turn: Turn, { group, phase }: Hold): string {
  if (phase.kind === "draining") return "it is being taken offline";
  if (!isWanted(turn, group)) return "its onControlPlaneLoss is drop";
  const unasked = cannotBeAsked(turn, group);
  if (unasked.length === 0) return "no other node that could get it is joined";
  return unasked.length === 1
    ? `the agent of ${unasked.join()} has no peerListen`
    : `the agents of ${unasked.join(", ")} have no peerListen`;
}
