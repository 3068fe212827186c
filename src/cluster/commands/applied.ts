import { type ClusterDefinition, lookup, servedResources } from "../definition/definition.ts";
import { alike } from "../alike.ts";
import { holdOf } from "../lease/ownership.ts";
import { canBeOwned } from "../policies/placement.ts";
import type { Hold } from "../state.ts";
import type { Turn } from "../turn.ts";
import { isAsWanted } from "./as-wanted.ts";
import type { Operation } from "./operation.ts";

/** The groups that this turn has made, or made otherwise: by themselves, or by the types of their resources. */
export function changedGroups({ before, durable }: Turn): string[] {
  const was = before.durable.cluster?.definition;
  const is = durable.cluster?.definition;
  return Object.keys(is?.groups ?? {}).filter((name) => !alike(servedGroup(was, name), servedGroup(is, name)));
}

function servedGroup(definition: ClusterDefinition | undefined, name: string): unknown {
  const group = definition && lookup(definition.groups, name);
  return group && [group, servedResources(definition, group)];
}

/**
 * A definition is applied when what it drives out is gone, and what it makes or changes is what it is wanted to be. A group that
 * nobody can own as things are is waited for by nobody, and in maintenance none is.
 */
export function howFarApplied(turn: Turn, { groups, resource, ends }: Operation): "applied" | "under-way" | "given-up" {
  const { cluster, holds } = turn.durable;
  if (ends.some((id) => holds.has(id))) return "under-way";
  if (cluster === null || cluster.maintenance) return "applied";
  for (const name of groups) {
    const row = turn.durable.groups.get(name);
    const group = lookup(cluster.definition.groups, name);
    if (row === undefined || group === undefined) continue;
    const hold = holdOf(turn, name);
    if (hold === undefined && !canBeOwned(turn, row)) continue;
    const waitedFor = resource === null ? Object.keys(group.resources) : [resource];
    if (waitedFor.every((one) => lookup(group.resources, one) === undefined || isAsWanted(turn, row, hold, one)))
      continue;
    return row.troubles.givenUp === null ? "under-way" : "given-up";
  }
  return "applied";
}

/** Whether a definition drives this ownership out. */
export function isDrivenOut({ phase }: Hold): boolean {
  return phase.kind === "draining" && ["redefined", "readdressed", "deleted", "evicted"].includes(phase.because);
}
