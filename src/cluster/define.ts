import { addressesOf, type ClusterDefinition, type GroupDefinition, lookup, possibleOwners } from "./definition.ts";
import type { Outcome } from "./events.ts";
import { becomeDraining, holdOf, mayBeCalledOff } from "./ownership.ts";
import { drainGrants } from "./troubles.ts";
import { noTroubles, type ClusterRow } from "./state.ts";
import { journal, putGroup, putNode, type Turn, withRow } from "./turn.ts";
import { validateDefinition } from "./validate.ts";

/**
 * Applies a whole definition. What would make an address ownable by another road (a group or node that goes, an address
 * or possible owner that changes) takes effect when its present holder has ended, and not before (LEASE rule 9).
 */
export function define(turn: Turn, definition: ClusterDefinition, actor: string): Outcome {
  const problems = validateDefinition(definition);
  if (problems.length > 0) {
    const detail = `the definition has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}; nothing was changed`;
    return { kind: "refused", refusal: { code: "invalid-definition", detail, problems } };
  }
  const before = turn.durable.cluster;
  if (before !== null && before.definition.cluster !== definition.cluster) {
    const detail = `this cluster is named ${before.definition.cluster}, not ${definition.cluster}`;
    return { kind: "refused", refusal: { code: "cluster-name-differs", detail } };
  }
  const changed = before === null ? ["cluster"] : differences(before.definition, definition);
  if (changed.length === 0) return { kind: "done", changed };
  defineNodes(turn, definition);
  const epochFloor = defineGroups(turn, before, definition);
  const revision = (before?.revision ?? 0) + 1;
  turn.durable = { ...turn.durable, cluster: { definition, revision, epochFloor } };
  if (before === null && turn.memory.start.kind === "holding") {
    // Until now no ttl was known, so the hold was as long as the longest preset; what it waits for is this one.
    turn.memory = { ...turn.memory, start: { kind: "holding", holdMs: definition.lease.ttlMs } };
  }
  journal(turn, {
    kind: "cluster.defined",
    sentence: `Definition ${revision} of cluster ${definition.cluster} was applied: ${summary(changed)}.`,
    actor,
  });
  return { kind: "done", changed };
}

/** Paths of what differs, one level below each collection: `lease`, `nodes.NODE1`, `groups.Exchange`. */
function differences(before: ClusterDefinition, after: ClusterDefinition): string[] {
  const changed = same(before.lease, after.lease) ? [] : ["lease"];
  for (const part of ["networks", "nodes", "groups"] as const) {
    const names = new Set([...Object.keys(before[part]), ...Object.keys(after[part])]);
    for (const name of names) {
      if (!same(lookup<unknown>(before[part], name), lookup<unknown>(after[part], name)))
        changed.push(`${part}.${name}`);
    }
    // The order of nodes and groups decides who comes first, so it is part of what an operator says.
    if (
      !same(
        Object.keys(before[part]).filter((name) => Object.hasOwn(after[part], name)),
        Object.keys(after[part]).filter((name) => Object.hasOwn(before[part], name)),
      )
    ) {
      changed.push(`${part} (order)`);
    }
  }
  return changed;
}

function defineNodes(turn: Turn, definition: ClusterDefinition): void {
  for (const name of turn.durable.nodes.keys()) {
    if (lookup(definition.nodes, name) === undefined) putNode(turn, name, null);
  }
  for (const name of Object.keys(definition.nodes)) {
    if (!turn.durable.nodes.has(name)) putNode(turn, name, { name, paused: false });
  }
}

function defineGroups(turn: Turn, before: ClusterRow | null, definition: ClusterDefinition): number {
  let epochFloor = before?.epochFloor ?? 0;
  for (const [name, row] of turn.durable.groups) {
    if (lookup(definition.groups, name) !== undefined) continue;
    epochFloor = Math.max(epochFloor, row.epoch);
    putGroup(turn, name, null);
    turn.memory = { ...turn.memory, unowned: withRow(turn.memory.unowned, name, null) };
  }
  for (const [name, group] of Object.entries(definition.groups)) {
    const row = turn.durable.groups.get(name);
    if (row === undefined) {
      const epoch = Math.max(epochFloor, holdOf(turn, name)?.epoch ?? 0);
      putGroup(turn, name, { name, epoch, wanted: "Online", troubles: noTroubles, demands: {} });
    } else if (
      before !== null &&
      !same(lookup(before.definition.groups, name), group) &&
      !same(row.troubles, noTroubles)
    ) {
      // A new definition is a new chance for what had failed.
      putGroup(turn, name, { ...row, troubles: noTroubles });
    }
  }
  if (before !== null) drainWhatNoLongerFits(turn, before.definition, definition);
  return epochFloor;
}

function drainWhatNoLongerFits(turn: Turn, before: ClusterDefinition, after: ClusterDefinition): void {
  for (const hold of turn.durable.holds.values()) {
    // What drains for good goes on so. A move may still be called off, but not back to what fits no longer.
    if (hold.phase.kind === "draining" && !mayBeCalledOff(hold.phase)) continue;
    const target = hold.phase.kind === "draining" ? hold.phase.target : null;
    const was = lookup(before.groups, hold.group);
    const is = lookup(after.groups, hold.group);
    const grants = was === undefined ? 1 : drainGrants(before, was);
    if (is === undefined) becomeDraining(turn, hold, "deleted", target, grants);
    else if (lookup(after.nodes, hold.node) === undefined) becomeDraining(turn, hold, "evicted", target, grants);
    else if (mustLeave(after, is, hold.node, hold.addresses)) becomeDraining(turn, hold, "redefined", target, grants);
  }
}

function mustLeave(
  definition: ClusterDefinition,
  group: GroupDefinition,
  node: string,
  held: readonly string[],
): boolean {
  return !possibleOwners(definition, group).includes(node) || !same(addressesOf(group).toSorted(), held.toSorted());
}

/** Definitions come from one parser, which writes the fields of each object in one order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function summary(changed: readonly string[]): string {
  const shown = changed.slice(0, 5).join(", ");
  return changed.length > 5 ? `${shown} and ${changed.length - 5} more` : shown;
}
