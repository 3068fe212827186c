import type { PropertyValue } from "./definition/definition.ts";
import type { Dependency } from "./definition/dependencies.ts";
import type { Generation, Revision } from "./lease/generation.ts";
import type { LeaseTerms } from "./lease/lease.ts";

/**
 * The words that an agent and its cluster's object say to each other over one session connection.
 *
 * The agent opens with `hello`, is told `welcome`, and from then on sends numbered renewals, each of which gets a numbered
 * answer. An `assignment` may arrive at any time between. Nothing is queued while disconnected, and nothing that a message
 * leaves out means anything: both sides say what is, not what changed.
 */
export type AgentMessage = Hello | Renewal;
export type ObjectMessage = Welcome | Answer | AssignmentChanged;

/** One ownership of one group. The epoch is the fencing token: a pair is never used twice. */
export type HoldRef = { readonly group: string; readonly epoch: number };

export function holdId({ group, epoch }: HoldRef): string {
  return `${group}#${epoch}`;
}

export function sameHold(a: HoldRef, b: HoldRef): boolean {
  return a.group === b.group && a.epoch === b.epoch;
}

/** What an agent remembers over its own restarts, on the node's disk (LEASE rule 12). */
export type Seen = {
  readonly generation: Generation | null;
  readonly revision: Revision | null;
  /** The highest epoch seen of each group. */
  readonly epochs: Readonly<Record<string, number>>;
};

export type Hello = {
  readonly type: "hello";
  readonly protocol: 1;
  /** One run of an agent: a random name, new at each start of the process. */
  readonly incarnation: string;
  /** A name that the machine gives itself (machine-id(5)), over its boots; null: the agent knows of none. */
  readonly machine: string | null;
  /** The agent's count of its connections within this incarnation; a higher one replaces all lower ones. */
  readonly connection: number;
  readonly seen: Seen;
  readonly released: readonly HoldRef[];
  /** What this run may have, whatever it was assigned since: it shows addresses that a control plane has forgotten (LEASE rule 12). */
  readonly holding: readonly Holding[];
  readonly told: Told;
  /** Under which key, and where, other agents of the cluster may ask this one for its word; null: they cannot. */
  readonly peer: ProvenPlace | null;
};

/** `proof`: whose run it is (`peerProofText`), signed with that key: whoever has a node's token does not have its agent's key by that. */
export type ProvenPlace = PeerPlace & { readonly proof: string };

/** `key`: public, of the agent's state folder, base64url. `address`: `ADDRESS:PORT`, an IPv6 address in brackets. */
export type PeerPlace = { readonly key: string; readonly address: string };

/** Another node's agent, as it is known to those who ask it, or are asked by it. */
export type Peer = PeerPlace & { readonly node: string };

export function isSamePeer(a: Peer, b: Peer): boolean {
  return a.node === b.node && a.key === b.key;
}

/** An epoch, and every address that its owner was ever assigned under it. */
export type Holding = HoldRef & { readonly addresses: readonly string[] };

/** The highest numbers that answered renewals of a run have carried: what has them, or lower ones, is no news. */
export type Told = { readonly associations: number; readonly notices: number };
export const nothingTold: Told = { associations: 0, notices: 0 };

/** What somebody has been told who has heard all of this. */
export function toldBy({ associations, notices }: Pick<Report, "associations" | "notices">): Told {
  const highest = (numbered: readonly { readonly n: number }[]): number => Math.max(0, ...numbered.map(({ n }) => n));
  return { associations: highest(associations), notices: highest(notices) };
}

export type Renewal = {
  readonly type: "renewal";
  /** Unique within the incarnation. */
  readonly n: number;
  /** The number of the last answer received on this connection, 0 for none. */
  readonly lastAnswer: number;
  /**
   * The longest ttl of what this run was granted and may still stand in a fence of its node, 0 for nothing; null: an agent of an earlier
   * version, which does not say.
   */
  readonly ttlHeldMs: number | null;
  /** The generation of the last message received. */
  readonly generation: number;
  /** The revision of the assignment that the agent is working on. */
  readonly revision: Revision | null;
  /** Milliseconds since the first answer of this generation was received; null before it was. */
  readonly generationAgeMs: number | null;
  /** Ownerships whose fuse has not blown. */
  readonly intact: readonly HoldRef[];
  readonly released: readonly HoldRef[];
  readonly claims: readonly Claim[];
  /** By whose word, given and not yet over, this run holds what it owns. */
  readonly agreeing: readonly Agreeing[];
  /** The agent was told to stop: it releases what it holds and wants nothing more. */
  readonly leaving: boolean;
  /** What is on the node; null when an answered renewal of this connection has already said the same. */
  readonly report: Report | null;
};

/** All of these nodes have given their word for all of these ownerships. */
export type Agreeing = { readonly nodes: readonly string[]; readonly holds: readonly HoldRef[] };

/** Those that have for this one. */
export function agreeingOn(agreeing: readonly Agreeing[], hold: HoldRef): readonly string[] {
  return agreeing.flatMap(({ nodes, holds }) => (holds.some((one) => sameHold(one, hold)) ? nodes : []));
}

/**
 * What a witness may count: any grant to the subject changes `k`, and any restart of the object the generation, so a value
 * that has not changed for a ttl means that the subject was extended for the last time at least a ttl ago (LEASE rule 7).
 */
export type Silence = {
  /** `holdId` of an ownership, or `runSubject` of a predecessor that holds nothing. */
  readonly subject: string;
  readonly generation: Generation;
  readonly k: number;
  /** How long the value has to stand before the subject is certainly over. */
  readonly ttlMs: number;
};

export function runSubject(incarnation: string): string {
  return `run ${incarnation}`;
}

/** "This value has stood for so long on my own monotonic clock." */
export type Claim = {
  readonly silence: Silence;
  readonly countedMs: number;
  /** The number of the answer that began this run of answered renewals. */
  readonly since: number;
};

export type Welcome = {
  readonly type: "welcome";
  readonly generation: Generation;
  readonly connection: number;
  readonly standing: Standing;
  readonly assignment: Assignment;
};

/** A session that is `Joining` holds nothing and waits for its predecessor to be over. */
export type Standing =
  | { readonly kind: "Up" }
  | { readonly kind: "Joining"; readonly reason: JoiningReason; readonly predecessor: string };
export type JoiningReason = "another-run-is-connected" | "an-earlier-run-still-owns";

export type Answer = {
  readonly type: "answer";
  /** Grows over all sessions of a generation: it is the object's logical clock. */
  readonly n: number;
  /** The renewal that is answered. */
  readonly to: number;
  readonly generation: Generation;
  readonly standing: Standing;
  readonly outcome:
    | { readonly kind: "grant"; readonly holds: readonly HoldRef[]; readonly ttlMs: number }
    | { readonly kind: "refusal"; readonly code: RefusalCode };
  readonly silences: readonly Silence[];
  /**
   * How long ago an owner whose silence is named here has renewed, in milliseconds of the object's clock: a hint when to renew, which
   * proves nothing. Null: there is no such owner, or the session owns something itself and keeps its own time.
   */
  readonly ownerRenewedMs: number | null;
  /** The whole assignment when the renewal named an older one, else null. */
  readonly assignment: Assignment | null;
};
/** `deaf`: the session confirmed none of the last answers, so it may not be extended until it does. */
export type RefusalCode = "deaf" | "joining";

export type AssignmentChanged = {
  readonly type: "assignment";
  readonly generation: Generation;
  readonly assignment: Assignment;
};

/** Everything that a node shall hold. An older revision is ignored on any connection. */
export type Assignment = {
  readonly revision: Revision;
  readonly lease: LeaseTerms;
  readonly groups: readonly AssignedGroup[];
  /**
   * The addresses of every group that the node may own, whoever owns it now: what its host makes ready for, and keeps silent until
   * they come (LEASE rule 15).
   */
  readonly mayCome: readonly string[];
  /** Ownerships of others for which this agent may give its word, and who may ask for it (PW7). */
  readonly vouchesFor: readonly VouchedFor[];
};

/** An ownership, and the agent of its owner. */
export type VouchedFor = HoldRef & Peer;

export type AssignedGroup = HoldRef & {
  /**
   * `Online`: hold it, and bring its resources to what each of them is wanted to be. `Offline`: take all of it offline,
   * verify that, and release. (A group that an operator took offline is still held: its resources are wanted `Offline`.)
   */
  readonly wanted: Wanted;
  /** Maintenance: the health of what is there is watched and told, and nothing of it is touched, unless it has to go. */
  readonly observe: boolean;
  /** How addresses of it were held before, of which somebody may have to be asked first; all others were released. */
  readonly heldBefore: Readonly<Record<string, HeldBefore>>;
  /** Nodes that fell silent as owners of this group, and may still write to its disks (LEASE rule 19). */
  readonly unfenced: readonly string[];
  /** By whose word, all of them, it may be held while the control plane does not answer; empty: by nobody's (PW1). */
  readonly peers: readonly Peer[];
  readonly resources: Readonly<Record<string, AssignedResource>>;
};

/**
 * `unused`: nobody of this cluster is known to have had it, so a stranger may. `expired`: its last owner was silent, or an
 * operator said that it was down: it may still be there for a moment.
 */
export type HeldBefore = "unused" | "expired";

export type Wanted = "Online" | "Offline";

export type AssignedResource = {
  readonly type: string;
  readonly dependsOn: readonly Dependency[];
  readonly properties: Readonly<Record<string, PropertyValue>>;
  readonly wanted: Wanted;
  /** A failed resource is tried again when this number is higher than that of the try that failed. */
  readonly attempt: number;
  /**
   * How often an operator has asked for it to fail, and to restart. A resource that is online under a lower number does so
   * once, however much higher the number is; one that is not online has nothing to do for it.
   */
  readonly fails: number;
  readonly restarts: number;
};

/** CLUSTER_RESOURCE_STATE by name. */
export const resourceStates = ["Online", "Offline", "Failed", "OnlinePending", "OfflinePending"] as const;
export type ResourceState = (typeof resourceStates)[number];

/** What is on a node, said as a whole. */
export type Report = {
  /** The assignment that the host was working on when it said so; null before the first. */
  readonly revision: Revision | null;
  readonly holds: readonly ReportedHold[];
  /** The latest association of each partner and direction, newest last. */
  readonly associations: readonly ReportedAssociation[];
  /** What happened to the host, newest last. */
  readonly notices: readonly ReportedNotice[];
};

export type ReportedNotice = {
  /** Counts within the reporter's run; a higher one is news. */
  readonly n: number;
  /** Epoch milliseconds of the host's wall clock. */
  readonly at: number;
  readonly code: string;
  readonly message: string;
};

export type ReportedHold = HoldRef & { readonly resources: Readonly<Record<string, ReportedResource>> };

export type ReportedResource = {
  readonly state: ResourceState;
  readonly attempt: number;
  /** It is online as it was described before: it has to come down before it is what is assigned. Left out when it is not so. */
  readonly outdated?: true;
  /** How many of the failures and restarts that were asked for it has had; left out while there are none. */
  readonly fails?: number;
  readonly restarts?: number;
  /** How far a pending call has come, if its driver tells. It rises, and what it counts is the driver's own. */
  readonly checkpoint?: number;
  /** Why it failed or cannot come online yet: a stable code and a sentence. */
  readonly problem?: { readonly code: string; readonly message: string };
};

export const associationStates = ["open", "refused", "deferred", "closed"] as const;
export type AssociationState = (typeof associationStates)[number];

export type ReportedAssociation = {
  /** Counts within the reporter's run; a higher one is news. */
  readonly n: number;
  readonly group: string;
  readonly partner: string;
  readonly direction: "outbound" | "inbound";
  readonly state: AssociationState;
  /** The address that we called from or were called at. */
  readonly localAddress: string | null;
  readonly remoteAddress: string | null;
  readonly reason: string | null;
};

export const emptyReport: Report = { revision: null, holds: [], associations: [], notices: [] };
