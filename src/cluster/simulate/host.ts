import { lookup } from "../definition/definition.ts";
import { mayComeOnline, mayGoOffline, withAllThatFall } from "../definition/dependencies.ts";
import {
  type AssignedGroup,
  type AssignedResource,
  type Assignment,
  holdId,
  type HoldRef,
  type Report,
  type ReportedResource,
  type ResourceState,
} from "../messages.ts";
import { sameSetup } from "../definition/resource-setup.ts";
import { restartDelayMs } from "../policies/resource-timing.ts";
import type { Session } from "../state.ts";
import { callMs, type LocalHold, type LocalResource, type ModelAgent, type Problem } from "./model.ts";

/** Whether this resource, which is online, is to fail now. */
export type FailsNow = (group: string, resource: string) => boolean;

/** As the run last reported it. What it has is set up as it was assigned. */
export function localHoldsOf({ report, assigned }: Session, now: number): Map<string, LocalHold> {
  const holds = assigned.groups.map(({ group, epoch, resources }): [string, LocalHold] => {
    const said = report.holds.find((hold) => hold.group === group && hold.epoch === epoch)?.resources ?? {};
    const local = Object.entries(resources).map(([name, spec]): [string, LocalResource] => {
      const {
        state = "Offline",
        attempt = spec.attempt,
        fails = 0,
        restarts = 0,
        problem = null,
      } = lookup(said, name) ?? {};
      const at = state === "OnlinePending" || state === "OfflinePending" ? now + callMs : now;
      return [name, { spec: { ...spec, attempt, fails, restarts }, state, at, problem }];
    });
    return [holdId({ group, epoch }), { group, epoch, resources: new Map(local) }];
  });
  return new Map(holds);
}

/** Towards what is assigned, as far as the fuses allow it. True when something has changed. */
export function reconcile(agent: ModelAgent, now: number, failsNow: FailsNow): boolean {
  const before = JSON.stringify(reportOf(agent));
  const orders = agent.assignment?.groups.filter((group) => !agent.released.has(holdId(group))) ?? [];
  for (const order of orders) {
    const id = holdId(order);
    if (!agent.holds.has(id)) agent.holds.set(id, { group: order.group, epoch: order.epoch, resources: new Map() });
  }
  for (const [id, hold] of agent.holds) {
    finishCalls(hold, now);
    const order = orders.find((one) => holdId(one) === id);
    const isCovered = now < (agent.fuses.get(id) ?? Number.NEGATIVE_INFINITY);
    if (order === undefined || !isCovered) cut(hold, now);
    else if (order.wanted === "Offline") takeDown(hold, now, () => true);
    else if (!hasEarlierEpoch(agent, hold)) bringUp(hold, order, now, failsNow);
    if (order === undefined) agent.holds.delete(id);
  }
  return JSON.stringify(reportOf(agent)) !== before;
}

export function reportOf({ assignment, holds, associations, notices }: ModelAgent): Report {
  return {
    revision: assignment?.revision ?? null,
    holds: [...holds.values()].map(({ group, epoch, resources }) => {
      const ordered = orderOf(assignment, { group, epoch })?.resources ?? {};
      const told = [...resources].map(([name, resource]) => [name, reported(resource, lookup(ordered, name))]);
      return { group, epoch, resources: Object.fromEntries(told) };
    }),
    associations,
    notices,
  };
}

function orderOf(assignment: Assignment | null, hold: HoldRef): AssignedGroup | undefined {
  return assignment?.groups.find((group) => holdId(group) === holdId(hold));
}

/** Everything of it is down, so it may be released. */
export function isDown({ resources }: LocalHold): boolean {
  return [...resources.values()].every(({ state }) => state === "Offline" || state === "Failed");
}

/** When the host has something to do next. */
export function nextCallAt({ holds, assignment }: ModelAgent, now: number): number {
  const times = [...holds.values()].flatMap((hold) => {
    const order = orderOf(assignment, hold);
    return [...hold.resources].map(([name, { state, at, spec }]) => {
      if (state === "OnlinePending" || state === "OfflinePending") return at;
      const again = state === "Failed" && (lookup(order?.resources ?? {}, name)?.attempt ?? 0) > spec.attempt;
      const rested = at + restartDelayMs(spec);
      return again && rested > now ? rested : Number.POSITIVE_INFINITY;
    });
  });
  return Math.min(Number.POSITIVE_INFINITY, ...times);
}

function reported({ spec, state, problem }: LocalResource, ordered: AssignedResource | undefined): ReportedResource {
  const { attempt, fails, restarts } = spec;
  return {
    state,
    attempt,
    ...(state === "Online" && ordered !== undefined && !sameSetup(spec, ordered) ? { outdated: true } : {}),
    ...(fails > 0 ? { fails } : {}),
    ...(restarts > 0 ? { restarts } : {}),
    ...(problem === null ? {} : { problem }),
  };
}

function finishCalls({ resources }: LocalHold, now: number): void {
  for (const [name, resource] of resources) {
    if (now < resource.at) continue;
    if (resource.state === "OnlinePending") resources.set(name, { ...resource, state: "Online", problem: null });
    if (resource.state === "OfflinePending") resources.set(name, { ...resource, state: "Offline", problem: null });
  }
}

function cut({ resources }: LocalHold, now: number): void {
  for (const [name, resource] of resources) {
    if (resource.state !== "Failed") resources.set(name, { ...resource, state: "Offline", at: now, problem: null });
  }
}

/** Top-down. */
function takeDown({ resources }: LocalHold, now: number, which: (name: string) => boolean): void {
  const graph = Object.fromEntries([...resources].map(([name, { spec }]) => [name, spec]));
  for (const [name, resource] of resources) {
    if (!which(name)) continue;
    if (resource.state === "OnlinePending") resources.set(name, { ...resource, state: "Offline", at: now });
    else if (resource.state === "Online" && mayGoOffline(graph, name, (other) => stateOf(resources, other), which)) {
      resources.set(name, { ...resource, state: "OfflinePending", at: now + callMs });
    }
  }
}

/** Bottom-up; what is not wanted so any more goes down before. In maintenance nothing of it is touched. */
function bringUp({ group, resources }: LocalHold, order: AssignedGroup, now: number, failsNow: FailsNow): void {
  adopt(resources, order);
  if (order.observe) return;
  for (const [name, resource] of resources) {
    if (resource.state !== "Online") continue;
    const asked = (lookup(order.resources, name)?.fails ?? 0) > resource.spec.fails;
    if (!asked && !failsNow(group, name)) continue;
    const problem = asked ? failedByOperator : simulated;
    const fails = lookup(order.resources, name)?.fails ?? resource.spec.fails;
    resources.set(name, { spec: { ...resource.spec, fails }, state: "Failed", at: now, problem });
  }
  const going = whatMustGo(resources, order);
  takeDown({ group, epoch: order.epoch, resources }, now, (name) => going.has(name));
  for (const [name, resource] of resources) {
    const spec = lookup(order.resources, name);
    if (spec === undefined || going.has(name) || !mayTry(resource, spec, now)) continue;
    if (!mayComeOnline(order.resources, name, (other) => stateOf(resources, other))) continue;
    resources.set(name, { spec, state: "OnlinePending", at: now + callMs, problem: null });
  }
}

const failedByOperator: Problem = { code: "failed-by-operator", message: "an operator asked for this failure" };
const simulated: Problem = { code: "simulated", message: "the script says so" };

/** What is down takes over its new description; what is online has met the demands that it came up with. */
function adopt(resources: Map<string, LocalResource>, order: AssignedGroup): void {
  for (const [name, resource] of resources) {
    const spec = lookup(order.resources, name);
    if (spec === undefined) {
      if (resource.state === "Offline" || resource.state === "Failed") resources.delete(name);
      continue;
    }
    const { attempt, fails, restarts } = resource.spec;
    const tried = resource.state === "Failed" ? attempt : spec.attempt;
    if (resource.state === "Offline") resources.set(name, { ...resource, spec });
    else if (sameSetup(resource.spec, spec)) {
      const demands = resource.state === "Online" ? { fails, restarts } : {};
      resources.set(name, { ...resource, spec: { ...spec, attempt: tried, ...demands } });
    }
  }
  for (const [name, spec] of Object.entries(order.resources)) {
    if (!resources.has(name)) resources.set(name, { spec, state: "Offline", at: 0, problem: null });
  }
}

function whatMustGo(resources: ReadonlyMap<string, LocalResource>, order: AssignedGroup): ReadonlySet<string> {
  const going = new Set<string>();
  for (const [name, resource] of resources) {
    const spec = lookup(order.resources, name);
    const isUp = resource.state === "Online" || resource.state === "OnlinePending";
    const restarts = spec !== undefined && resource.state === "Online" && spec.restarts > resource.spec.restarts;
    if (spec?.wanted !== "Online" || (isUp && (restarts || !sameSetup(resource.spec, spec)))) going.add(name);
  }
  const isThere = (below: string, above: string): boolean => {
    const isUp = ["Online", "OnlinePending"].includes(stateOf(resources, above));
    return !isUp || stateOf(resources, below) === "Online";
  };
  return withAllThatFall(order.resources, going, [...resources.keys()], isThere);
}

function mayTry({ state, spec: tried, at }: LocalResource, spec: AssignedResource, now: number): boolean {
  if (state === "Offline") return true;
  return state === "Failed" && spec.attempt > tried.attempt && now >= at + restartDelayMs(tried);
}

/** What an earlier epoch still has on this host is the same address: it goes first. */
function hasEarlierEpoch({ holds }: ModelAgent, { group, epoch }: HoldRef): boolean {
  return [...holds.values()].some((other) => other.group === group && other.epoch < epoch && !isDown(other));
}

function stateOf(resources: ReadonlyMap<string, LocalResource>, name: string): ResourceState {
  return resources.get(name)?.state ?? "Offline";
}
