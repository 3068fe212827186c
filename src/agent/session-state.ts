import type { LeaseTerms } from "../cluster/lease/lease.ts";
import type {
  AgentMessage,
  Assignment,
  Hello,
  Holding,
  HoldRef,
  ObjectMessage,
  Peer,
  Seen,
  Standing,
  Told,
} from "../cluster/messages.ts";
import type { PeerMessage } from "../cluster/peer-messages.ts";
import type { Fuse } from "./fuse.ts";
import type { HostSays, Orders } from "./orders.ts";
import type { Words } from "./peers/words.ts";
import type { Counts } from "./witness.ts";

/**
 * The agent's side of a session, as a pure machine. `now` is the node's monotonic clock in milliseconds; nothing here
 * knows the time of day.
 */
export type SessionEvent = { readonly now: number } & (
  | { readonly type: "opened"; readonly connection: number }
  /** The connection is gone, or could not be made in time. */
  | { readonly type: "closed"; readonly connection: number }
  | { readonly type: "received"; readonly connection: number; readonly message: ObjectMessage }
  | { readonly type: "host"; readonly says: HostSays }
  /** Another agent has said this, and the signature is that key's. */
  | { readonly type: "told"; readonly from: Pick<Peer, "key">; readonly message: PeerMessage }
  /** A time that a `wake` effect asked for has come; waking too early or too often does no harm. */
  | { readonly type: "wake" }
  /** Time has passed of which `now` knows nothing: the host was suspended. Comes before what it woke up to. */
  | { readonly type: "lapse"; readonly lostMs: number }
  /** The process was asked to end: everything offline, released, then `exit`. */
  | { readonly type: "stop" }
);

/** To be carried out in their order. */
export type SessionEffect =
  /** Write this to the node's disk, and sync it, before anything that follows. */
  | { readonly type: "remember"; readonly seen: Seen }
  | { readonly type: "orders"; readonly orders: Orders }
  /** Open a connection; answer with `opened` or, after `timeoutMs` at the latest, with `closed`. */
  | { readonly type: "connect"; readonly connection: number; readonly timeoutMs: number }
  /** Drop it at once, without waiting for the other side. */
  | { readonly type: "disconnect"; readonly connection: number }
  | { readonly type: "send"; readonly connection: number; readonly message: AgentMessage }
  /** From now on, hear what these keys have signed, and nothing else (PW7). */
  | { readonly type: "heed"; readonly keys: ReadonlySet<string> }
  /** Say this to another agent, which may not hear it. */
  | { readonly type: "tell"; readonly peer: Peer; readonly message: PeerMessage }
  /** Send `wake` at this time; replaces any earlier one. */
  | { readonly type: "wake"; readonly at: number }
  /** Something for the log: a stable code, what it is about, and the nodes whose word has to do with it. */
  | {
      readonly type: "note";
      readonly code: SessionNote;
      readonly detail: string;
      readonly nodes?: readonly string[];
    }
  /** `told`: the object knows that everything was released; else a ttl has passed in which it could not be told. */
  | { readonly type: "exit"; readonly told: boolean };

export type SessionNote =
  | "joined"
  | "joining"
  | "connection-lost"
  | "reconnected"
  | "fuse-blown"
  | "held-by-word"
  | "granted-again"
  | "word-missing"
  | "word-given"
  | "word-withdrawn"
  | "lapsed"
  | "refused"
  | "stale-message";

export type SessionState = {
  readonly incarnation: string;
  readonly machine: Hello["machine"];
  /** Where other agents reach this one, and under which key; null: they do not. */
  readonly peer: Hello["peer"];
  readonly seen: Seen;
  readonly link: Link;
  /** Numbers of the last connection and of the last renewal of this run. */
  readonly connections: number;
  readonly renewals: number;
  readonly lease: LeaseTerms;
  readonly assignment: Assignment | null;
  readonly standing: Standing | null;
  /** One for each ownership that was ever granted and is still assigned. */
  readonly fuses: ReadonlyMap<string, Fuse>;
  /** Ownerships whose blowing has been noted, so that it is noted once. */
  readonly blown: ReadonlySet<string>;
  /** Said in every renewal until the assignment no longer names them; never online again (LEASE rule 6). */
  readonly released: ReadonlyMap<string, HoldRef>;
  /** What it was assigned under each epoch that it is assigned now, all that ever was: it may still be there. */
  readonly holding: ReadonlyMap<string, Holding>;
  /** What this run has released, newest last: it stays so should an assignment name it once more. */
  readonly final: readonly string[];
  readonly counts: Counts;
  readonly lastAnswerAt: number | null;
  /** When the first answer of the generation last seen was received. */
  readonly generationSince: number | null;
  readonly orders: Orders;
  readonly host: HostSays;
  /** Grows with each change of the host's report. */
  readonly reportVersion: number;
  /** What was asked of other agents, and what was promised to them. */
  readonly words: Words;
  /** What answered renewals have carried. */
  readonly told: Told;
  readonly stopping: { readonly since: number; readonly offlineSince: number | null } | null;
};

/** One connection at a time; each has a higher number than the one before it. */
export type Link =
  | { readonly kind: "closed"; readonly retryAt: number }
  | { readonly kind: "connecting"; readonly connection: number }
  | { readonly kind: "greeting"; readonly connection: number; readonly since: number }
  | JoinedLink;

/** What a renewal that has not been answered yet carried: the version of the report, and its highest numbers. */
export type InFlight = {
  readonly n: number;
  readonly sentAt: number;
  readonly reportVersion: number | null;
  readonly told: Told;
};

export type JoinedLink = {
  readonly kind: "joined";
  readonly connection: number;
  readonly since: number;
  /** Highest answer received on this connection. */
  readonly lastAnswer: number;
  /** Renewals that have not been answered, oldest first. */
  readonly inFlight: readonly InFlight[];
  /** The version of the report that an answered renewal of this connection carried. */
  readonly reportKnown: number | null;
  readonly renewedAt: number;
  /** When a witness renews next, to be soon after the owner; null: when the interval is over. */
  readonly followAt: number | null;
  /**
   * What has to be said before the next renewal is due. `swarm`: that something on the host is on its way; `news`: that it is there,
   * or that an assignment has come; `release`: what another node waits for, and which itself waits for no answer.
   */
  readonly hurry: "none" | "swarm" | "news" | "release";
};
