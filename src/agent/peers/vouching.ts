import { holdId, type HoldRef, type Peer, type VouchedFor } from "../../cluster/messages.ts";
import type { Ask, Gone } from "../../cluster/peer-messages.ts";
import type { SessionEffect, SessionState } from "../session-state.ts";
import { isComplete } from "../witness.ts";

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
  const vouched = asked.flatMap((hold) => vouchedFor(state, hold, from) ?? []);
  const [peer] = vouched;
  if (peer === undefined) return state;
  const refs = vouched.map(({ group, epoch }) => ({ group, epoch }));
  const over = refs.filter((hold) => isCounted(state, hold, now));
  const holds = refs.filter((hold) => !over.includes(hold));
  effects.push({ type: "tell", peer, message: { type: "promise", n, holds, over } });
  const given = new Map(state.words.given);
  for (const hold of holds) {
    const before = given.get(holdId(hold)) ?? { until: 0, n: 0 };
    given.set(holdId(hold), { until: Math.max(before.until, now + durationMs), n: Math.max(before.n, n) });
  }
  return { ...state, words: { ...state.words, given } };
}

/** The owner has nothing of these any more: what was promised it is void. */
export function heardGone(state: SessionState, from: Pick<Peer, "key">, { n, holds }: Gone): SessionState {
  const given = new Map(state.words.given);
  for (const hold of holds) {
    const promised = given.get(holdId(hold));
    if (promised !== undefined && promised.n <= n && vouchedFor(state, hold, from) !== undefined)
      given.delete(holdId(hold));
  }
  return given.size === state.words.given.size ? state : { ...state, words: { ...state.words, given } };
}

/** A silence that has been counted to its end is promised no more, and its owner is told so at once (PW5). */
export function tendWithdrawals(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const counted = (state.assignment?.vouchesFor ?? []).filter((hold) => isCounted(state, hold, now));
  const before = state.words.withdrawn;
  const news = counted.filter((hold) => !before.has(holdId(hold)));
  for (const peer of news) {
    if (!state.words.given.has(holdId(peer))) continue;
    const { group, epoch } = peer;
    effects.push({ type: "tell", peer, message: { type: "withdrawal", holds: [{ group, epoch }] } });
  }
  if (news.length === 0 && counted.length === before.size) return state;
  return { ...state, words: { ...state.words, withdrawn: new Set(counted.map(holdId)) } };
}

/** Promises that are over bind nobody. */
export function forgetWords(state: SessionState, now: number): SessionState {
  const { given } = state.words;
  if (![...given.values()].some(({ until }) => until <= now)) return state;
  return { ...state, words: { ...state.words, given: new Map([...given].filter(([, { until }]) => until > now)) } };
}

function isCounted({ counts }: SessionState, hold: HoldRef, now: number): boolean {
  const count = counts.get(holdId(hold));
  return count !== undefined && isComplete(count, now);
}

/** An ownership for which this agent may give its word to that key (PW7). */
function vouchedFor({ assignment }: SessionState, hold: HoldRef, { key }: Pick<Peer, "key">): VouchedFor | undefined {
  return assignment?.vouchesFor.find((vouched) => holdId(vouched) === holdId(hold) && vouched.key === key);
}
