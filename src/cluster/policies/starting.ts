import { type ClusterDefinition, type GroupDefinition, lookup } from "../definition/definition.ts";
import { holdOf } from "../lease/ownership.ts";
import { dwordOf } from "../properties/properties.ts";
import { groupProperties } from "../properties/property-tables.ts";
import { groupStateOf, reportOf, reportedResources } from "./resources.ts";
import type { StartWait } from "../state.ts";
import { journal, putGroup, type Turn } from "../turn.ts";

/**
 * When a group that has an owner comes online there: after its GroupStartDelay, and when the groups that it depends on are
 * online. This is an order of starting, as in WSFC: a group that has come online stays so, whatever becomes of the others.
 */
export function startWaitOf(turn: Turn, group: GroupDefinition): StartWait | null {
  const delayMs = startDelayMs(group);
  return delayMs === 0 && group.dependsOn.length === 0 ? null : { since: turn.now, delayMs };
}

export function startDelayMs({ properties }: GroupDefinition): number {
  return dwordOf(properties, groupProperties, "GroupStartDelay");
}

/** Priority 0 of WSFC, "No Auto Start": a group that comes to a node by itself stays offline there. */
export function isAutoStart({ properties }: GroupDefinition): boolean {
  return dwordOf(properties, groupProperties, "Priority") !== 0;
}

/** What a new group is wanted to be. */
export function wantedAtFirst(group: GroupDefinition): "Online" | "Offline" {
  const persistent = dwordOf(group.properties, groupProperties, "PersistentState") === 1;
  return persistent && isAutoStart(group) ? "Online" : "Offline";
}

/** Starts what has waited long enough, and for everybody that it waits for. */
export function startWhatMay(turn: Turn): void {
  const { cluster } = turn.durable;
  if (cluster === null) return;
  for (const row of turn.durable.groups.values()) {
    const { start } = row.plan;
    const group = lookup(cluster.definition.groups, row.name);
    const hold = holdOf(turn, row.name);
    if (start === null || group === undefined || hold?.phase.kind !== "owned") continue;
    if (cluster.maintenance && hold.phase.arriving !== true) continue;
    if (turn.now < start.since + start.delayMs) continue;
    if (waitsFor(turn, cluster.definition, group).length > 0) continue;
    putGroup(turn, row.name, { ...row, plan: { ...row.plan, start: null } });
    journal(turn, {
      kind: "group.starting",
      sentence: `Group ${row.name} may come online on node ${hold.node}: it has waited for what comes before it.`,
      group: row.name,
      node: hold.node,
      epoch: hold.epoch,
    });
  }
}

/** The groups that have to be online before this one comes online, and are not. */
export function waitsFor(
  turn: Pick<Turn, "durable" | "memory">,
  definition: ClusterDefinition,
  { dependsOn }: GroupDefinition,
): string[] {
  return dependsOn.filter((name) => {
    const group = lookup(definition.groups, name);
    const hold = holdOf(turn, name);
    if (group === undefined) return false;
    return hold === undefined || groupStateOf(group, reportedResources(reportOf(turn, hold), hold)) !== "Online";
  });
}
