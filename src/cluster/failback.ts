import { type Candidate, candidatesFor } from "./candidates.ts";
import { type ClusterDefinition, type GroupDefinition, lookup } from "./definition.ts";
import { drainGrants } from "./draining.ts";
import { becomeDraining, holdOf } from "./ownership.ts";
import { dwordOf } from "./properties.ts";
import { groupProperties } from "./property-tables.ts";
import { groupStateOf, reportOf, reportedResources } from "./resources.ts";
import type { Failback, GroupRow, Hold, Loss } from "./state.ts";
import { hourIn, isWithinHours, nextHourStart } from "./time-zone.ts";
import { putGroup, type Turn } from "./turn.ts";

/**
 * Failback: a group that could not be on a more preferred owner goes there when that node is back (AutoFailbackType 1), at
 * once or within its window of hours. It is owed to a group whose preferred owner was not there when it was placed; a
 * group that failed on a node, or that an operator moved, is not brought back there by itself.
 */
export function failbackAfter(
  { preferredOwners }: GroupDefinition,
  loss: Loss,
  candidates: readonly Candidate[],
): Failback | null {
  const chosen = candidates.find(({ rejected }) => rejected === null)?.node;
  if (chosen === undefined || chosen === loss.target) return null;
  const place = preferredOwners.indexOf(chosen);
  const before = place < 0 ? preferredOwners : preferredOwners.slice(0, place);
  const absent = candidates.some(({ node, rejected }) => rejected !== null && before.includes(node));
  return absent ? { notBefore: 0 } : null;
}

/** Sends home what may go home now. */
export function failBack(turn: Turn): void {
  const { cluster } = turn.durable;
  if (cluster === null || cluster.maintenance || turn.memory.start.kind !== "over") return;
  for (const row of turn.durable.groups.values()) {
    const group = lookup(cluster.definition.groups, row.name);
    if (row.plan.failback === null || group === undefined) continue;
    if (dwordOf(group.properties, groupProperties, "AutoFailbackType") !== 1) continue;
    if (turn.now < row.plan.failback.notBefore) continue;
    const way = wayHome(turn, cluster.definition, row, group);
    if (way === null) continue;
    const opensAt = windowOpensAt(cluster.definition, group, turn.now);
    if (opensAt === null) goHome(turn, cluster.definition, row, group, way);
    else putGroup(turn, row.name, { ...row, plan: { ...row.plan, failback: { notBefore: opensAt } } });
  }
}

/** ResumeClusterNodeEx: at once, whatever the policy says, or no more. */
export function failBackNow(turn: Turn, node: string, actor: string): void {
  const { cluster } = turn.durable;
  if (cluster === null) return;
  for (const row of turn.durable.groups.values()) {
    const group = lookup(cluster.definition.groups, row.name);
    if (row.plan.failback === null || group === undefined) continue;
    const way = wayHome(turn, cluster.definition, row, group);
    if (way?.target === node) goHome(turn, cluster.definition, row, group, way, actor);
  }
}

/** The node is no longer owed any group. */
export function forgetFailback(turn: Turn, node: string): void {
  const { cluster } = turn.durable;
  for (const row of turn.durable.groups.values()) {
    const group = cluster && lookup(cluster.definition.groups, row.name);
    if (row.plan.failback === null || !group?.preferredOwners.includes(node)) continue;
    putGroup(turn, row.name, { ...row, plan: { ...row.plan, failback: null } });
  }
}

/** When the window opens next, epoch milliseconds; null: it is open, or there is none. */
export function windowOpensAt(
  { timeZone }: ClusterDefinition,
  { properties }: GroupDefinition,
  now: number,
): number | null {
  const start = dwordOf(properties, groupProperties, "FailbackWindowStart");
  const end = dwordOf(properties, groupProperties, "FailbackWindowEnd");
  if (start === -1 || end === -1) return null;
  return isWithinHours(hourIn(timeZone, now), start, end) ? null : nextHourStart(timeZone, start, now);
}

export type WayHome = { readonly hold: Hold; readonly target: string };

/** From a settled group to the most preferred owner before its present one that could take it. */
export function wayHome(
  turn: Turn,
  definition: ClusterDefinition,
  row: GroupRow,
  group: GroupDefinition,
): WayHome | null {
  const hold = holdOf(turn, row.name);
  if (hold?.phase.kind !== "owned" || row.troubles.givenUp !== null) return null;
  const state = groupStateOf(group, reportedResources(reportOf(turn, hold), hold));
  if (state === "Pending" || state === "Failed") return null;
  const { preferredOwners } = group;
  const place = preferredOwners.indexOf(hold.node);
  const before = place < 0 ? preferredOwners : preferredOwners.slice(0, place);
  const loss: Loss = { because: "failback", from: hold.node, target: null, leaving: null, since: 0 };
  const candidates = candidatesFor(turn, definition, row.name, group, loss);
  const able = new Set(candidates.filter(({ rejected }) => rejected === null).map(({ node }) => node));
  const target = before.find((node) => able.has(node));
  return target === undefined ? null : { hold, target };
}

function goHome(
  turn: Turn,
  definition: ClusterDefinition,
  row: GroupRow,
  group: GroupDefinition,
  { hold, target }: WayHome,
  actor = "cluster",
): void {
  putGroup(turn, row.name, { ...row, plan: { ...row.plan, failback: null } });
  becomeDraining(turn, hold, "failback", target, drainGrants(definition, group), actor);
}
