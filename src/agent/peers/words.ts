import type { Assignment, HoldRef, Peer } from "../../cluster/messages.ts";

/**
 * What this run has asked of other agents and what they have promised it, as the owner of some ownerships; and what it has promised
 * itself, for the ownerships of others.
 */
export type Words = {
  /** Asks sent by this run. */
  readonly asks: number;
  /** Those that have not been answered, oldest first. */
  readonly inFlight: readonly SentAsk[];
  /** When the last ones were sent; null: none was yet. */
  readonly askedAt: number | null;
  /** By ownership, and by the key of who promised. */
  readonly promises: ReadonlyMap<string, ReadonlyMap<string, Word>>;
  /** By ownership and key: the newest that was heard. What is older, or comes once more, is nothing. */
  readonly heard: ReadonlyMap<string, ReadonlyMap<string, Heard>>;
  /** Ownerships of which was noted that only others' word holds them, and nodes of which that theirs is missing. */
  readonly byWord: ReadonlySet<string>;
  readonly missing: ReadonlySet<string>;
  /** Ownerships of which the peers were told that they are offline here. */
  readonly gone: ReadonlySet<string>;
  /** What owners have asked this run for, by ownership, and what it has promised. */
  readonly given: ReadonlyMap<string, Given>;
  /** Ownerships whose owner was told that this run promises nothing more for them. */
  readonly withdrawn: ReadonlySet<string>;
};

/**
 * Until when this run claims nothing, and the highest number of an ask, or of word that all is offline, that was heard: asks up to that
 * are answered no more. An ownership is one run's, so that the numbers are those of one run, of the agent of this key.
 */
export type Given = { readonly key: string; readonly until: number; readonly n: number };

/** The highest number of an ask that a peer has spoken of, and whether it has withdrawn what it promised up to that. */
export type Heard = { readonly n: number; readonly withdrawn: boolean };

export type SentAsk = {
  readonly n: number;
  readonly sentAt: number;
  readonly durationMs: number;
  readonly to: Peer;
  readonly holds: readonly HoldRef[];
};

/** A promise counts from the moment before it was asked for. */
export type Word = { readonly askedAt: number; readonly durationMs: number };

export const noWords: Words = {
  asks: 0,
  inFlight: [],
  askedAt: null,
  promises: new Map(),
  heard: new Map(),
  byWord: new Set(),
  missing: new Set(),
  gone: new Set(),
  given: new Map(),
  withdrawn: new Set(),
};

/** The agents that have anything to say to who is assigned this: those whom it asks for their word, and those who may ask it (PW7). */
export function keysIn(assignment: Assignment | null): ReadonlySet<string> {
  const asked = (assignment?.groups ?? []).flatMap(({ peers }) => peers);
  return new Set([...asked, ...(assignment?.vouchesFor ?? [])].map(({ key }) => key));
}
