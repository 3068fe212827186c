import { restartDelayMs } from "../cluster/policies/resource-timing.ts";
import { drainEnd } from "./host-drain.ts";
import { overdue, takeIn } from "./host-events.ts";
import { nextHealthWake, poll, tendHealth } from "./host-health.ts";
import { reconcile } from "./host-reconcile.ts";
import { renewed } from "./host-renewal.ts";
import { say } from "./host-report.ts";
import type { HostEffect, HostEvent, HostState, LocalResource } from "./host-state.ts";
import { everyResource, isOnline, isPending, type Work } from "./host-work.ts";

/** The reconciler of one host, as a pure machine: orders and what drivers did go in, calls of drivers come out. */
export function hostStep(before: HostState, event: HostEvent): { state: HostState; effects: HostEffect[] } {
  const kept = event.type === "orders" ? renewed(before, event.orders) : null;
  if (kept !== null) return kept;
  const host: Work = { ...before, holds: new Map(before.holds), now: event.now, effects: [] };
  takeIn(host, event);
  for (const { at, resource } of everyResource(host)) {
    if (isOnline(resource)) tendHealth(host, at, resource);
    else overdue(host, at, resource);
  }
  reconcile(host);
  poll(host);
  say(host);
  const wake = nextWake(host);
  if (wake !== null) host.effects.push({ type: "wake", at: wake });
  const { now: _now, effects, ...state } = host;
  return { state, effects };
}

function nextWake(host: Work): number | null {
  let first: number | null = null;
  for (const { resources } of host.holds.values()) {
    for (const resource of resources.values()) first = earlier(first, wakeOf(resource, host.now));
  }
  return first;
}

function wakeOf(resource: LocalResource, now: number): number | null {
  const { phase, spec } = resource;
  if (isOnline(resource)) return earlier(nextHealthWake(resource), drainEnd(resource, now));
  if (isPending(phase)) return phase.until;
  if (phase.kind === "Terminating" && phase.call === null) return phase.again;
  const rested = phase.kind === "Failed" ? phase.since + restartDelayMs(spec) : now;
  return now < rested ? rested : null;
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
