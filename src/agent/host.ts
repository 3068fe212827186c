import { lookup } from "../cluster/definition.ts";
import { mayComeOnline, mayGoOffline, standsOn } from "../cluster/dependencies.ts";
import {
  type AssignedResource,
  holdId,
  type HoldRef,
  type ReportedHold,
  type ReportedResource,
  type ResourceState,
} from "../cluster/messages.ts";
import { dwordOf } from "../cluster/properties.ts";
import { commonResourceProperties } from "../cluster/property-tables.ts";
import type { HoldMode, HoldOrder, HostSays, Orders } from "./orders.ts";

/** The reconciler of one host, as a pure machine: orders and what drivers did go in, calls of drivers come out. */
export type HostEvent = { readonly now: number } & (
  | { readonly type: "orders"; readonly orders: Orders }
  /** A call of a driver has ended. A call that was overtaken by another one is ignored (its `call` number is old). */
  | { readonly type: "called"; readonly at: ResourceRef; readonly call: number; readonly result: CallResult }
  /** A resource that was online has failed by itself. `call` is that of the `online` that brought it up. */
  | { readonly type: "failed"; readonly at: ResourceRef; readonly call: number; readonly problem: ResourceProblem }
  | { readonly type: "wake" }
);

export type ResourceRef = { readonly hold: HoldRef; readonly resource: string };
export type ResourceProblem = { readonly code: string; readonly message: string };
export type CallResult = { readonly ok: true } | { readonly ok: false; readonly problem: ResourceProblem };

export type HostEffect =
  /**
   * Call a driver. `online` carries the deadline at which everything must be gone by itself. `terminate` overtakes a call
   * that is under way, and must leave nothing behind: it is verified by the driver, and called again if it fails.
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
  | { readonly type: "says"; readonly says: HostSays }
  | { readonly type: "wake"; readonly at: number };

export type Verb = "online" | "offline" | "terminate";

export type HostState = {
  readonly orders: Orders;
  readonly holds: ReadonlyMap<string, HostHold>;
  readonly calls: number;
  readonly said: HostSays | null;
};

export type HostHold = HoldRef & { readonly resources: ReadonlyMap<string, LocalResource> };

export type LocalResource = { readonly spec: AssignedResource; readonly phase: LocalPhase };

export type LocalPhase =
  | { readonly kind: "Offline" }
  | { readonly kind: "Failed"; readonly since: number; readonly problem: ResourceProblem }
  | { readonly kind: "OnlinePending"; readonly call: number; readonly until: number }
  | { readonly kind: "Online"; readonly call: number }
  | { readonly kind: "OfflinePending"; readonly call: number; readonly until: number }
  /** Being taken away at once; `failure` says what it will be known as afterwards. */
  | {
      readonly kind: "Terminating";
      /** Null while it waits to be called again. */
      readonly call: number | null;
      readonly again: number;
      readonly failure: ResourceProblem | null;
    };

export const emptyHost: HostState = { orders: { n: 0, holds: [] }, holds: new Map(), calls: 0, said: null };

/** RestartDelay of MSCS: a failed resource rests for half a second before it is tried again. */
const restartDelayMs = 500;
/** A termination that could not be verified is tried again this much later. */
const terminateAgainMs = 100;

export function hostStep(before: HostState, event: HostEvent): { state: HostState; effects: HostEffect[] } {
  const host: Work = { ...before, holds: new Map(before.holds), now: event.now, effects: [] };
  switch (event.type) {
    case "orders":
      takeOrders(host, event.orders);
      break;
    case "called":
      called(host, event.at, event.call, event.result);
      break;
    case "failed":
      failed(host, event.at, event.call, event.problem);
      break;
    case "wake":
      break;
  }
  overdue(host);
  reconcile(host);
  say(host);
  const wake = nextWake(host);
  if (wake !== null) host.effects.push({ type: "wake", at: wake });
  const { now: _now, effects, ...state } = host;
  return { state, effects };
}

type Work = {
  orders: Orders;
  readonly holds: Map<string, HostHold>;
  calls: number;
  said: HostSays | null;
  readonly now: number;
  readonly effects: HostEffect[];
};

// --- taking an event in ---------------------------------------------------------------------------------------------

function takeOrders(host: Work, orders: Orders): void {
  if (orders.n <= host.orders.n) return;
  const before = new Map(host.orders.holds.map((order) => [holdId(order), deadlineOf(order.mode)]));
  host.orders = orders;
  for (const order of orders.holds) {
    const deadline = deadlineOf(order.mode);
    const known = host.holds.get(holdId(order));
    if (known === undefined) {
      host.holds.set(holdId(order), { group: order.group, epoch: order.epoch, resources: new Map() });
    } else {
      const extended = before.get(holdId(order)) ?? null;
      // What was cut is on its way out: a new deadline is not for it, but for what comes after it.
      if (extended === null || deadline === null || deadline === extended) continue;
      host.effects.push({ type: "extend", hold: { group: order.group, epoch: order.epoch }, deadline });
    }
  }
}

function called(host: Work, at: ResourceRef, call: number, result: CallResult): void {
  const resource = find(host, at);
  if (resource === null || !("call" in resource.phase) || resource.phase.call !== call) return;
  const { phase } = resource;
  switch (phase.kind) {
    case "OnlinePending":
      // Whatever a failed attempt left behind is taken away before the resource counts as failed.
      if (result.ok) become(host, at, resource, { kind: "Online", call });
      else terminate(host, at, resource, result.problem);
      return;
    case "OfflinePending":
      if (result.ok) become(host, at, resource, { kind: "Offline" });
      else terminate(host, at, resource, null);
      return;
    case "Terminating":
      if (!result.ok) become(host, at, resource, { ...phase, call: null, again: host.now + terminateAgainMs });
      else if (phase.failure === null) become(host, at, resource, { kind: "Offline" });
      else become(host, at, resource, { kind: "Failed", since: host.now, problem: phase.failure });
      return;
    case "Online":
      return;
  }
}

function failed(host: Work, at: ResourceRef, call: number, problem: ResourceProblem): void {
  const resource = find(host, at);
  if (resource?.phase.kind === "Online" && resource.phase.call === call) terminate(host, at, resource, problem);
}

/** Calls that have taken longer than PendingTimeout, and terminations that are due again. */
function overdue(host: Work): void {
  for (const { at, resource } of everyResource(host)) {
    const { phase } = resource;
    if (phase.kind === "OnlinePending" && host.now >= phase.until) {
      terminate(host, at, resource, {
        code: "pending-timeout",
        message: `not online within its PendingTimeout of ${pendingTimeoutMs(resource.spec)} ms`,
      });
    } else if (phase.kind === "OfflinePending" && host.now >= phase.until) {
      terminate(host, at, resource, null);
    } else if (phase.kind === "Terminating" && phase.call === null && host.now >= phase.again) {
      terminate(host, at, resource, phase.failure);
    }
  }
}

// --- towards what is ordered ----------------------------------------------------------------------------------------

function reconcile(host: Work): void {
  for (const [id, hold] of host.holds) {
    const order = host.orders.holds.find((candidate) => holdId(candidate) === id);
    if (order === undefined || order.mode.kind === "cut") cut(host, hold);
    else if (order.mode.kind === "down") takeDown(host, hold, () => true);
    else bringUp(host, hold, order, order.mode.deadline);
    const left = host.holds.get(id);
    if (order === undefined && left !== undefined && isOffline(left)) host.holds.delete(id);
  }
}

/** The fuse has blown, or nobody covers it: all of it goes at once, addresses first. */
function cut(host: Work, hold: HostHold): void {
  const names = [...hold.resources.keys()];
  const isAddress = (name: string): boolean => hold.resources.get(name)?.spec.type === "IP Address";
  for (const name of [...names.filter(isAddress), ...names.filter((other) => !isAddress(other))]) {
    const at = { hold: { group: hold.group, epoch: hold.epoch }, resource: name };
    const resource = find(host, at);
    if (resource === null || isDown(resource.phase) || resource.phase.kind === "Terminating") continue;
    terminate(host, at, resource, null);
  }
}

/** Top-down: a resource goes when nothing that stands on it is up any more. */
function takeDown(host: Work, { group, epoch }: HoldRef, which: (name: string) => boolean): void {
  const hold = host.holds.get(holdId({ group, epoch }));
  if (hold === undefined) return;
  const graph = specsOf(hold);
  for (const [name, resource] of hold.resources) {
    const at = { hold: { group, epoch }, resource: name };
    if (!which(name)) continue;
    if (resource.phase.kind === "OnlinePending") terminate(host, at, resource, null);
    else if (resource.phase.kind === "Online" && mayGoOffline(graph, name, (other) => stateOf(hold, other))) {
      call(host, at, resource, "offline", null);
    }
  }
}

/** Bottom-up: a resource comes when everything that it stands on is online. What must change goes down before. */
function bringUp(host: Work, { group, epoch }: HoldRef, order: HoldOrder, deadline: number): void {
  const ref = { group, epoch };
  adoptSpecs(host, ref, order);
  const hold = host.holds.get(holdId(ref));
  if (hold === undefined) return;
  const going = whatMustGo(hold, order);
  takeDown(host, ref, (name) => going.has(name));
  if (isBehindItself(host, ref)) return;
  for (const [name, resource] of hold.resources) {
    const spec = lookup(order.resources, name);
    if (spec === undefined || going.has(name) || !mayTry(host, resource, spec)) continue;
    const now = host.holds.get(holdId(ref)) ?? hold;
    if (!mayComeOnline(order.resources, name, (other) => stateOf(now, other))) continue;
    call(host, { hold: ref, resource: name }, { ...resource, spec }, "online", deadline);
  }
}

/** What an earlier epoch of the group still has on this host is the same address: it goes first. */
function isBehindItself(host: Work, { group, epoch }: HoldRef): boolean {
  return [...host.holds.values()].some((other) => other.group === group && other.epoch < epoch && !isOffline(other));
}

/** What is down takes over its new description; what is gone from the order and down is forgotten. */
function adoptSpecs(host: Work, ref: HoldRef, order: HoldOrder): void {
  const hold = host.holds.get(holdId(ref));
  if (hold === undefined) return;
  const resources = new Map<string, LocalResource>();
  for (const [name, resource] of hold.resources) {
    const spec = lookup(order.resources, name);
    if (spec === undefined) {
      if (!isDown(resource.phase)) resources.set(name, resource);
    } else if (resource.phase.kind === "Offline" || sameSetup(resource.spec, spec)) {
      // A resource that failed keeps the number of its try until it is tried again.
      const attempt = hasFailed(resource.phase) ? resource.spec.attempt : spec.attempt;
      resources.set(name, { ...resource, spec: { ...spec, attempt } });
    } else resources.set(name, resource);
  }
  for (const [name, spec] of Object.entries(order.resources)) {
    if (!resources.has(name)) resources.set(name, { spec, phase: { kind: "Offline" } });
  }
  host.holds.set(holdId(ref), { ...hold, resources });
}

/** What is not wanted, is set up otherwise, or stands on something that is not online or has to go itself. */
function whatMustGo(hold: HostHold, order: HoldOrder): ReadonlySet<string> {
  const going = new Set<string>();
  for (const [name, resource] of hold.resources) {
    const spec = lookup(order.resources, name);
    const unwanted = spec === undefined || spec.wanted === "Offline";
    if (unwanted || (isUp(resource) && !sameSetup(resource.spec, spec))) going.add(name);
  }
  // Each round adds what stands on the round before, so there are at most as many rounds as resources.
  for (let size = -1; size !== going.size;) {
    size = going.size;
    for (const [name, resource] of hold.resources) {
      const stands = standsOn(
        order.resources,
        name,
        (other) => !going.has(other) && (!isUp(resource) || stateOf(hold, other) === "Online"),
      );
      if (!stands) going.add(name);
    }
  }
  return going;
}

function hasFailed(phase: LocalPhase): boolean {
  return phase.kind === "Failed" || (phase.kind === "Terminating" && phase.failure !== null);
}

function isUp({ phase }: LocalResource): boolean {
  return phase.kind === "Online" || phase.kind === "OnlinePending";
}

function mayTry(host: Work, { phase, spec: tried }: LocalResource, spec: AssignedResource): boolean {
  if (phase.kind === "Offline") return true;
  return phase.kind === "Failed" && spec.attempt > tried.attempt && host.now >= phase.since + restartDelayMs;
}

// --- calls and phases: the one place where a phase changes ----------------------------------------------------------

function terminate(host: Work, at: ResourceRef, resource: LocalResource, failure: ResourceProblem | null): void {
  const number = nextCall(host, at, resource, "terminate", null);
  become(host, at, resource, { kind: "Terminating", call: number, again: host.now, failure });
}

function call(
  host: Work,
  at: ResourceRef,
  resource: LocalResource,
  verb: "online" | "offline",
  deadline: number | null,
): void {
  const number = nextCall(host, at, resource, verb, deadline);
  const until = host.now + pendingTimeoutMs(resource.spec);
  const kind = verb === "online" ? "OnlinePending" : "OfflinePending";
  become(host, at, resource, { kind, call: number, until });
}

function nextCall(host: Work, at: ResourceRef, { spec }: LocalResource, verb: Verb, deadline: number | null): number {
  host.calls += 1;
  host.effects.push({ type: "call", call: host.calls, at, verb, spec, deadline });
  return host.calls;
}

function become(
  host: Work,
  { hold: ref, resource: name }: ResourceRef,
  { spec }: LocalResource,
  phase: LocalPhase,
): void {
  const hold = host.holds.get(holdId(ref));
  if (hold === undefined) throw new Error(`no hold ${holdId(ref)} on this host`);
  const resources = new Map(hold.resources).set(name, { spec, phase });
  host.holds.set(holdId(ref), { ...hold, resources });
}

// --- what is said of it ---------------------------------------------------------------------------------------------

function say(host: Work): void {
  const ordered = new Set(host.orders.holds.map(holdId));
  const says: HostSays = {
    n: host.orders.n,
    report: { holds: [...host.holds.values()].map(reported), associations: [] },
    offline: [...host.holds.values()]
      .filter((hold) => ordered.has(holdId(hold)) && isOffline(hold))
      .map(({ group, epoch }) => ({ group, epoch })),
  };
  if (JSON.stringify(says) === JSON.stringify(host.said)) return;
  host.said = says;
  host.effects.push({ type: "says", says });
}

function reported(hold: HostHold): ReportedHold {
  const { group, epoch, resources } = hold;
  return {
    group,
    epoch,
    resources: Object.fromEntries([...resources].map(([name, resource]) => [name, reportedResource(resource)])),
  };
}

function reportedResource({ spec, phase }: LocalResource): ReportedResource {
  const state = stateOfPhase(phase);
  const base = { state, attempt: spec.attempt };
  if (phase.kind === "Failed") return { ...base, problem: phase.problem };
  return phase.kind === "Terminating" && phase.failure !== null ? { ...base, problem: phase.failure } : base;
}

function nextWake(host: Work): number | null {
  const times = everyResource(host).flatMap(({ resource: { phase } }) => {
    if (phase.kind === "OnlinePending" || phase.kind === "OfflinePending") return [phase.until];
    if (phase.kind === "Terminating" && phase.call === null) return [phase.again];
    if (phase.kind === "Failed" && host.now < phase.since + restartDelayMs) return [phase.since + restartDelayMs];
    return [];
  });
  return times.length === 0 ? null : Math.min(...times);
}

// --- questions ------------------------------------------------------------------------------------------------------

function find(host: Work, { hold, resource }: ResourceRef): LocalResource | null {
  return host.holds.get(holdId(hold))?.resources.get(resource) ?? null;
}

function everyResource(host: Work): { at: ResourceRef; resource: LocalResource }[] {
  return [...host.holds.values()].flatMap(({ group, epoch, resources }) =>
    [...resources].map(([name, resource]) => ({ at: { hold: { group, epoch }, resource: name }, resource })),
  );
}

function specsOf({ resources }: HostHold): Record<string, AssignedResource> {
  return Object.fromEntries([...resources].map(([name, { spec }]) => [name, spec]));
}

function isOffline({ resources }: HostHold): boolean {
  return [...resources.values()].every(({ phase }) => isDown(phase));
}

/** Nothing of it is on the host: a failed resource has been terminated before it was called failed. */
function isDown(phase: LocalPhase): boolean {
  return phase.kind === "Offline" || phase.kind === "Failed";
}

function stateOf({ resources }: HostHold, name: string): ResourceState {
  const resource = resources.get(name);
  return resource === undefined ? "Offline" : stateOfPhase(resource.phase);
}

function stateOfPhase({ kind }: LocalPhase): ResourceState {
  return kind === "Terminating" ? "OfflinePending" : kind;
}

/** What a driver has set up. The number of the try and what is wanted are not part of it. */
function sameSetup(a: AssignedResource, b: AssignedResource): boolean {
  const setup = ({ type, dependsOn, properties }: AssignedResource): string =>
    JSON.stringify([type, dependsOn, Object.entries(properties).toSorted()]);
  return setup(a) === setup(b);
}

function pendingTimeoutMs({ properties }: AssignedResource): number {
  return dwordOf(properties, commonResourceProperties, "PendingTimeout");
}

function deadlineOf(mode: HoldMode): number | null {
  return mode.kind === "cut" ? null : mode.deadline;
}
