import { type Candidate, candidatesFor } from "./candidates.ts";
import { type ClusterDefinition, type GroupDefinition, lookup } from "../definition/definition.ts";
import { drainGrants } from "../lease/draining.ts";
import { newestReportOf } from "../lease/assignment.ts";
import { becomeDraining, holdOf } from "../lease/ownership.ts";
import { dwordOf } from "../properties/properties.ts";
import { groupProperties } from "../properties/property-tables.ts";
import { groupStateOf } from "./resources.ts";
import type { Failback, GroupRow, Hold, Loss } from "../state.ts";
import { hourIn, isWithinHours, nextWithinHours } from "../definition/time-zone.ts";
import { putGroup, type Turn } from "../turn.ts";

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
  if (chosen === undefined || (loss.because === "move" && chosen === loss.target)) return null;
  const absent = new Set(candidates.filter(({ rejected }) => rejected !== null).map(({ node }) => node));
  const awaited = betterThan(preferredOwners, chosen).filter((node) => absent.has(node));
  return awaited.length === 0 ? null : { notBefore: 0, awaited };
}

/** Sends home what may go home now. */
export function failBack(turn: Turn): void {
  const { cluster } = turn.durable;
  if (cluster === null || cluster.maintenance || turn.memory.start.kind !== "over") return;
  // Many groups may be owed at once, and to find when a window opens means to look through days.
  const opensAtOf = new Map<string, number | null>();
  for (const row of turn.durable.groups.values()) {
    const group = lookup(cluster.definition.groups, row.name);
    if (row.plan.failback === null || group === undefined) continue;
    if (!goesHomeByItself(group)) continue;
    if (turn.now < row.plan.failback.notBefore) continue;
    const way = wayHome(turn, cluster.definition, row, group);
    if (way === null) continue;
    const window = windowOf(group).join();
    const opensAt = opensAtOf.get(window) ?? windowOpensAt(cluster.definition, group, turn.now);
    opensAtOf.set(window, opensAt);
    if (opensAt === null) goHome(turn, cluster.definition, group, way);
    else putFailback(turn, row, { ...row.plan.failback, notBefore: opensAt });
  }
}

export function goesHomeByItself({ properties }: GroupDefinition): boolean {
  return dwordOf(properties, groupProperties, "AutoFailbackType") === 1;
}

/** Windows may have been changed: they are looked at again when there is a way home. */
export function reconsiderWindows(turn: Turn): void {
  for (const row of turn.durable.groups.values()) {
    const { failback } = row.plan;
    if (failback !== null && failback.notBefore !== 0) putFailback(turn, row, { ...failback, notBefore: 0 });
  }
}

/** A window opens every day: one that is further off was reckoned by a clock that has gone back since. */
export function rebaseWindows(turn: Turn): void {
  for (const row of turn.durable.groups.values()) {
    const { failback } = row.plan;
    if (failback !== null && failback.notBefore > turn.now + longestDayMs)
      putFailback(turn, row, { ...failback, notBefore: 0 });
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
    if (way?.target === node) goHome(turn, cluster.definition, group, way, actor);
  }
}

/** The node is no longer owed any group. */
export function forgetFailback(turn: Turn, node: string): void {
  for (const row of turn.durable.groups.values()) {
    const { failback } = row.plan;
    if (failback === null || !failback.awaited.includes(node)) continue;
    const awaited = failback.awaited.filter((other) => other !== node);
    putFailback(turn, row, awaited.length === 0 ? null : { ...failback, awaited });
  }
}

/** The group stays where it is, by an operator's word. */
export function forgetFailbackOf(turn: Turn, group: string): void {
  const row = turn.durable.groups.get(group);
  if (row !== undefined && row.plan.failback !== null) putFailback(turn, row, null);
}

/** A day and the hour that clocks may be put back. */
const longestDayMs = 25 * 3_600_000;

/** When the window opens next, epoch milliseconds; null: it is open, or there is none. */
export function windowOpensAt({ timeZone }: ClusterDefinition, group: GroupDefinition, now: number): number | null {
  const [start, end] = windowOf(group);
  if (start === -1 || end === -1) return null;
  return isWithinHours(hourIn(timeZone, now), start, end) ? null : nextWithinHours(timeZone, start, end, now);
}

function windowOf({ properties }: GroupDefinition): readonly [start: number, end: number] {
  const hour = (name: string): number => dwordOf(properties, groupProperties, name);
  return [hour("FailbackWindowStart"), hour("FailbackWindowEnd")];
}

export type WayHome = { readonly hold: Hold; readonly target: string };

/** From a settled group to the most preferred of the owners that it waits for, if that one could take it. */
export function wayHome(
  turn: Turn,
  definition: ClusterDefinition,
  row: GroupRow,
  group: GroupDefinition,
): WayHome | null {
  const hold = holdOf(turn, row.name);
  if (hold?.phase.kind !== "owned" || row.troubles.givenUp !== null) return null;
  const reported = newestReportOf(turn, hold);
  if (reported === null) return null;
  const state = groupStateOf(group, reported);
  if (state === "Pending" || state === "Failed") return null;
  const awaited = row.plan.failback?.awaited ?? [];
  const before = betterThan(group.preferredOwners, hold.node).filter((node) => awaited.includes(node));
  const loss: Loss = { because: "failback", from: hold.node, target: null, leaving: null, since: 0 };
  const candidates = candidatesFor(turn, definition, row.name, group, loss);
  const able = new Set(candidates.filter(({ rejected }) => rejected === null).map(({ node }) => node));
  const target = before.find((node) => able.has(node));
  return target === undefined ? null : { hold, target };
}

/** It is owed until the group has another owner: a way home may be called off. */
function goHome(
  turn: Turn,
  definition: ClusterDefinition,
  group: GroupDefinition,
  { hold, target }: WayHome,
  actor = "cluster",
): void {
  becomeDraining(turn, hold, "failback", target, drainGrants(definition, group), actor);
}

function betterThan(preferredOwners: readonly string[], node: string): readonly string[] {
  const place = preferredOwners.indexOf(node);
  return place < 0 ? preferredOwners : preferredOwners.slice(0, place);
}

function putFailback(turn: Turn, row: GroupRow, failback: Failback | null): void {
  putGroup(turn, row.name, { ...row, plan: { ...row.plan, failback } });
}
