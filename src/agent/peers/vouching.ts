import { type Assignment, holdId, type HoldRef, type Peer, type VouchedFor } from "../../cluster/messages.ts";
import type { Ask, Gone } from "../../cluster/peer-messages.ts";
import type { SessionEffect, SessionState } from "../session-state.ts";
import { isComplete } from "../witness.ts";
import type { Words } from "./words.ts";

/**
 * The peer's side: it promises owners to claim nothing of theirs for a while, keeps that, and withdraws its word when it has counted
 * their silence to its end. It needs no memory of what an earlier run has promised: before it can claim, it counts a whole ttl (PW4).
 */

export function heardAsk(
  state: SessionState,
  from: Pick<Peer, "key">,
  { n, holds: asked, durationMs }: Ask,
  now: number,
  effects: SessionEffect[],
): SessionState {
  const vouched = asked
    .flatMap((hold) => vouchedFor(state, hold, from) ?? [])
    .filter((hold) => n > heardOf(state, hold, now));
  const [peer] = vouched;
  if (peer === undefined) return state;
  const refs = vouched.map(({ group, epoch }) => ({ group, epoch }));
  const over = refs.filter((hold) => isCounted(state, hold, now));
  const holds = refs.filter((hold) => !over.includes(hold));
  effects.push({ type: "tell", peer, message: { type: "promise", n, holds, over } });
  const given = new Map(state.words.given);
  for (const hold of refs) {
    const until = state.words.given.get(holdId(hold))?.until ?? Number.NEGATIVE_INFINITY;
    const promised = over.includes(hold) ? until : Math.max(until, now + durationMs);
    given.set(holdId(hold), { key: from.key, n, until: promised });
  }
  return { ...state, words: { ...state.words, given } };
}

/** The owner has nothing of these any more: what was promised it is void, and what it asked before that is asked no more. */
export function heardGone(state: SessionState, from: Pick<Peer, "key">, { n, holds }: Gone, now: number): SessionState {
  const given = new Map(state.words.given);
  for (const hold of holds) {
    const vouched = vouchedFor(state, hold, from);
    if (vouched === undefined || n < heardOf(state, vouched, now)) continue;
    given.set(holdId(hold), { key: from.key, n, until: Number.NEGATIVE_INFINITY });
  }
  return { ...state, words: { ...state.words, given } };
}

/** A silence that has been counted to its end is promised no more, and its owner is told so at once (PW5). */
export function tendWithdrawals(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const counted = (state.assignment?.vouchesFor ?? []).filter((hold) => isCounted(state, hold, now));
  const before = state.words.withdrawn;
  const news = counted.filter((hold) => !before.has(holdId(hold)));
  for (const peer of news) {
    const promised = state.words.given.get(holdId(peer));
    if (promised?.key !== peer.key || promised.until <= now) continue;
    const { group, epoch } = peer;
    effects.push({ type: "tell", peer, message: { type: "withdrawal", n: promised.n, holds: [{ group, epoch }] } });
  }
  if (news.length === 0 && counted.length === before.size) return state;
  return { ...state, words: { ...state.words, withdrawn: new Set(counted.map(holdId)) } };
}

/** Of what may be asked for no more, only promises that are not over yet are remembered: these bind whatever becomes of the list. */
export function stillGiven({ words }: SessionState, { vouchesFor }: Assignment, now: number): Words["given"] {
  const keys = new Map(vouchesFor.map((vouched) => [holdId(vouched), vouched.key]));
  return new Map([...words.given].filter(([id, { key, until }]) => until > now || keys.get(id) === key));
}

/**
 * A number is heard once; of an agent that has another key now none is, while what was promised under the key before binds (an epoch of
 * a state that was rolled back may be another agent's).
 */
function heardOf({ words }: SessionState, hold: VouchedFor, now: number): number {
  const before = words.given.get(holdId(hold));
  if (before === undefined) return 0;
  if (before.key !== hold.key) return before.until > now ? Number.POSITIVE_INFINITY : 0;
  return before.n;
}

function isCounted({ counts }: SessionState, hold: HoldRef, now: number): boolean {
  const count = counts.get(holdId(hold));
  return count !== undefined && isComplete(count, now);
}

/** An ownership for which this agent may give its word to that key (PW7). */
function vouchedFor({ assignment }: SessionState, hold: HoldRef, { key }: Pick<Peer, "key">): VouchedFor | undefined {
  return assignment?.vouchesFor.find((vouched) => holdId(vouched) === holdId(hold) && vouched.key === key);
}
