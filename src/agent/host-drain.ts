import { holdId, type HoldRef } from "../cluster/messages.ts";
import { drainTimeoutMs, longestDrainMs } from "../cluster/policies/resource-timing.ts";
import { callDrain, setDrain } from "./host-phases.ts";
import type { HostHold, LocalResource } from "./host-state.ts";
import { isOnline, specsOf, type Work } from "./host-work.ts";

/**
 * Draining: a group that leaves this host whole first lets what is open on its addresses finish, while nothing new begins, until
 * each drain has ended or its time is over. It is still covered all that time, and the fuse cuts it as everything else. What is
 * broken already is not waited for, then or later: the next node has more to give.
 */

/** Whether this hold, which is ordered down, still drains; begins it where it has not begun. */
export function isDraining(host: Work, { group, epoch }: HoldRef): boolean {
  const id = holdId({ group, epoch });
  const hold = host.holds.get(id);
  if (hold === undefined) return false;
  const begins = isWhole(hold);
  for (const [name, resource] of hold.resources) {
    if (!isOnline(resource)) continue;
    const at = { hold: { group, epoch }, resource: name };
    const limitMs = drainLimitMs(hold, resource.spec);
    if (!begins) setDrain(host, at, resource, { kind: "over" });
    else if (resource.phase.drain.kind === "none" && limitMs > 0) callDrain(host, at, resource, host.now + limitMs);
  }
  const resources = [...(host.holds.get(id)?.resources.values() ?? [])];
  return resources.some((resource) => drainEnd(resource, host.now) !== null);
}

/** The group stays after all: what was drained, and is still online, lets new connections in again. */
export function resume(host: Work, { group, epoch }: HoldRef): void {
  for (const [name, resource] of host.holds.get(holdId({ group, epoch }))?.resources ?? []) {
    if (!isOnline(resource) || resource.phase.drain.kind === "none") continue;
    const at = { hold: { group, epoch }, resource: name };
    host.effects.push({ type: "resume", at });
    setDrain(host, at, resource, { kind: "none" });
  }
}

/** When the drain of a resource is over at the latest; null: it has none under way. */
export function drainEnd({ phase }: LocalResource, now: number): number | null {
  return phase.kind === "Online" && phase.drain.kind === "under way" && now < phase.drain.until
    ? phase.drain.until
    : null;
}

/** Nothing of it has failed, comes or goes. What an operator keeps offline makes it no less whole. */
function isWhole({ resources }: HostHold): boolean {
  return [...resources.values()].every(({ phase }) => phase.kind === "Online" || phase.kind === "Offline");
}

/** An address has its own limit; an MTA speaks from its group's addresses, and has the longest of theirs. */
function drainLimitMs(hold: HostHold, spec: LocalResource["spec"]): number {
  return spec.type === "Message Transfer Agent" ? longestDrainMs(specsOf(hold)) : drainTimeoutMs(spec);
}
