import { type AssignedGroup, holdId } from "../../cluster/messages.ts";
import { isLive } from "../fuse.ts";
import type { SessionEffect, SessionState } from "../session-state.ts";
import { heldWithPeers, nodesAgreeing } from "./asking.ts";

/** What the log says of others' word: when something begins and ends to be held by it, and whose is missing. */

export function noteWords(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  return noteMissing(noteHeld(state, now, effects), now, effects);
}

function noteHeld(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const before = state.words.byWord;
  const byWord = heldWithPeers(state, now).filter((group) => !isGranted(state, holdId(group), now));
  if (byWord.length === 0 && before.size === 0) return state;
  const ids = new Set(byWord.map(holdId));
  for (const group of byWord.filter((one) => !before.has(holdId(one)))) {
    const nodes = group.peers.map(({ node }) => node);
    effects.push({ type: "note", code: "held-by-word", detail: holdId(group), nodes });
  }
  // What is held no more is said where its fuse blew, or it was released.
  for (const id of before) {
    if (!ids.has(id) && isGranted(state, id, now)) effects.push({ type: "note", code: "granted-again", detail: id });
  }
  return { ...state, words: { ...state.words, byWord: ids } };
}

function isGranted({ fuses }: SessionState, id: string, now: number): boolean {
  const fuse = fuses.get(id);
  return isLive(fuse, now) && now < fuse.granted;
}

/** A peer that is slow once is no news: it is missing when half a ttl passes without an answer, or its word is over. */
function noteMissing(state: SessionState, now: number, effects: SessionEffect[]): SessionState {
  const held = heldWithPeers(state, now);
  const before = state.words.missing;
  if (held.length === 0) return before.size === 0 ? state : withMissing(state, new Set());
  const missing = new Set([...nodesSilent(state, now), ...held.flatMap((group) => nodesOver(state, group, now))]);
  const agreed = new Set(held.flatMap((group) => nodesAgreeing(state, group, now)));
  const news = [...missing].filter((node) => !before.has(node));
  const back = [...before].filter((node) => !missing.has(node) && agreed.has(node));
  if (news.length > 0) effects.push({ type: "note", code: "word-missing", detail: news.join(", ") });
  if (back.length > 0) effects.push({ type: "note", code: "word-given", detail: back.join(", ") });
  if (news.length + back.length === 0) return state;
  return withMissing(state, new Set([...before, ...news].filter((node) => !back.includes(node))));
}

/** Those that have answered neither an ask of half its time ago, nor a later one. */
function nodesSilent({ words }: SessionState, now: number): string[] {
  return words.inFlight
    .filter(({ sentAt, durationMs }) => now - sentAt >= durationMs / 2)
    .filter(({ n, to, holds }) => holds.every((hold) => (words.heard.get(holdId(hold))?.get(to.key)?.n ?? 0) < n))
    .map(({ to }) => to.node);
}

function nodesOver(state: SessionState, group: AssignedGroup, now: number): string[] {
  const promises = state.words.promises.get(holdId(group));
  if (promises === undefined) return [];
  const agree = new Set(nodesAgreeing(state, group, now));
  return group.peers.filter(({ key, node }) => promises.has(key) && !agree.has(node)).map(({ node }) => node);
}

function withMissing(state: SessionState, missing: ReadonlySet<string>): SessionState {
  return { ...state, words: { ...state.words, missing } };
}
