import type { ClusterDefinition } from "./definition/definition.ts";
import type { Generation } from "./lease/generation.ts";
import type {
  Agreeing,
  Assignment,
  HeldBefore,
  HoldRef,
  Peer,
  PeerPlace,
  Report,
  Silence,
  Standing,
  Told,
  Wanted,
} from "./messages.ts";
import type { Operation } from "./commands/operation.ts";

/**
 * Everything the brain knows. `durable` is what the store holds, row for row; `memory` is lost with each start of
 * the object, and whatever was lost is assumed in the way that is safe.
 */
export type ClusterState = { readonly durable: Durable; readonly memory: Memory };

// --- durable: one map for each table of schema.sql ------------------------------------------------------------------

export type Durable = {
  readonly generation: Generation;
  /** Null until the first definition is applied. */
  readonly cluster: ClusterRow | null;
  readonly nodes: ReadonlyMap<string, NodeRow>;
  readonly groups: ReadonlyMap<string, GroupRow>;
  /** Every ownership that has begun and has not ended, by `holdId`; also those of groups that are no longer defined. */
  readonly holds: ReadonlyMap<string, Hold>;
  /** By incarnation: what each owning run was granted. The only table that the steady state writes. */
  readonly leases: ReadonlyMap<string, LeaseRow>;
  /** By name: what was asked for and takes time, and what became of it. */
  readonly operations: ReadonlyMap<string, Operation>;
};

export type ClusterRow = {
  readonly definition: ClusterDefinition;
  /** Grows with each definition that changed something. */
  readonly revision: number;
  /** A group that is created starts above this epoch, so that no epoch of a deleted group of its name is used again. */
  readonly epochFloor: number;
  /** Observe, touch nothing: no group changes its owner, nothing is restarted, unless an operator says so. */
  readonly maintenance: boolean;
  /** The cluster has been destroyed: what is left of it are ownerships that have not ended yet. */
  readonly destroyed: boolean;
  /** Who may still write to disks; at most one entry for each ownership. */
  readonly silent: readonly SilentOwner[];
};

/** A run that fell silent as the owner of a group with disks (LEASE rule 19). `machine`: null when it did not say where it ran. */
export type SilentOwner = HoldRef & {
  readonly node: string;
  readonly incarnation: string;
  readonly machine: string | null;
  /** As their resources name them. */
  readonly devices: readonly string[];
};

export type NodeRow = {
  readonly name: string;
  readonly paused: boolean;
  /** Its groups were asked to go elsewhere when it was paused (PauseClusterNodeEx), and to which node. */
  readonly drain: { readonly target: string | null } | null;
  readonly stability: Stability;
};

/** How steady a node has been, for its quarantine. */
export type Stability = {
  /** When its lease was lost, epoch milliseconds; those of the last hour. */
  readonly losses: readonly number[];
  /** It gets no group meanwhile, unless nobody else could have it. */
  readonly quarantine: Span | null;
};
export const steady: Stability = { losses: [], quarantine: null };

export function newNode(name: string): NodeRow {
  return { name, paused: false, drain: null, stability: steady };
}

export type GroupRow = {
  readonly name: string;
  /** The highest epoch ever used. Only grows. */
  readonly epoch: number;
  readonly wanted: Wanted;
  /** Resources that are wanted otherwise than the group. */
  readonly exceptions: readonly string[];
  readonly troubles: Troubles;
  readonly plan: Plan;
  /** By resource: what operators have asked of it under the present epoch. */
  readonly demands: Readonly<Record<string, Demands>>;
};

/** What is to become of a group at some later time. */
export type Plan = {
  readonly move: ScheduledMove | null;
  readonly failback: Failback | null;
  /** Not null: it has an owner and has not been started there yet. */
  readonly start: StartWait | null;
  /** Not null: it has lost its owner like this, and has no other one yet. */
  readonly loss: Loss | null;
};
/** MoveClusterGroup at a time. `at`: epoch milliseconds. `operation`: as what it is followed up, if it is. */
export type ScheduledMove = {
  readonly at: number;
  readonly target: string | null;
  readonly actor: string;
  readonly operation: string | null;
};
/** More preferred owners were not there when the group was placed. `notBefore`: when its window opens next, epoch ms. */
export type Failback = { readonly notBefore: number; readonly awaited: readonly string[] };
/** Waits for `delayMs` from `since` on (GroupStartDelay), and for the groups that it depends on. */
export type StartWait = { readonly since: number; readonly delayMs: number };

export const noPlan: Plan = { move: null, failback: null, start: null, loss: null };

/** How often a resource was asked to fail and to restart. Only grows while an epoch lasts. */
export type Demands = { readonly fails: number; readonly restarts: number };
export const noDemands: Demands = { fails: 0, restarts: 0 };

/** What failed lately, for the thresholds of MSCS. Each list is as long as its threshold at most. */
export type Troubles = {
  /** Times of failovers that a failed resource caused; loss of a node is never among them. Epoch milliseconds. */
  readonly failovers: readonly number[];
  readonly resources: Readonly<Record<string, ResourceTrouble>>;
  /** Set when the group was given up (event 1254): it is tried again at this time, or never. */
  readonly givenUp: { readonly since: number; readonly retryAfterMs: number | null } | null;
};
export type ResourceTrouble = {
  /** Which try the agent shall make; 1 is the first. */
  readonly attempt: number;
  /** The last try whose failure has been judged: each failure is judged once. */
  readonly judged: number;
  /** Times of failures within RestartPeriod, epoch milliseconds. */
  readonly failedAt: readonly number[];
};

export const noTroubles: Troubles = { failovers: [], resources: {}, givenUp: null };

/**
 * One ownership: a run of a node's agent holds a group, and with it these addresses, under an epoch. It lasts until its
 * end is known (LEASE rule 5), whatever becomes of the group's definition meanwhile: a hold whose group is gone is a
 * tombstone **by address**, and nothing that wants one of its addresses begins before it ends.
 */
export type Hold = HoldRef & {
  readonly node: string;
  readonly incarnation: string;
  readonly machine: string | null;
  readonly addresses: readonly string[];
  /** What its disks are called: all that they were under this epoch. */
  readonly devices: readonly string[];
  readonly phase: HoldPhase;
  readonly agreement: Agreement;
};

/** By whose word an owner may hold while the control plane does not answer, and who may end that by a count (PW1, PW3). */
export type Agreement = {
  /** The owner's own agent; null: others cannot reach it, so it holds by nobody's word. */
  readonly owner: PeerPlace | null;
  /** As the owner's newest assignment names them. */
  readonly peers: readonly Peer[];
  /** Those that are in every list by which the owner may be going; null: anybody, for it goes by no list. */
  readonly claimants: readonly Peer[] | null;
};

export type HoldPhase =
  /**
   * `arriving`: it came by an operator's word while all else is only observed, and is still to be brought online. `online`: so it
   * was when it was last heard of, which a later start of the object knows from here.
   */
  | ({ readonly kind: "owned"; readonly arriving?: true; readonly online?: true } & Unasked)
  /** Wanted offline, still covered by grants until it is released or `drainGrantsLeft` is used up. */
  | ({ readonly kind: "draining"; readonly because: DrainReason; readonly target: string | null } & Unasked);

/**
 * `before`: of which addresses somebody may have to be asked first. `came`: those among them that its owner has had online since,
 * which are nobody else's any more.
 */
export type Unasked = { readonly before?: Readonly<Record<string, HeldBefore>>; readonly came?: readonly string[] };

export const drainReasons = [
  "move",
  "failback",
  "pause",
  "failover",
  "redefined",
  "readdressed",
  "deleted",
  "evicted",
  "rolled-back",
] as const;
export type DrainReason = (typeof drainReasons)[number];

export type LeaseRow = {
  readonly incarnation: string;
  readonly node: string;
  readonly held: Readonly<Record<string, Lease>>;
};

export type Lease = {
  /** Grows with each grant that covers this hold. */
  readonly k: number;
  /** The longest ttl that anything of it may still be held for: what a witness has to count. */
  readonly ttlHeldMs: number;
  /** While draining: how many more grants may cover the hold; null while owned. */
  readonly drainGrantsLeft: number | null;
};

// --- memory ---------------------------------------------------------------------------------------------------------

export type Memory = {
  /** The number of the last answer: the logical clock of this generation. */
  readonly answers: number;
  /** The count within this generation of assignment revisions. */
  readonly revisions: number;
  readonly start: StartPhase;
  readonly sessions: ReadonlyMap<string, Session>;
  /**
   * By run, the one that was last answered last: also of runs whose connection is gone. One that comes back counts on, however
   * often it comes back.
   */
  readonly witnesses: ReadonlyMap<string, Witness>;
  /**
   * By hold: renewals of its owner that were answered without extending it while the object was `holding`. They break a
   * witness's count, so that an owner that is there, but may not be extended yet, is not taken for a silent one.
   */
  readonly heard: ReadonlyMap<string, number>;
  /** The ownerships that this start has extended: whoever has one lives, whatever somebody else says that he has seen. */
  readonly extended: ReadonlySet<string>;
  /** Deadlines that are not safety, by hold: how long its resources may be pending (LEASE rule 13). */
  readonly pending: ReadonlyMap<string, PendingSpan>;
  /** By node: under which key its agent came last, as far as this start has heard. */
  readonly keys: ReadonlyMap<string, string>;
  /** What the one alarm was last set to; undefined when this start has not said yet. */
  readonly alarmAt: number | null | undefined;
  /** Who has reported associations lately, for the limit on their rate. */
  readonly reporters: ReadonlyMap<string, readonly number[]>;
  /** The number of the last journal entry. */
  readonly journaled: number;
  /** What agents and partners last said of associations, newest last. */
  readonly associations: readonly SeenAssociation[];
};

/**
 * `holding` until a session has counted `holdMs` from its first answer of this generation: no epoch begins, and an owner
 * is extended only if its fuse has not blown (LEASE rule 10).
 */
export type StartPhase = { readonly kind: "holding"; readonly holdMs: number } | { readonly kind: "over" };

/** How a group lost its owner: that decides who may be the next one. */
export type Loss = {
  readonly because: OwnedBecause;
  /** Who owned it before. */
  readonly from: string | null;
  /** Where it would rather go, and which node it is to leave. */
  readonly target: string | null;
  readonly leaving: string | null;
  /**
   * After an expiry, the first answer of the witness's run: who has not renewed since then may be as dead as the owner, and is
   * passed over (LEASE rule 8). Else 0, also after a start, which numbers its answers anew.
   */
  readonly since: number;
  /** What its last owner had, whether that one said that it has it no more, and of which it was never said that they came there. */
  readonly addresses?: {
    readonly had: readonly string[];
    readonly released: boolean;
    readonly before: Readonly<Record<string, HeldBefore>>;
  };
};

/** Why a group gets an owner: it has none yet, or lost its last one like this. */
export type OwnedBecause = "new" | "expired" | "confirmed-down" | "released" | DrainReason;

/** Losses that an operator's word has led to, and that go on to their end in maintenance too. */
const byOperators: ReadonlySet<OwnedBecause> = new Set([
  "move",
  "pause",
  "failback",
  "redefined",
  "readdressed",
  "evicted",
  "rolled-back",
]);
/** The group was online and well, and comes to another node because the one that had it, or its resources, gave out. */
const byItself: ReadonlySet<OwnedBecause> = new Set(["expired", "confirmed-down", "released", "failover"]);

export function isByOperator({ because }: Loss): boolean {
  return byOperators.has(because);
}

export function isByItself({ because }: Loss): boolean {
  return byItself.has(because);
}

/** A length of time from a moment of the object's clock; re-based when that clock goes back. */
export type Span = { readonly since: number; readonly durationMs: number };

/** `totalLeftMs`: how long the span may still last, counted from its `since`, however often progress begins it anew. */
export type PendingSpan = Span & { readonly totalLeftMs: number };

/** A connection of the shell's, named by the shell. */
export type SocketId = string;

export type Session = {
  readonly incarnation: string;
  readonly node: string;
  readonly machine: string | null;
  readonly peer: PeerPlace | null;
  /** By whose word it says that it holds; null: it has not said so yet on this connection. */
  readonly agreeing: readonly Agreeing[] | null;
  readonly connection: Connection;
  readonly standing: Standing;
  /** Answered renewals of this run: the `k` of its silence when it holds nothing. */
  readonly renewals: number;
  /** Highest renewal number seen. */
  readonly lastRenewal: number;
  /** When a renewal last came, on the object's clock: for readers, never for a decision about ownership. */
  readonly renewedAt: number | null;
  /** When it last said hello or renewed, on the object's clock: who is silent makes room when there are too many runs. */
  readonly heardAt: number;
  readonly report: Report;
  /** Ended by expiry, and no renewal has been answered since: not eligible (LEASE rule 8). */
  readonly expired: boolean;
  /** Its last renewal could not be extended, because it had confirmed none of the last answers. */
  readonly deaf: boolean;
  /** It is stopping: it gets nothing more. */
  readonly leaving: boolean;
  /** The assignment last made for it. */
  readonly assigned: Assignment;
  /** The assignment that its last report was said under; null when that is none which the object still knows. */
  readonly confirmed: Assignment | null;
  /** What of its associations and notices is in the journal already. */
  readonly told: Told;
};

/** What a run was last told of silences, by subject. */
export type Witness = { readonly node: string; readonly silences: ReadonlyMap<string, ToldSilence> };

/** A silence, and since when it has stood so, on the object's clock. */
export type ToldSilence = { readonly silence: Silence; readonly at: number };

export type Connection =
  | {
      readonly kind: "open";
      readonly number: number;
      readonly socket: SocketId;
      /** Numbers of the last answers sent on it, oldest first; as many as make a silent listener deaf. */
      readonly answers: readonly number[];
      /** The last grant sent on it; null: none. */
      readonly granted: SentGrant | null;
      /** Ttls of grants sent on it and not confirmed, oldest first. */
      readonly unconfirmed: readonly UnconfirmedTtl[];
    }
  | { readonly kind: "closed"; readonly number: number };

/** Of one grant, or of some that follow each other: then with the number of the last of them. */
export type UnconfirmedTtl = { readonly answer: number; readonly ttlMs: number };

export type SentGrant = { readonly answer: number; readonly ttlMs: number; readonly holds: readonly string[] };

export type SeenAssociation = {
  readonly group: string;
  readonly partner: string;
  readonly direction: "outbound" | "inbound";
  readonly state: "open" | "refused" | "deferred" | "closed" | "accepted";
  readonly localAddress: string | null;
  readonly remoteAddress: string | null;
  readonly reason: string | null;
  /** The node whose agent said so, or the name of the token of a partner. */
  readonly reporter: string;
  readonly at: number;
};
