import {
  type Agreeing,
  type AssignedGroup,
  type Assignment,
  holdId,
  type HoldRef,
  isSamePeer,
  type Peer,
} from "../../cluster/messages.ts";
import { limits } from "../../cluster/limits.ts";
import type { Promised as PromiseMessage, Withdrawal } from "../../cluster/peer-messages.ts";
import { fuseDeadline, type Fuse, isLive, withDeadline } from "../fuse.ts";
import type { SessionEffect, SessionState } from "../session-state.ts";
import type { Heard, SentAsk, Word, Words } from "./words.ts";

/** The owner's side: it asks every peer of what it holds, over and over, and holds by their word what no grant covers any more. */

/** The fuses, each as long as its grant, or as long as all its peers have promised, whichever is more (PW2, PW6). */
export function extendByPromises(state: SessionState): SessionState {
  if (state.words.promises.size === 0 && [...state.fuses.values()].every((fuse) => fuse.deadline === fuse.granted)) {
    return state;
  }
  const lists = new Map((state.assignment?.groups ?? []).map((group) => [holdId(group), group.peers]));
  const fuses = new Map(
    [...state.fuses].map(([id, fuse]) => {
      const deadline = Math.max(fuse.granted, promisedUntil(state, fuse, lists.get(id) ?? []));
      return [id, deadline === fuse.deadline ? fuse : withDeadline(fuse, deadline)];
    }),
  );
  return { ...state, fuses };
}

/** Minus infinity when one of them has promised nothing. */
function promisedUntil({ words }: SessionState, fuse: Fuse, peers: readonly Peer[]): number {
  if (!fuse.covered || peers.length === 0) return Number.NEGATIVE_INFINITY;
  const promises = words.promises.get(holdId(fuse));
  return Math.min(...peers.map(({ key }) => deadlineOf(promises?.get(key), fuse.ttlMs)));
}

/** A ttl that has become shorter since counts for what was promised before: a witness that starts anew counts no longer than that. */
function deadlineOf(word: Word | undefined, ttlMs: number): number {
  if (word === undefined) return Number.NEGATIVE_INFINITY;
  return fuseDeadline(word.askedAt, Math.min(word.durationMs, ttlMs));
}

/** Whose word this run has, and for what; what the same nodes agree on is said together. */
export function agreeing(state: SessionState, now: number): Agreeing[] {
  const byNodes = new Map<string, { readonly nodes: readonly string[]; readonly holds: HoldRef[] }>();
  for (const assigned of state.assignment?.groups ?? []) {
    const nodes = nodesAgreeing(state, assigned, now);
    if (nodes.length === 0) continue;
    const { group, epoch } = assigned;
    const together = byNodes.get(nodes.join()) ?? { nodes, holds: [] };
    together.holds.push({ group, epoch });
    byNodes.set(nodes.join(), together);
  }
  return [...byNodes.values()];
}

export function nodesAgreeing({ fuses, words }: SessionState, group: AssignedGroup, now: number): string[] {
  const id = holdId(group);
  const ttlMs = fuses.get(id)?.ttlMs ?? 0;
  return group.peers
    .filter(({ key }) => deadlineOf(words.promises.get(id)?.get(key), ttlMs) > now)
    .map(({ node }) => node);
}

/** More rounds than are under way where an answer comes within the ttl; one to an ask that has been forgotten promises nothing. */
const roundsInFlight = 16;

/** Those of its list whose word this run has not, or not any more; nobody where it has asked for none since its last grant. */
export function nodesLacking(state: SessionState, group: AssignedGroup, now: number): string[] {
  const id = holdId(group);
  const isAsked =
    state.words.promises.has(id) || state.words.inFlight.some(({ holds }) => holds.some((hold) => holdId(hold) === id));
  const agree = new Set(isAsked ? nodesAgreeing(state, group, now) : []);
  return isAsked ? group.peers.map(({ node }) => node).filter((node) => !agree.has(node)) : [];
}

/** Whom this run holds something with, as far as these agree. */
export function nodesAsked({ assignment, fuses }: SessionState): string[] {
  const held = (assignment?.groups ?? []).filter((group) => fuses.get(holdId(group))?.covered === true);
  return [...new Set(held.flatMap(({ peers }) => peers.map(({ node }) => node)))];
}

/** Asks again when it is time. */
export function tendAsks(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const held = heldWithPeers(state, now);
  if (held.length === 0 || now < nextAskAt(state, now)) return state;
  const sent: SentAsk[] = [];
  let { asks } = state.words;
  for (const to of distinctPeers(held)) {
    const holds = held.filter(({ peers }) => peers.some((peer) => isSamePeer(peer, to)));
    for (let first = 0; first < holds.length; first += limits.holdsOfPeerMessage) {
      asks += 1;
      const some = holds.slice(first, first + limits.holdsOfPeerMessage).map(({ group, epoch }) => ({ group, epoch }));
      const durationMs = state.lease.ttlMs;
      effects.push({ type: "tell", peer: to, message: { type: "ask", n: asks, holds: some, durationMs } });
      sent.push({ n: asks, sentAt: now, durationMs, to, holds: some });
    }
  }
  // What comes back later than that is over already.
  const inFlight = state.words.inFlight.filter(
    (ask) => now < fuseDeadline(ask.sentAt, ask.durationMs) && ask.n > asks - roundsInFlight * sent.length,
  );
  return { ...state, words: { ...state.words, asks, askedAt: now, inFlight: [...inFlight, ...sent] } };
}

/**
 * With the renewals, so that what a grant gives and what is promised end together, and the host is told of one deadline in an interval;
 * each `renewMs` while there is nobody to send a renewal to. Infinite when there is nothing to ask.
 */
export function nextAskAt(state: SessionState, now: number): number {
  const held = heldWithPeers(state, now);
  if (held.length === 0) return Number.POSITIVE_INFINITY;
  const { askedAt, inFlight, promises, heard } = state.words;
  // Who has answered and did not promise is asked again in its turn.
  const asked = (id: string, { key }: Peer): boolean =>
    promises.get(id)?.has(key) === true ||
    heard.get(id)?.has(key) === true ||
    inFlight.some(({ to, holds }) => to.key === key && holds.some((hold) => holdId(hold) === id));
  const isNew = held.some((group) => group.peers.some((peer) => !asked(holdId(group), peer)));
  if (askedAt === null) return now;
  const { renewMs } = state.lease;
  // One that does not answer is no reason to ask all of them all the time.
  const soonest = askedAt + renewMs / 4;
  if (isNew) return soonest;
  if (state.link.kind !== "joined") return askedAt + renewMs;
  const { renewedAt } = state.link;
  return renewedAt >= soonest ? renewedAt : Math.max(askedAt, renewedAt) + renewMs;
}

export function heardPromise(
  state: SessionState,
  from: Pick<Peer, "key">,
  message: PromiseMessage,
  effects: SessionEffect[],
): SessionState {
  const ask = state.words.inFlight.find(({ n, to }) => n === message.n && to.key === from.key);
  if (ask === undefined) return state;
  const inFlight = state.words.inFlight.filter((other) => other !== ask);
  const answered = ask.holds.filter((hold) => isNews(state, hold, from, { n: ask.n, withdrawn: false }));
  const ids = new Set(answered.map(holdId));
  const promises = new Map(state.words.promises);
  for (const id of message.holds.map(holdId).filter((promised) => ids.has(promised))) {
    const { sentAt: askedAt, durationMs } = ask;
    promises.set(id, withEntry(promises.get(id), from.key, { askedAt, durationMs }));
  }
  const heard = withHeard(state, answered, from, { n: ask.n, withdrawn: false });
  const next = { ...state, words: { ...state.words, promises, inFlight, heard } };
  const over = message.over.filter((hold) => ids.has(holdId(hold)));
  return heardWithdrawal(next, from, { type: "withdrawal", n: ask.n, holds: over }, effects);
}

/** Who withdraws its word is about to have the group: it goes at once, unless a grant still covers it (PW5). */
export function heardWithdrawal(
  state: SessionState,
  from: Pick<Peer, "key">,
  { n, holds }: Withdrawal,
  effects: SessionEffect[],
): SessionState {
  const over = holds.filter((hold) => isPeerOf(state, hold, from) && isNews(state, hold, from, { n, withdrawn: true }));
  if (over.length === 0) return state;
  const named = over.filter((hold) => state.words.promises.has(holdId(hold))).map(holdId);
  if (named.length > 0)
    effects.push({ type: "note", code: "word-withdrawn", detail: named.join(", "), nodes: nodesOf(state, from) });
  const ids = new Set(over.map(holdId));
  const { gone } = state.words;
  // It has not heard that they are gone, or it would not say this.
  const untold = new Set([...gone].filter((id) => !ids.has(id)));
  const heard = withHeard(state, over, from, { n, withdrawn: true });
  return withoutPromises({ ...state, words: { ...state.words, gone: untold, heard } }, ids);
}

/** A number is answered once, and withdrawn once after that. */
function isNews({ words }: SessionState, hold: HoldRef, { key }: Pick<Peer, "key">, { n, withdrawn }: Heard): boolean {
  const before = words.heard.get(holdId(hold))?.get(key);
  return before === undefined || n > before.n || (n === before.n && withdrawn && !before.withdrawn);
}

function withHeard(
  { words }: SessionState,
  holds: readonly HoldRef[],
  { key }: Pick<Peer, "key">,
  news: Heard,
): Words["heard"] {
  const heard = new Map(words.heard);
  for (const id of holds.map(holdId)) heard.set(id, withEntry(heard.get(id), key, news));
  return heard;
}

function withEntry<Value>(map: ReadonlyMap<string, Value> | undefined, key: string, value: Value): Map<string, Value> {
  return new Map([...(map ?? []), [key, value]]);
}

/** Of a key that is on the list of an ownership no more nothing is remembered. */
export function stillAsked(
  { words }: SessionState,
  { groups }: Assignment,
): Pick<Words, "promises" | "heard" | "inFlight"> {
  const lists = new Map(groups.map((group) => [holdId(group), new Set(group.peers.map(({ key }) => key))]));
  const named = <Value>(all: ReadonlyMap<string, ReadonlyMap<string, Value>>) =>
    new Map(
      [...all].flatMap(([id, byKey]) => {
        const left = [...byKey].filter(([key]) => lists.get(id)?.has(key) === true);
        return left.length === 0 ? [] : [[id, new Map(left)] as const];
      }),
    );
  const inFlight = words.inFlight.flatMap((ask) => {
    const holds = ask.holds.filter((hold) => lists.get(holdId(hold))?.has(ask.to.key) === true);
    return holds.length === 0 ? [] : [{ ...ask, holds }];
  });
  return { promises: named(words.promises), heard: named(words.heard), inFlight };
}

/** Nothing that was promised, or asked for, for these counts any more; neither does what will be, before the next grant. */
export function withoutPromises(state: SessionState, ids: ReadonlySet<string>): SessionState {
  if (ids.size === 0) return state;
  const { words } = state;
  const inFlight = words.inFlight
    .map((ask) => ({ ...ask, holds: ask.holds.filter((hold) => !ids.has(holdId(hold))) }))
    .filter(({ holds }) => holds.length > 0);
  const promises = new Map([...words.promises].filter(([id]) => !ids.has(id)));
  const fuses = new Map(
    [...state.fuses].map(([id, fuse]) =>
      ids.has(id) ? [id, { ...fuse, covered: false, deadline: fuse.granted }] : [id, fuse],
    ),
  );
  return { ...state, fuses, words: { ...words, promises, inFlight } };
}

/** Tells the peers of what they need not keep their word for any more (PW5). */
export function tellGone(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const groups = (state.assignment?.groups ?? []).filter(({ peers }) => peers.length > 0);
  if (groups.length === 0) return state;
  const offline = state.host.n === state.orders.n ? new Set(state.host.offline.map(holdId)) : new Set<string>();
  const isGone = (id: string): boolean =>
    state.released.has(id) || (!isLive(state.fuses.get(id), now) && state.fuses.has(id) && offline.has(id));
  const gone = groups.filter((group) => isGone(holdId(group)));
  const news = gone.filter((group) => !state.words.gone.has(holdId(group)));
  for (const peer of distinctPeers(news)) {
    const holds = news
      .filter(({ peers }) => peers.some((other) => isSamePeer(other, peer)))
      .map(({ group, epoch }) => ({ group, epoch }));
    for (let first = 0; first < holds.length; first += limits.holdsOfPeerMessage) {
      effects.push({
        type: "tell",
        peer,
        message: { type: "gone", n: state.words.asks, holds: holds.slice(first, first + limits.holdsOfPeerMessage) },
      });
    }
  }
  if (news.length === 0 && gone.length === state.words.gone.size) return state;
  return { ...state, words: { ...state.words, gone: new Set(gone.map(holdId)) } };
}

// --- parts ----------------------------------------------------------------------------------------------------------

/** What is held under a grant or by others' word, and has peers. */
export function heldWithPeers(state: SessionState, now: number): AssignedGroup[] {
  return (state.assignment?.groups ?? []).filter((group) => {
    const fuse = state.fuses.get(holdId(group));
    return group.peers.length > 0 && fuse?.covered === true && isLive(fuse, now) && !state.released.has(holdId(group));
  });
}

/** Under what name it is known here. */
function nodesOf({ assignment }: SessionState, { key }: Pick<Peer, "key">): string[] {
  const peers = (assignment?.groups ?? []).flatMap((group) => group.peers);
  return peers.flatMap((peer) => (peer.key === key ? [peer.node] : [])).slice(0, 1);
}

function isPeerOf({ assignment }: SessionState, hold: HoldRef, { key }: Pick<Peer, "key">): boolean {
  const peers = assignment?.groups.find((group) => holdId(group) === holdId(hold))?.peers ?? [];
  return peers.some((peer) => peer.key === key);
}

function distinctPeers(groups: readonly Pick<AssignedGroup, "peers">[]): Peer[] {
  return [...new Map(groups.flatMap(({ peers }) => peers).map((peer) => [peer.key, peer])).values()];
}
