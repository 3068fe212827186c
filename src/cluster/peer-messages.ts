import type { HoldRef } from "./messages.ts";

/**
 * What two agents say to each other, without the control plane: an owner asks for a peer's word, and holds by it while nobody else
 * answers (SPEC PW2). Each message stands for itself, and names the
 * number of an ask: one that is lost, late, or comes again does no harm.
 */
export type PeerMessage = Ask | Promised | Withdrawal | Gone;

/** "Do you promise to end none of these within so many milliseconds?" Numbered within the asking run. */
export type Ask = {
  readonly type: "ask";
  readonly n: number;
  readonly holds: readonly HoldRef[];
  readonly durationMs: number;
};

/** "I do for these, from now on. Those are over: I have counted your silence, and shall say so." */
export type Promised = {
  readonly type: "promise";
  /** That of the ask. */
  readonly n: number;
  readonly holds: readonly HoldRef[];
  readonly over: readonly HoldRef[];
};

/** The same before it was asked: "I promise these no more, whatever I have said to your asks up to this number." */
export type Withdrawal = { readonly type: "withdrawal"; readonly n: number; readonly holds: readonly HoldRef[] };

/**
 * "All of these is offline here, and nothing that you have promised of them in answer to my asks up to this number binds you." A promise
 * of later is another one: this may come late, or once more.
 */
export type Gone = { readonly type: "gone"; readonly n: number; readonly holds: readonly HoldRef[] };
