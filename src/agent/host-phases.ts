import { holdId } from "../cluster/messages.ts";
import { pendingTimeoutMs } from "../cluster/policies/resource-timing.ts";
import type {
  Drain,
  LocalPhase,
  LocalResource,
  OnlineResource,
  Pending,
  PollVerb,
  ResourceProblem,
  ResourceRef,
  Verb,
} from "./host-state.ts";
import type { Work } from "./host-work.ts";

/** Calls of drivers, and the phases that they bring: the one place where a phase changes. */

export function terminate(host: Work, at: ResourceRef, resource: LocalResource, failure: ResourceProblem | null): void {
  const number = nextCall(host, at, resource, "terminate", null);
  become(host, at, resource, { kind: "Terminating", call: number, again: host.now, failure });
}

export function callOnline(host: Work, at: ResourceRef, resource: LocalResource, deadline: number): void {
  const number = nextCall(host, at, resource, "online", deadline);
  become(host, at, resource, { kind: "OnlinePending", ...pending(host, resource, number) });
}

export function callOffline(host: Work, at: ResourceRef, resource: LocalResource): void {
  const number = nextCall(host, at, resource, "offline", null);
  become(host, at, resource, { kind: "OfflinePending", ...pending(host, resource, number) });
}

/** A poll is no phase: whatever else is called meanwhile makes its answer void. */
export function callPoll(host: Work, at: ResourceRef, resource: OnlineResource, verb: PollVerb): void {
  const number = nextCall(host, at, resource, verb, null);
  const { phase } = resource;
  const health = { ...phase.health, poll: { verb, call: number, since: host.now } };
  become(host, at, resource, { ...phase, health });
}

/** Neither is a drain a phase: what drains is online, and is told and asked as such. */
export function callDrain(host: Work, at: ResourceRef, resource: OnlineResource, until: number): void {
  const call = nextCall(host, at, resource, "drain", until);
  setDrain(host, at, resource, { kind: "under way", call, until });
}

export function setDrain(host: Work, at: ResourceRef, resource: OnlineResource, drain: Drain): void {
  become(host, at, resource, { ...resource.phase, drain });
}

export function becomeOnline(host: Work, at: ResourceRef, resource: LocalResource, call: number): void {
  const health = { poll: null, lookedAt: host.now, askedAt: host.now, doubted: false, observed: null };
  become(host, at, resource, { kind: "Online", call, health, drain: { kind: "none" } });
}

export function become(
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

function pending({ now }: Work, { spec }: LocalResource, call: number): Pending {
  return { call, since: now, until: now + pendingTimeoutMs(spec), progress: null };
}

function nextCall(host: Work, at: ResourceRef, { spec }: LocalResource, verb: Verb, deadline: number | null): number {
  host.calls += 1;
  host.effects.push({ type: "call", call: host.calls, at, verb, spec, deadline });
  return host.calls;
}
