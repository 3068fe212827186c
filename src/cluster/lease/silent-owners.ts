import { type ClusterDefinition, lookup, servedResources } from "../definition/definition.ts";
import type { GroupRow, Hold, SilentOwner } from "../state.ts";
import { putGroup, type Turn } from "../turn.ts";

/**
 * Who may still write to a disk (LEASE rule 19). A host that lost its lease has lost its addresses by its own fences, whatever has
 * become of it; nothing but its own good will takes a disk from it. So each owner of a group with a disk that fell silent is
 * remembered until it is certain that it writes no more.
 */

/** An expiry proves that the owner may speak no more, and not that it has let go of a disk. */
export function becomeSilent(turn: Turn, { group, epoch, node, incarnation, host }: Hold): void {
  const row = turn.durable.groups.get(group);
  const definition = turn.durable.cluster?.definition;
  if (row === undefined || definition === undefined || disksOf(definition, group).length === 0) return;
  // A run that is silent twice is so since its last epoch.
  const others = row.silent.filter((one) => one.incarnation !== incarnation && one.fencedUnder === undefined);
  putGroup(turn, group, { ...row, silent: [...others, { node, incarnation, epoch, host }].slice(-mostSilent) });
}

/** Nodes times the runs of each that can have owned it since anybody last had its disks: beyond, the oldest are forgotten. */
const mostSilent = 256;

/**
 * Nodes that the owner of a group has to fence from its disks. A run is no danger to itself. Whom it has fenced it is told of all
 * the same while its epoch lasts: a new assignment would only interrupt it.
 */
export function unfencedFor({ silent }: GroupRow, { incarnation, epoch }: Hold): string[] {
  const others = silent.filter((one) => one.incarnation !== incarnation && (one.fencedUnder ?? epoch) === epoch);
  return [...new Set(others.map(({ node }) => node))];
}

/** The owner under this epoch has every disk of the group. */
export function becomeFenced(turn: Turn, { group, epoch }: Hold): void {
  const row = turn.durable.groups.get(group);
  if (row === undefined || row.silent.every(({ fencedUnder }) => fencedUnder !== undefined)) return;
  putGroup(turn, group, { ...row, silent: row.silent.map((one) => ({ fencedUnder: epoch, ...one })) });
}

export function isSilent({ durable }: Pick<Turn, "durable">, node: string): boolean {
  return [...durable.groups.values()].some(({ silent }) => silent.some((one) => one.node === node));
}

/** Returns the names of the groups of which somebody was forgotten. */
export function forgetSilent(turn: Turn, which: (one: SilentOwner, row: GroupRow) => boolean): string[] {
  const found = [...turn.durable.groups.values()].filter((row) => row.silent.some((one) => which(one, row)));
  for (const row of found) {
    putGroup(turn, row.name, { ...row, silent: row.silent.filter((one) => !which(one, row)) });
  }
  return found.map(({ name }) => name);
}

export function disksOf(definition: ClusterDefinition, name: string): string[] {
  const group = lookup(definition.groups, name);
  if (group === undefined) return [];
  const resources = Object.entries(servedResources(definition, group));
  return resources.filter(([, { type }]) => type === "Physical Disk").map(([resource]) => resource);
}
