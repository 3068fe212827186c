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
  /** Ownerships of which the peers were told that they are offline here. */
  readonly gone: ReadonlySet<string>;
  /** Promises of this run's own, by ownership. */
  readonly given: ReadonlyMap<string, Given>;
  /** Ownerships whose owner was told that this run promises nothing more for them. */
  readonly withdrawn: ReadonlySet<string>;
};

/** Until when this run claims nothing, and the number of the last ask that it has promised so. */
export type Given = { readonly until: number; readonly n: number };

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
  gone: new Set(),
  given: new Map(),
  withdrawn: new Set(),
};

/** The agents that have anything to say to who is assigned this: those whom it asks for their word, and those who may ask it (PW7). */
export function keysIn(assignment: Assignment | null): ReadonlySet<string> {
  const asked = (assignment?.groups ?? []).flatMap(({ peers }) => peers);
  return new Set([...asked, ...(assignment?.vouchesFor ?? [])].map(({ key }) => key));
}
