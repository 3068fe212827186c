import type { AssignedResource, HoldRef } from "../cluster/messages.ts";
import { type HostSays, noOrders, type Orders } from "./orders.ts";

/** The words of the host machine: what comes in, what goes out, and what it knows of each resource. */
export type HostEvent = { readonly now: number } & (
  | { readonly type: "orders"; readonly orders: Orders }
  /** A call of a driver has ended. A call that was overtaken by another one is ignored (its `call` number is old). */
  | { readonly type: "called"; readonly at: ResourceRef; readonly call: number; readonly result: CallResult }
  /** A resource that was online has failed by itself. `call` is that of the `online` that brought it up. */
  | { readonly type: "failed"; readonly at: ResourceRef; readonly call: number; readonly problem: ResourceProblem }
  /** A call that is under way has come further. Only a checkpoint higher than the last one counts. */
  | { readonly type: "progress"; readonly at: ResourceRef; readonly call: number; readonly checkpoint: number }
  | { readonly type: "wake" }
);

export type ResourceRef = { readonly hold: HoldRef; readonly resource: string };
export type ResourceProblem = { readonly code: string; readonly message: string };
/** Of a poll, `ok: false` is the answer "no". */
export type CallResult = { readonly ok: true } | { readonly ok: false; readonly problem: ResourceProblem };

export type HostEffect =
  /**
   * Call a driver. `online` carries the deadline at which everything must be gone by itself, and `drain` the time at which it is
   * over at the latest. `terminate` overtakes a call that is under way, and must leave nothing behind: it is verified by the
   * driver, and called again if it fails. A poll may be under way beside any other call. A drain ends with `offline`, `terminate`
   * or `resume`.
   */
  | {
      readonly type: "call";
      readonly call: number;
      readonly at: ResourceRef;
      readonly verb: Verb;
      readonly spec: AssignedResource;
      readonly deadline: number | null;
    }
  /** The fuse of this ownership was renewed: every resource of it may stay until `deadline`. */
  | { readonly type: "extend"; readonly hold: HoldRef; readonly deadline: number }
  /** The drain of this resource is called off: it stays, and what is new may begin again. */
  | { readonly type: "resume"; readonly at: ResourceRef }
  | { readonly type: "says"; readonly says: HostSays }
  | { readonly type: "wake"; readonly at: number };

/** LooksAlive is cheap and may be wrong; IsAlive is thorough, and its "no" is a failure. */
export type PollVerb = "looks-alive" | "is-alive";
export type Verb = "online" | "drain" | "offline" | "terminate" | PollVerb;

export type HostState = {
  readonly orders: Orders;
  readonly holds: ReadonlyMap<string, HostHold>;
  readonly calls: number;
  readonly said: HostSays | null;
};

export type HostHold = HoldRef & { readonly resources: ReadonlyMap<string, LocalResource> };

/** `spec.fails` and `spec.restarts` of a resource that is online are those that have been met. */
export type LocalResource = { readonly spec: AssignedResource; readonly phase: LocalPhase };

export type LocalPhase =
  | { readonly kind: "Offline" }
  | { readonly kind: "Failed"; readonly since: number; readonly problem: ResourceProblem }
  | ({ readonly kind: "OnlinePending" } & Pending)
  | { readonly kind: "Online"; readonly call: number; readonly health: Health; readonly drain: Drain }
  | ({ readonly kind: "OfflinePending" } & Pending)
  /** Being taken away at once; `failure` says what it will be known as afterwards. */
  | {
      readonly kind: "Terminating";
      /** Null while it waits to be called again. */
      readonly call: number | null;
      readonly again: number;
      readonly failure: ResourceProblem | null;
    };

export type Pending = {
  readonly call: number;
  readonly since: number;
  /** When it has taken too long. */
  readonly until: number;
  readonly progress: Progress | null;
};

export type Progress = {
  readonly checkpoint: number;
  /** The checkpoint that stands in the report, and since when. */
  readonly said: number;
  readonly saidAt: number;
};

/** Of a resource whose group leaves. `until`: when nothing is waited for any more. */
export type Drain =
  | { readonly kind: "none" }
  | { readonly kind: "under way"; readonly call: number; readonly until: number }
  | { readonly kind: "over" };

export type Health = {
  readonly poll: { readonly verb: PollVerb; readonly call: number; readonly since: number } | null;
  /** When LooksAlive and IsAlive last said yes or no; at first, when the resource came online. */
  readonly lookedAt: number;
  readonly askedAt: number;
  /** IsAlive is asked as soon as no poll is under way. */
  readonly doubted: boolean;
  /** What would have failed the resource, if its group were not only observed. */
  readonly observed: Observed | null;
};

/** A driver that says `failed` by itself knows; what a poll found may be over by the next one. */
export type Observed = { readonly by: "driver" | "poll"; readonly problem: ResourceProblem };

export type OnlinePhase = Extract<LocalPhase, { kind: "Online" }>;
export type OnlineResource = LocalResource & { readonly phase: OnlinePhase };
export type PendingPhase = Extract<LocalPhase, { kind: "OnlinePending" | "OfflinePending" }>;

export const emptyHost: HostState = { orders: noOrders, holds: new Map(), calls: 0, said: null };
