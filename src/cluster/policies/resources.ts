import { type ClusterDefinition, type GroupDefinition, lookup, servedResources } from "../definition/definition.ts";
import { longestChain } from "../definition/dependencies.ts";
import {
  emptyReport,
  type HoldRef,
  type Report,
  type ReportedResource,
  type ResourceState,
  type Wanted,
} from "../messages.ts";
import { pendingTimeoutMs } from "./resource-timing.ts";
import type { ClusterState, GroupRow, Hold } from "../state.ts";
import type { GroupState } from "../questions/view.ts";

/** What a report says of the resources of an ownership; nothing when it does not mention it. */
export function reportedResources(report: Report, hold: HoldRef): Readonly<Record<string, ReportedResource>> {
  return report.holds.find(({ group, epoch }) => group === hold.group && epoch === hold.epoch)?.resources ?? {};
}

/** The state of a group from those of its resources. A resource that has not been reported is offline. */
export function groupStateOf(group: GroupDefinition, reported: Readonly<Record<string, ReportedResource>>): GroupState {
  const states = Object.keys(group.resources).map((name) => stateOf(reported, name));
  if (states.includes("Failed")) return "Failed";
  if (states.some((state) => state === "OnlinePending" || state === "OfflinePending")) return "Pending";
  if (states.every((state) => state === "Online")) return "Online";
  if (states.every((state) => state === "Offline")) return "Offline";
  return "PartialOnline";
}

export function stateOf(reported: Readonly<Record<string, ReportedResource>>, name: string): ResourceState {
  return lookup(reported, name)?.state ?? "Offline";
}

/** Whether it is online, and as it was described in the assignment that it was reported under. */
export function isOnlineAsAssigned(reported: Readonly<Record<string, ReportedResource>>, name: string): boolean {
  return stateOf(reported, name) === "Online" && lookup(reported, name)?.outdated !== true;
}

/** How long the whole group may take to come up or go down: PendingTimeout of each resource along the longest chain. */
export function pendingBudgetMs(definition: ClusterDefinition, group: GroupDefinition): number {
  const resources = servedResources(definition, group);
  return longestChain(resources, (name) => pendingTimeoutMs({ properties: lookup(resources, name)?.properties ?? {} }));
}

/** What the run of an ownership last said; nothing when it has not said anything in this generation. */
export function reportOf({ memory }: Pick<ClusterState, "memory">, { incarnation }: Hold): Report {
  return memory.sessions.get(incarnation)?.report ?? emptyReport;
}

/** What a resource is wanted to be: as its group, unless it is an exception; and nothing before the group may start. */
export function wantedOf({ wanted, exceptions, plan }: GroupRow, name: string): Wanted {
  if (plan.start !== null) return "Offline";
  const other = wanted === "Online" ? "Offline" : "Online";
  return exceptions.includes(name) ? other : wanted;
}
