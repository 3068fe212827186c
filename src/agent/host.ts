import { restartDelayMs } from "../cluster/policies/resource-timing.ts";
import { drainEnd } from "./host-drain.ts";
import { overdue, takeIn } from "./host-events.ts";
import { deadlocked, endObservations, nextHealthWake, poll } from "./host-health.ts";
import { reconcile } from "./host-reconcile.ts";
import { say } from "./host-report.ts";
import type { HostEffect, HostEvent, HostState, LocalResource } from "./host-state.ts";
import { everyResource, isOnline, isPending, type Work } from "./host-work.ts";

/** The reconciler of one host, as a pure machine: orders and what drivers did go in, calls of drivers come out. */
export function hostStep(before: HostState, event: HostEvent): { state: HostState; effects: HostEffect[] } {
  const host: Work = { ...before, holds: new Map(before.holds), now: event.now, effects: [] };
  takeIn(host, event);
  overdue(host);
  deadlocked(host);
  endObservations(host);
  reconcile(host);
  poll(host);
  say(host);
  const wake = nextWake(host);
  if (wake !== null) host.effects.push({ type: "wake", at: wake });
  const { now: _now, effects, ...state } = host;
  return { state, effects };
}

function nextWake(host: Work): number | null {
  const times = everyResource(host).flatMap(({ resource }) => wakeOf(resource, host.now) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

function wakeOf(resource: LocalResource, now: number): number | null {
  const { phase, spec } = resource;
  if (isOnline(resource)) return earliest(nextHealthWake(resource), drainEnd(resource, now));
  if (isPending(phase)) return phase.until;
  if (phase.kind === "Terminating" && phase.call === null) return phase.again;
  const rested = phase.kind === "Failed" ? phase.since + restartDelayMs(spec) : now;
  return now < rested ? rested : null;
}

function earliest(...times: readonly (number | null)[]): number | null {
  const due = times.filter((at) => at !== null);
  return due.length === 0 ? null : Math.min(...due);
}
