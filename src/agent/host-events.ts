import { holdId } from "../cluster/messages.ts";
import { mostPendingTimeouts, pendingTimeoutMs } from "../cluster/policies/resource-timing.ts";
import { answered, failedByItself } from "./host-health.ts";
import { become, becomeOnline, setDrain, terminate } from "./host-phases.ts";
import type { CallResult, HostEvent, LocalResource, PendingPhase, ResourceProblem, ResourceRef } from "./host-state.ts";
import { deadlineOf } from "./host-renewal.ts";
import { find, isOnline, isPending, type Work } from "./host-work.ts";
import type { Orders } from "./orders.ts";

/** Taking an event in: what it says of the resources, and nothing yet of what follows from that. */

/** A termination that could not be verified is tried again this much later. */
const terminateAgainMs = 100;
/** A report tells a higher checkpoint this much after the last one at the earliest: each report is a renewal. */
const checkpointSaidEveryMs = 1_000;

export function takeIn(host: Work, event: HostEvent): void {
  switch (event.type) {
    case "orders":
      return takeOrders(host, event.orders);
    case "called":
      return called(host, event.at, event.call, event.result);
    case "failed":
      return failed(host, event.at, event.call, event.problem);
    case "progress":
      return progressed(host, event.at, event.call, event.checkpoint);
    case "wake":
      return;
  }
}

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
  if (resource === null) return;
  if (isOnline(resource)) {
    const { drain } = resource.phase;
    // One that broke is over as well: it keeps nobody from going.
    if (drain.kind === "under way" && drain.call === call) return setDrain(host, at, resource, { kind: "over" });
    return answered(host, at, resource, call, result);
  }
  const { phase } = resource;
  if (!("call" in phase) || phase.call !== call) return;
  switch (phase.kind) {
    case "OnlinePending":
      // Whatever a failed attempt left behind is taken away before the resource counts as failed.
      if (result.ok) becomeOnline(host, at, resource, call);
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
  if (resource !== null && isOnline(resource) && resource.phase.call === call) {
    failedByItself(host, at, resource, problem);
  }
}

/** As SetResourceStatus of MSCS: a rising checkpoint begins the PendingTimeout anew, ten of them at most in all. */
function progressed(host: Work, at: ResourceRef, call: number, checkpoint: number): void {
  const resource = find(host, at);
  if (resource === null || !isPending(resource.phase) || resource.phase.call !== call) return;
  const { phase } = resource;
  const before = phase.progress;
  if (before !== null && checkpoint <= before.checkpoint) return;
  const timeoutMs = pendingTimeoutMs(resource.spec);
  const until = Math.min(host.now + timeoutMs, phase.since + mostPendingTimeouts * timeoutMs);
  const isSaid = before === null || host.now >= before.saidAt + checkpointSaidEveryMs;
  const progress = isSaid ? { checkpoint, said: checkpoint, saidAt: host.now } : { ...before, checkpoint };
  become(host, at, resource, { ...phase, until, progress });
}

/** A call that has taken longer than PendingTimeout, or a termination that is due again. */
export function overdue(host: Work, at: ResourceRef, resource: LocalResource): void {
  const { phase } = resource;
  if (phase.kind === "OnlinePending" && host.now >= phase.until) {
    terminate(host, at, resource, tooLate(resource, phase));
  } else if (phase.kind === "OfflinePending" && host.now >= phase.until) {
    terminate(host, at, resource, null);
  } else if (phase.kind === "Terminating" && phase.call === null && host.now >= phase.again) {
    terminate(host, at, resource, phase.failure);
  }
}

function tooLate({ spec }: LocalResource, { progress }: PendingPhase): ResourceProblem {
  const timeout = `its PendingTimeout of ${pendingTimeoutMs(spec)} ms`;
  return {
    code: "pending-timeout",
    message:
      progress === null
        ? `not online within ${timeout}`
        : `not online at checkpoint ${progress.checkpoint}, and ${timeout} has passed since, or ten of them in all`,
  };
}
