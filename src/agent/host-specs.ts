import { lookup } from "../cluster/definition/definition.ts";
import { type AssignedResource, holdId, type HoldRef } from "../cluster/messages.ts";
import { sameSetup } from "../cluster/definition/resource-setup.ts";
import type { LocalPhase, LocalResource } from "./host-state.ts";
import { isDown, isOnline, type Work } from "./host-work.ts";
import type { HoldOrder } from "./orders.ts";

/** How a resource is described, and what of a new description it takes over when. */

/** What is down takes over its new description; what is gone from the order and down is forgotten. */
export function adoptSpecs(host: Work, ref: HoldRef, order: HoldOrder): void {
  const hold = host.holds.get(holdId(ref));
  if (hold === undefined) return;
  const resources = new Map<string, LocalResource>();
  for (const [name, resource] of hold.resources) {
    const spec = lookup(order.resources, name);
    if (spec === undefined) {
      if (!isDown(resource.phase)) resources.set(name, resource);
    } else if (resource.phase.kind === "Offline" || sameSetup(resource.spec, spec)) {
      resources.set(name, { ...resource, spec: adopted(resource, spec) });
    } else resources.set(name, resource);
  }
  for (const [name, spec] of Object.entries(order.resources)) {
    if (!resources.has(name)) resources.set(name, { spec, phase: { kind: "Offline" } });
  }
  host.holds.set(holdId(ref), { ...hold, resources });
}

/** The operator asked for a failure that this resource, online all the time since, has not had. */
export function isToFail(resource: LocalResource, spec: AssignedResource): boolean {
  return isOnline(resource) && spec.fails > resource.spec.fails;
}

export function isToRestart(resource: LocalResource, spec: AssignedResource): boolean {
  return isOnline(resource) && spec.restarts > resource.spec.restarts;
}

function adopted(resource: LocalResource, spec: AssignedResource): AssignedResource {
  const before = resource.spec;
  // A resource that failed keeps the number of its try until it is tried again.
  const attempt = hasFailed(resource.phase) ? before.attempt : spec.attempt;
  if (!isOnline(resource)) return { ...spec, attempt };
  // What is online has met the demands that it came up with, and has to meet those that came since.
  const fails = Math.min(before.fails, spec.fails);
  const restarts = Math.min(before.restarts, spec.restarts);
  return { ...spec, attempt, fails, restarts };
}

function hasFailed(phase: LocalPhase): boolean {
  return phase.kind === "Failed" || (phase.kind === "Terminating" && phase.failure !== null);
}
