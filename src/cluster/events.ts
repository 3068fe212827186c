import type { ClusterDefinition } from "./definition/definition.ts";
import type { Edit } from "./definition/edit.ts";
import type { JournalEntry, JournalNote } from "./journal.ts";
import type { Hello, HoldRef, ObjectMessage, Renewal, Wanted } from "./messages.ts";
import type { Operation } from "./commands/operation.ts";
import type { ClusterRow, GroupRow, Hold, LeaseRow, NodeRow, SeenAssociation, SocketId } from "./state.ts";
import type { Generation } from "./lease/generation.ts";

/**
 * What may happen to a cluster. Each event carries `now`, the object's clock in epoch milliseconds, read once by the shell.
 *
 * The loop that a shell must follow:
 * 1. At its start: write a `nextGeneration`, wait until that is confirmed, and only then read the rows (`start`).
 * 2. For each event: `const { state, effects, outcome } = step(state, event)`.
 * 3. Carry the effects out in their order: a `persist` comes before everything that tells somebody of it. If it fails,
 *    nothing after it may happen, and the object starts again.
 */
export type ClusterEvent = { readonly now: number } & (SessionEvent | OperatorEvent | { readonly type: "alarm" });

export type SessionEvent =
  /** `nonce` is fresh random text: a roll-back that the hello reveals needs a new generation. */
  | {
      readonly type: "hello";
      readonly socket: SocketId;
      readonly node: string;
      readonly nonce: string;
      readonly message: Hello;
    }
  | { readonly type: "renewal"; readonly socket: SocketId; readonly message: Renewal }
  | { readonly type: "closed"; readonly socket: SocketId };

/**
 * What somebody with a token asks for; `actor` is the token's id. Each is accepted whole or refused whole. What takes time is
 * followed up under the name `operation`, if the shell gives one.
 */
export type OperatorEvent = { readonly actor: string; readonly operation?: string } &
  /** `force`: also a group that is not offline may go. */
  (
    | { readonly type: "define"; readonly definition: ClusterDefinition; readonly force: boolean }
    | { readonly type: "edit"; readonly edit: Edit; readonly force: boolean }
    | { readonly type: "destroy"; readonly force: boolean }
    | { readonly type: "maintenance"; readonly on: boolean }
    /** `at`: epoch milliseconds; null: now. */
    | { readonly type: "move"; readonly group: string; readonly target: string | null; readonly at: number | null }
    | { readonly type: "cancel"; readonly group: string }
    | { readonly type: "want"; readonly group: string; readonly wanted: Wanted }
    | { readonly type: "want-resource"; readonly group: string; readonly resource: string; readonly wanted: Wanted }
    | { readonly type: "fail-resource"; readonly group: string; readonly resource: string }
    | { readonly type: "restart-resource"; readonly group: string; readonly resource: string }
    | { readonly type: "pause"; readonly node: string; readonly drain: boolean; readonly target: string | null }
    | { readonly type: "resume"; readonly node: string; readonly failback: ResumeFailback }
    | { readonly type: "confirm-down"; readonly node: string }
    /** The guard's word: everything under these epochs is offline (LEASE rule 16). */
    | {
        readonly type: "release";
        readonly node: string;
        readonly incarnation: string;
        readonly holds: readonly HoldRef[];
      }
    /** The shell has done something of its own that the journal shall tell. */
    | { readonly type: "note"; readonly note: Omit<JournalNote, "actor"> }
    /** Somebody outside of the cluster saw an association come in. */
    | {
        readonly type: "observe";
        readonly association: Omit<SeenAssociation, "at" | "reporter">;
        readonly reporter: string;
      }
  );

/** CLUSTER_NODE_RESUME_FAILBACK_TYPE: what becomes of groups that would rather be on the node that is resumed. */
export const resumeFailbacks = ["no", "immediate", "policy"] as const;
export type ResumeFailback = (typeof resumeFailbacks)[number];

export type Step<State> = { readonly state: State; readonly effects: readonly Effect[]; readonly outcome: Outcome };

/** What a shell has to do, in order. */
export type Effect =
  | { readonly type: "persist"; readonly changes: readonly Change[] }
  | { readonly type: "send"; readonly socket: SocketId; readonly message: ObjectMessage }
  | { readonly type: "close"; readonly socket: SocketId; readonly reason: CloseReason }
  /** Tell those who watch. */
  | { readonly type: "publish"; readonly entries: readonly JournalEntry[] }
  /** Send an `alarm` event at this time (epoch milliseconds); null: none is needed. */
  | { readonly type: "alarm"; readonly at: number | null };

/** Why a session's connection is closed from this side. An agent connects again, except as the docstring says. */
export const closeReasons = [
  /** A higher connection of the same run has said hello. */
  "replaced",
  /** A renewal came before a hello, or an older connection spoke. */
  "out-of-turn",
  /** The node is not part of the cluster (any more): asked again at leisure. */
  "unknown-node",
  /** Too many runs of one node's agent at a time. */
  "too-many-runs",
  "malformed",
] as const;
export type CloseReason = (typeof closeReasons)[number];

/** One row of one table as it shall be; `row: null` deletes it. */
export type Change =
  | { readonly table: "generation"; readonly row: Generation }
  | { readonly table: "cluster"; readonly row: ClusterRow }
  | { readonly table: "nodes"; readonly key: string; readonly row: NodeRow | null }
  | { readonly table: "groups"; readonly key: string; readonly row: GroupRow | null }
  | { readonly table: "holds"; readonly key: string; readonly row: Hold | null }
  | { readonly table: "leases"; readonly key: string; readonly row: LeaseRow | null }
  | { readonly table: "operations"; readonly key: string; readonly row: Operation | null }
  | { readonly table: "journal"; readonly row: JournalEntry };

/** How an event came out. A refusal has changed nothing. */
export type Outcome =
  | { readonly kind: "done"; readonly changed: readonly string[] }
  | { readonly kind: "refused"; readonly refusal: Refusal };

export type Refusal = {
  readonly code: RefusedCode;
  readonly detail: string;
  /** For a definition: each thing wrong with it, with its path in the document. */
  readonly problems?: readonly Problem[];
};

export const refusedCodes = [
  "invalid-definition",
  "cluster-not-defined",
  "cluster-name-differs",
  "group-not-found",
  "node-not-found",
  "node-not-possible-owner",
  "node-not-up",
  "no-other-owner",
  "already-owner",
  "group-not-owned",
  "group-in-transition",
  "group-online",
  "group-exists",
  "resource-not-found",
  "resource-not-online",
  "resource-exists",
  "node-exists",
  "network-not-found",
  "network-exists",
  "network-in-use",
  "resource-type-not-found",
  "resource-type-exists",
  "resource-type-in-use",
  "group-not-empty",
  "resource-in-use",
  "last-possible-owner",
  "nothing-to-cancel",
  "in-maintenance",
  "too-many-operations",
  "run-not-known",
  "node-is-connected",
  "rate-limited",
] as const;
export type RefusedCode = (typeof refusedCodes)[number];

export type Problem = {
  /** Where in the document, as JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly code: string;
  readonly sentence: string;
};

export const done: Outcome = { kind: "done", changed: [] };
