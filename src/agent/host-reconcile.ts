import { addressesOf, lookup } from "../cluster/definition/definition.ts";
import { mayComeOnline, mayGoOffline, withAllThatFall } from "../cluster/definition/dependencies.ts";
import { comparable } from "../cluster/definition/ip-address.ts";
import { type AssignedResource, holdId, type HoldRef, sameHold } from "../cluster/messages.ts";
import { sameSetup } from "../cluster/definition/resource-setup.ts";
import { restartDelayMs } from "../cluster/policies/resource-timing.ts";
import { adoptSpecs, isToFail, isToRestart } from "./host-specs.ts";
import { isDraining, resume } from "./host-drain.ts";
import { callOffline, callOnline, terminate } from "./host-phases.ts";
import type { HostHold, LocalResource, ResourceProblem } from "./host-state.ts";
import {
  everyResource,
  find,
  isDown,
  isOffline,
  isOnline,
  isUp,
  orderOf,
  specsOf,
  stateOf,
  type Work,
} from "./host-work.ts";
import type { HoldOrder } from "./orders.ts";

/** Towards what is ordered: which calls follow from the orders and from what is on the host. */

export function reconcile(host: Work): void {
  for (const [id, hold] of host.holds) {
    const order = orderOf(host, hold);
    if (order === undefined || order.mode.kind === "cut") cut(host, hold);
    else if (order.mode.kind === "up") bringUp(host, hold, order, order.mode.deadline);
    // What nothing covers any more has no time to give.
    else if (order.mode.deadline === null || !isDraining(host, hold)) takeDown(host, hold, () => true);
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
    else if (resource.phase.kind === "Online" && mayGoOffline(graph, name, (other) => stateOf(hold, other), which)) {
      callOffline(host, at, resource);
    }
  }
}

/** Bottom-up: a resource comes when everything that it stands on is online. What must change goes down before. */
function bringUp(host: Work, { group, epoch }: HoldRef, order: HoldOrder, deadline: number): void {
  const ref = { group, epoch };
  resume(host, ref);
  adoptSpecs(host, ref, order);
  if (order.observe) return;
  failOnDemand(host, ref, order);
  const hold = host.holds.get(holdId(ref));
  if (hold === undefined) return;
  const going = whatMustGo(hold, order);
  if (going.size > 0) takeDown(host, ref, (name) => going.has(name));
  if (isBehindItself(host, ref)) return;
  for (const [name, resource] of hold.resources) {
    const spec = lookup(order.resources, name);
    if (spec === undefined || going.has(name) || !mayTry(host, resource, spec)) continue;
    const now = host.holds.get(holdId(ref)) ?? hold;
    if (!mayComeOnline(order.resources, name, (other) => stateOf(now, other))) continue;
    if (isHadByAnother(host, ref, spec)) continue;
    callOnline(host, { hold: ref, resource: name }, { ...resource, spec }, deadline);
  }
}

/** FailClusterResource: from here on it is a failure as any other. */
const failedByOperator: ResourceProblem = { code: "failed-by-operator", message: "an operator asked for this failure" };

function failOnDemand(host: Work, ref: HoldRef, order: HoldOrder): void {
  for (const [name, resource] of host.holds.get(holdId(ref))?.resources ?? []) {
    const spec = lookup(order.resources, name);
    if (spec === undefined || !isOnline(resource) || !isToFail(resource, spec)) continue;
    terminate(host, { hold: ref, resource: name }, resource, failedByOperator);
  }
}

/** What an earlier epoch of the group still has on this host is the same address: it goes first. */
function isBehindItself(host: Work, { group, epoch }: HoldRef): boolean {
  return [...host.holds.values()].some((other) => other.group === group && other.epoch < epoch && !isOffline(other));
}

/** Another ownership still has this address here: whoever takes it away there takes it away for both. */
function isHadByAnother(host: Work, ref: HoldRef, spec: AssignedResource): boolean {
  const [address] = addressesOf({ spec }).map(comparable);
  if (address === undefined) return false;
  return everyResource(host).some(
    ({ at, resource: { phase, spec: theirs } }) =>
      !sameHold(at.hold, ref) &&
      !isDown(phase) &&
      addressesOf({ spec: theirs }).some((one) => comparable(one) === address),
  );
}

/** What is not wanted, is set up otherwise, shall restart, or stands on something that is not online or has to go itself. */
function whatMustGo(hold: HostHold, order: HoldOrder): ReadonlySet<string> {
  const going = new Set<string>();
  for (const [name, resource] of hold.resources) {
    const spec = lookup(order.resources, name);
    const unwanted = spec === undefined || spec.wanted === "Offline";
    if (unwanted || (isUp(resource) && (!sameSetup(resource.spec, spec) || isToRestart(resource, spec)))) {
      going.add(name);
    }
  }
  const isThere = (below: string, above: string): boolean => {
    const resource = hold.resources.get(above);
    return resource === undefined || !isUp(resource) || stateOf(hold, below) === "Online";
  };
  return withAllThatFall(order.resources, going, [...hold.resources.keys()], isThere);
}

function mayTry(host: Work, { phase, spec: tried }: LocalResource, spec: AssignedResource): boolean {
  if (phase.kind === "Offline") return true;
  return phase.kind === "Failed" && spec.attempt > tried.attempt && host.now >= phase.since + restartDelayMs(tried);
}
