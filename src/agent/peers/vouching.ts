import { holdId, type HoldRef, type Peer, type Silence, type VouchedFor } from "../../cluster/messages.ts";
import type { Ask } from "../../cluster/peer-messages.ts";
import { sameGeneration } from "../../cluster/lease/generation.ts";
import type { SessionEffect, SessionState } from "../session-state.ts";
import { isComplete } from "../witness.ts";

/** The peer's side: it promises owners to claim nothing of theirs for a while, keeps that, and withdraws its word before it claims. */

export function heardAsk(
  state: SessionState,
  from: Pick<Peer, "key">,
  { n, holds: asked, durationMs }: Ask,
  now: number,
  effects: SessionEffect[],
): SessionState {
  // Until this run is the node, what an earlier one has claimed may still be heard (PW4).
  if (state.standing?.kind !== "Up") return state;
  const mine = asked.flatMap((hold) => {
    const vouched = vouchedFor(state, hold);
    return vouched?.key === from.key ? [vouched] : [];
  });
  const [peer] = mine;
  if (peer === undefined) return state;
  const refs = mine.map(({ group, epoch }) => ({ group, epoch }));
  const withdrawn = withdrawCounted(state, now);
  const isOver = (hold: HoldRef): boolean => withdrawn.words.withdrawn.has(holdId(hold));
  const given = new Map(withdrawn.words.given);
  const holds = refs.filter((hold) => !isOver(hold));
  for (const hold of holds) given.set(holdId(hold), Math.max(given.get(holdId(hold)) ?? 0, now + durationMs));
  effects.push({ type: "tell", peer, message: { type: "promise", n, holds, over: refs.filter(isOver) } });
  return { ...withdrawn, words: { ...withdrawn.words, given } };
}

/** The owner has nothing of these any more: what was promised it is void. */
export function heardGone(state: SessionState, from: Pick<Peer, "key">, holds: readonly HoldRef[]): SessionState {
  const given = new Map(state.words.given);
  for (const hold of holds) if (vouchedFor(state, hold)?.key === from.key) given.delete(holdId(hold));
  return given.size === state.words.given.size ? state : { ...state, words: { ...state.words, given } };
}

/** A silence that has been counted to its end is promised no more, and its owner is told so at once (PW5). */
export function tendWithdrawals(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const next = withdrawCounted(state, now);
  for (const [subject, silence] of next.words.withdrawn) {
    if (state.words.withdrawn.get(subject) === silence || !next.words.given.has(subject)) continue;
    const owner = (state.assignment?.vouchesFor ?? []).find((vouched) => holdId(vouched) === subject);
    if (owner === undefined) continue;
    const { group, epoch } = owner;
    effects.push({ type: "tell", peer: owner, message: { type: "withdrawal", holds: [{ group, epoch }] } });
  }
  return next;
}

/** Promises that are over bind nobody, and a silence that has another value is another one. */
export function forgetWords(state: SessionState, now: number): SessionState {
  const { given } = state.words;
  if (![...given.values()].some((until) => until <= now)) return state;
  return { ...state, words: { ...state.words, given: new Map([...given].filter(([, until]) => until > now)) } };
}

/** What an answer says of silences: claims of other values than these are void, so that their owners may be promised anew. */
export function withSilences(words: SessionState["words"], silences: readonly Silence[]): SessionState["words"] {
  if (words.withdrawn.size === 0) return words;
  const named = new Map(silences.map((silence) => [silence.subject, silence]));
  const withdrawn = [...words.withdrawn].filter(([subject, silence]) => isSameValue(named.get(subject), silence));
  return { ...words, withdrawn: new Map(withdrawn) };
}

function isSameValue(a: Silence | undefined, b: Silence): boolean {
  return a !== undefined && a.k === b.k && sameGeneration(a.generation, b.generation);
}

function withdrawCounted(state: SessionState, now: number): SessionState {
  const { withdrawn } = state.words;
  const counted = [...state.counts.values()].filter(
    (count) => isComplete(count, now) && !withdrawn.has(count.silence.subject),
  );
  if (counted.length === 0) return state;
  const more = counted.map(({ silence }): [string, Silence] => [silence.subject, silence]);
  return { ...state, words: { ...state.words, withdrawn: new Map([...withdrawn, ...more]) } };
}

function vouchedFor({ assignment }: SessionState, hold: HoldRef): VouchedFor | undefined {
  return assignment?.vouchesFor.find((vouched) => holdId(vouched) === holdId(hold));
}
