import { type AssignedResource, holdId, type HoldRef, type ResourceState, sameHold } from "../cluster/messages.ts";
import type {
  HostEffect,
  HostHold,
  LocalPhase,
  LocalResource,
  OnlineResource,
  PendingPhase,
  ResourceRef,
} from "./host-state.ts";
import type { HoldOrder, HostSays, Orders } from "./orders.ts";

/** The working copy of one step of the host machine, and the questions that its parts ask of it. */
export type Work = {
  orders: Orders;
  readonly holds: Map<string, HostHold>;
  calls: number;
  said: HostSays | null;
  readonly now: number;
  readonly effects: HostEffect[];
};

export function find(host: Work, { hold, resource }: ResourceRef): LocalResource | null {
  return host.holds.get(holdId(hold))?.resources.get(resource) ?? null;
}

export function everyResource(host: Work): { at: ResourceRef; resource: LocalResource }[] {
  return [...host.holds.values()].flatMap(({ group, epoch, resources }) =>
    [...resources].map(([name, resource]) => ({ at: { hold: { group, epoch }, resource: name }, resource })),
  );
}

export function orderOf(host: Work, hold: HoldRef): HoldOrder | undefined {
  return host.orders.holds.find((order) => sameHold(order, hold));
}

/** Its health is watched and told, and nothing of it is touched. Orders to go are obeyed all the same. */
export function isOnlyObserved(host: Work, hold: HoldRef): boolean {
  const order = orderOf(host, hold);
  return order !== undefined && order.observe && order.mode.kind === "up";
}

export function specsOf({ resources }: HostHold): Record<string, AssignedResource> {
  return Object.fromEntries([...resources].map(([name, { spec }]) => [name, spec]));
}

export function isOffline({ resources }: HostHold): boolean {
  return [...resources.values()].every(({ phase }) => isDown(phase));
}

/** Nothing of it is on the host: a failed resource has been terminated before it was called failed. */
export function isDown(phase: LocalPhase): boolean {
  return phase.kind === "Offline" || phase.kind === "Failed";
}

export function isUp({ phase }: LocalResource): boolean {
  return phase.kind === "Online" || phase.kind === "OnlinePending";
}

export function isOnline(resource: LocalResource): resource is OnlineResource {
  return resource.phase.kind === "Online";
}

export function isPending(phase: LocalPhase): phase is PendingPhase {
  return phase.kind === "OnlinePending" || phase.kind === "OfflinePending";
}

export function stateOf({ resources }: HostHold, name: string): ResourceState {
  const resource = resources.get(name);
  return resource === undefined ? "Offline" : stateOfPhase(resource.phase);
}

export function stateOfPhase({ kind }: LocalPhase): ResourceState {
  return kind === "Terminating" ? "OfflinePending" : kind;
}
