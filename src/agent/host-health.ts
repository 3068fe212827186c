import { deadlockTimeoutMs, isAliveEveryMs, looksAliveEveryMs } from "../cluster/policies/resource-timing.ts";
import { become, callPoll, terminate } from "./host-phases.ts";
import type {
  CallResult,
  Health,
  Observed,
  OnlineResource,
  PollVerb,
  ResourceProblem,
  ResourceRef,
} from "./host-state.ts";
import { everyResource, isOnline, isOnlyObserved, type Work } from "./host-work.ts";

/**
 * The health of what is online, as in MSCS: LooksAlive each LooksAlivePollInterval, IsAlive at once when it says no, and
 * each IsAlivePollInterval in any case. A resource has one poll at a time, and none once it leaves Online.
 */

/** Asks what is due. */
export function poll(host: Work): void {
  for (const { at, resource } of everyResource(host)) {
    if (!isOnline(resource) || resource.phase.health.poll !== null) continue;
    const verb = duePoll(resource, host.now);
    if (verb !== null) callPoll(host, at, resource, verb);
  }
}

/** A poll's answer. Any other call number is that of a poll that is over. */
export function answered(
  host: Work,
  at: ResourceRef,
  resource: OnlineResource,
  call: number,
  result: CallResult,
): void {
  const { health } = resource.phase;
  if (health.poll?.call !== call) return;
  if (health.poll.verb === "looks-alive") {
    const doubted = health.doubted || !result.ok || health.observed?.by === "poll";
    return setHealth(host, at, resource, { ...health, poll: null, lookedAt: host.now, doubted });
  }
  if (!result.ok && !isOnlyObserved(host, at.hold)) {
    return terminate(host, at, resource, notAlive(result.problem));
  }
  const found: Observed | null = result.ok ? null : { by: "poll", problem: notAlive(result.problem) };
  const observed = health.observed?.by === "driver" ? health.observed : found;
  const { now } = host;
  setHealth(host, at, resource, { poll: null, lookedAt: now, askedAt: now, doubted: false, observed });
}

/** The driver knows: that needs no poll. */
export function failedByItself(host: Work, at: ResourceRef, resource: OnlineResource, problem: ResourceProblem): void {
  if (!isOnlyObserved(host, at.hold)) return terminate(host, at, resource, problem);
  setHealth(host, at, resource, { ...resource.phase.health, observed: { by: "driver", problem } });
}

/** What follows from the time that has passed, and from an observation that is over. */
export function tendHealth(host: Work, at: ResourceRef, resource: OnlineResource): void {
  const until = deadlockAt(resource);
  if (until !== null && host.now >= until) deadlocked(host, at, resource);
  else if (resource.phase.health.observed !== null && !isOnlyObserved(host, at.hold)) {
    endObservation(host, at, resource, resource.phase.health.observed);
  }
}

/** A poll has not been answered within DeadlockTimeout (event 1230). */
function deadlocked(host: Work, at: ResourceRef, resource: OnlineResource): void {
  const problem = {
    code: "deadlock",
    message: `a health check was not answered within its DeadlockTimeout of ${deadlockTimeoutMs(resource.spec)} ms`,
  };
  const { health } = resource.phase;
  if (!isOnlyObserved(host, at.hold)) terminate(host, at, resource, problem);
  else if (health.observed === null) setHealth(host, at, resource, { ...health, observed: { by: "poll", problem } });
}

/** What was found while the group was only observed, and what follows from it now: a driver is believed, a poll asked again. */
function endObservation(host: Work, at: ResourceRef, resource: OnlineResource, { by, problem }: Observed): void {
  if (by === "driver") terminate(host, at, resource, problem);
  else setHealth(host, at, resource, { ...resource.phase.health, observed: null, doubted: true });
}

/** When a resource that is online needs to be looked at next; null: it waits for an answer, however long it takes. */
export function nextHealthWake(resource: OnlineResource): number | null {
  const { health } = resource.phase;
  if (health.poll === null) return Math.min(health.askedAt + isAliveEveryMs(resource.spec), lookDueAt(resource));
  // Observed, it has been told already.
  return health.observed === null ? deadlockAt(resource) : null;
}

function duePoll(resource: OnlineResource, now: number): PollVerb | null {
  const { health } = resource.phase;
  if (health.doubted || now >= health.askedAt + isAliveEveryMs(resource.spec)) return "is-alive";
  return now >= lookDueAt(resource) ? "looks-alive" : null;
}

function lookDueAt({ spec, phase }: OnlineResource): number {
  return phase.health.lookedAt + looksAliveEveryMs(spec);
}

function deadlockAt({ spec, phase }: OnlineResource): number | null {
  const { poll: underWay } = phase.health;
  return underWay === null ? null : underWay.since + deadlockTimeoutMs(spec);
}

function notAlive({ message }: ResourceProblem): ResourceProblem {
  return { code: "not-alive", message };
}

function setHealth(host: Work, at: ResourceRef, resource: OnlineResource, health: Health): void {
  become(host, at, resource, { ...resource.phase, health });
}
