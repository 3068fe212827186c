import { alike } from "../alike.ts";
import { isPossibleOwner, lookup, possibleOwners } from "../definition/definition.ts";
import { sameRevision } from "./generation.ts";
import { agreeingOn, holdId, isSamePeer, type Peer, type Renewal, type VouchedFor } from "../messages.ts";
import { becomeAgreed } from "./ownership.ts";
import type { Agreement, Hold, Session } from "../state.ts";
import { journal, type Turn } from "../turn.ts";

/**
 * What holds a group while the control plane does not answer: the word of every other agent that could get it. Its owner may go by the
 * list that it was told last, or, for as long as it has not said so, by one before it; whoever is to end it by a count has to be in
 * all of these, because only those have a promise to keep (PW1-PW4).
 */

type Owner = Pick<Session, "node" | "peer">;
type State = Pick<Turn, "durable" | "memory">;

export function newAgreement(turn: Turn, group: string, owner: Session): Agreement {
  const peers = peersFor(turn, group, owner, [], presentIn(turn));
  return { owner: owner.peer, peers, claimants: claimantsOf(owner, peers) };
}

/** An ownership that has just begun, and should have a list: what came of that. */
export function journalFirstList(turn: Turn, hold: Hold): void {
  if (isWanted(turn, hold.group)) journalList(turn, hold);
}

/**
 * The lists of all ownerships as they should be by now. That of an owner that is not connected stays what it is, for it could not be
 * told; and one that has not said yet, on this connection, by whose word it holds is taken to have the word of all that were listed.
 * Nothing is computed when nothing that lists are made of has changed in this step: before it they were as they should be.
 */
export function refreshAgreements(turn: Turn): void {
  if (isUntouched(turn)) return;
  const present = presentIn(turn);
  for (const hold of turn.durable.holds.values()) {
    const owner = turn.memory.sessions.get(hold.incarnation);
    if (owner?.connection.kind !== "open") continue;
    // What has to go is told no peers.
    const peers =
      hold.phase.kind === "draining" ? [] : peersFor(turn, hold.group, owner, stillAgreeing(hold, owner), present);
    if (alike(peers, hold.agreement.peers)) continue;
    const claimants = bothOf(hold.agreement.claimants, claimantsOf(owner, peers));
    const agreement = { owner: owner.peer, peers, claimants };
    becomeAgreed(turn, hold, agreement);
    journalList(turn, { ...hold, agreement });
  }
}

/** The owner works on its newest assignment, so it goes by the newest lists and by none before them. */
export function acknowledgeLists(turn: Turn, session: Session, { revision }: Renewal): void {
  if (!sameRevision(session.assigned.revision, revision)) return;
  for (const assigned of session.assigned.groups) {
    const hold = turn.durable.holds.get(holdId(assigned));
    if (hold?.incarnation !== session.incarnation) continue;
    const { agreement } = hold;
    // A list is the assignment's only if it was there when the assignment was made.
    if (!alike(assigned.peers, agreement.peers)) continue;
    const claimants = claimantsOf(session, agreement.peers);
    if (!alike(claimants, agreement.claimants)) becomeAgreed(turn, hold, { ...agreement, claimants });
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
  const { up } = presentIn(state);
  return possibleOwners(definition, defined).filter((node) => up.get(node)?.peer === null);
}

export type Vouching = (agent: Pick<Session, "node" | "peer">) => readonly VouchedFor[];

/** For which ownerships others may ask an agent for its word: all lists are gone through once, whoever asks then. */
export function vouchingIn({ durable }: Turn): Vouching {
  const idOf = ({ node, key }: Pick<Peer, "node" | "key">): string => `${key} ${node}`;
  const byAgent = new Map<string, VouchedFor[]>();
  for (const { group, epoch, node, agreement } of durable.holds.values()) {
    if (agreement.owner === null || agreement.peers.length === 0) continue;
    const vouched = { group, epoch, node, ...agreement.owner };
    for (const peer of agreement.peers) {
      const ofAgent = byAgent.get(idOf(peer));
      if (ofAgent === undefined) byAgent.set(idOf(peer), [vouched]);
      else ofAgent.push(vouched);
    }
  }
  return ({ node, peer }) => (peer === null ? [] : (byAgent.get(idOf({ node, key: peer.key })) ?? []));
}

// --- parts ----------------------------------------------------------------------------------------------------------

/**
 * The agents of all other possible owners that are joined. One that is away stays while the owner says that it has its word. A single
 * one that cannot be asked is as good as one that does not agree, and would be kept from ending what it could end otherwise: then
 * there is no list.
 */
function peersFor(
  turn: Turn,
  group: string,
  owner: Owner,
  agreeing: readonly Peer[],
  { up, leaving }: Present,
): readonly Peer[] {
  const definition = turn.durable.cluster?.definition;
  const defined = definition && lookup(definition.groups, group);
  if (definition === undefined || defined?.onControlPlaneLoss !== "hold-while-peers-agree") return [];
  if (owner.peer === null || !isPossibleOwner(definition, defined, owner.node)) return [];
  const peers: Peer[] = [];
  for (const node of possibleOwners(definition, defined)) {
    if (node === owner.node) continue;
    const session = up.get(node);
    // Who stops keeps no promise for long, and is not waited for.
    const away = leaving.has(node) ? undefined : agreeing.find((peer) => peer.node === node);
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

/** Those of the list by whose word its owner says that it holds this one; all, until it says so. */
function stillAgreeing(hold: Hold, { agreeing }: Session): readonly Peer[] {
  if (agreeing === null) return hold.agreement.peers;
  const nodes = agreeingOn(agreeing, hold);
  return hold.agreement.peers.filter(({ node }) => nodes.includes(node));
}

/** Nodes whose agent is there. `up`: the run that is the node, unless it stops. */
type Present = { readonly up: ReadonlyMap<string, Session>; readonly leaving: ReadonlySet<string> };

function presentIn({ memory }: State): Present {
  const all = [...memory.sessions.values()].filter(({ standing }) => standing.kind === "Up");
  const [stopping, up] = [all.filter(({ leaving }) => leaving), all.filter(({ leaving }) => !leaving)];
  return {
    // The first of a node is kept.
    up: new Map(up.toReversed().map((session) => [session.node, session])),
    leaving: new Set(stopping.map(({ node }) => node)),
  };
}

function isUntouched({ before, durable, memory }: Turn): boolean {
  if (before.durable.holds !== durable.holds || before.durable.cluster !== durable.cluster) return false;
  const [were, are] = [before.memory.sessions, memory.sessions];
  if (were === are) return true;
  return were.size === are.size && [...are].every(([run, session]) => isAsBefore(were.get(run), session));
}

/** In all that lists are made of: a renewal makes a session anew, and most say nothing new of that. */
function isAsBefore(was: Session | undefined, is: Session): boolean {
  if (was === is) return true;
  return (
    was !== undefined &&
    was.node === is.node &&
    was.peer === is.peer &&
    was.connection.kind === is.connection.kind &&
    was.standing.kind === is.standing.kind &&
    was.leaving === is.leaving &&
    alike(was.agreeing, is.agreeing)
  );
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
