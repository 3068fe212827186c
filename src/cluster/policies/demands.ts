import { type ClusterDefinition, lookup } from "../definition/definition.ts";
import type { OperatorEvent, Outcome } from "../events.ts";
import { limits } from "../limits.ts";
import { holdOf } from "../lease/ownership.ts";
import { noSuchGroup, refused } from "../refusals.ts";
import { reportedResources, reportOf, stateOf } from "./resources.ts";
import { type Demands, type GroupRow, type Hold, noDemands } from "../state.ts";
import { journal, putGroup, type Turn } from "../turn.ts";

type Demand = Extract<OperatorEvent, { type: "fail-resource" | "restart-resource" }>;

/**
 * FailClusterResource and RestartClusterResource. What is asked is a number that grows, and not a message that may be lost:
 * an agent that has the resource online under a lower number does it once, whenever it hears of it.
 */
export function demand(turn: Turn, definition: ClusterDefinition, event: Demand): Outcome {
  const { group: name, resource } = event;
  const row = turn.durable.groups.get(name);
  const group = lookup(definition.groups, name);
  if (row === undefined || group === undefined) return noSuchGroup(turn, name);
  if (lookup(group.resources, resource) === undefined) {
    return refused("resource-not-found", `group ${name} has no resource ${resource}`);
  }
  if (turn.durable.cluster?.maintenance === true) {
    return refused("in-maintenance", "the cluster observes and touches nothing; end its maintenance first");
  }
  const hold = holdOf(turn, name);
  if (hold === undefined) return refused("group-not-owned", `nobody owns group ${name}, so ${resource} is not online`);
  if (hold.phase.kind === "draining") return refused("group-in-transition", `group ${name} is on its way`);
  if (!isOnline(turn, hold, resource)) {
    return refused("resource-not-online", `node ${hold.node} does not report ${resource} of group ${name} as online`);
  }
  putGroup(turn, name, { ...row, demands: { ...bounded(row, group.resources), [resource]: raised(row, event) } });
  journalDemand(turn, hold, event);
  return { kind: "done", changed: [`groups.${name}`] };
}

function isOnline(turn: Turn, hold: Hold, resource: string): boolean {
  return stateOf(reportedResources(reportOf(turn, hold), hold), resource) === "Online";
}

function raised({ demands }: GroupRow, { type, resource }: Demand): Demands {
  const before = lookup(demands, resource) ?? noDemands;
  return type === "fail-resource"
    ? { ...before, fails: before.fails + 1 }
    : { ...before, restarts: before.restarts + 1 };
}

/** A resource that is no longer defined may come back under this epoch, so its numbers stay while there is room for them. */
function bounded({ demands }: GroupRow, resources: Readonly<Record<string, unknown>>): GroupRow["demands"] {
  if (Object.keys(demands).length < limits.demandsKept) return demands;
  return Object.fromEntries(Object.entries(demands).filter(([name]) => lookup(resources, name) !== undefined));
}

function journalDemand(turn: Turn, { group, node, epoch }: Hold, { type, resource, actor }: Demand): void {
  const about = { group, node, epoch, resource, actor };
  if (type === "fail-resource") {
    const sentence = `Resource ${resource} of group ${group} shall fail on node ${node}.`;
    return journal(turn, { kind: "resource.fail-requested", severity: "warning", sentence, ...about });
  }
  const sentence = `Resource ${resource} of group ${group} shall restart on node ${node}.`;
  journal(turn, { kind: "resource.restart-requested", sentence, ...about });
}
