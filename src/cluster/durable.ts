import { alike } from "./alike.ts";
import type { Change } from "./events.ts";
import type { Generation } from "./lease/generation.ts";
import type { Durable } from "./state.ts";

export function emptyDurable(generation: Generation): Durable {
  return {
    generation,
    cluster: null,
    nodes: new Map(),
    groups: new Map(),
    holds: new Map(),
    leases: new Map(),
    operations: new Map(),
  };
}

/**
 * The rows that differ. Rows are never changed in place, so two rows that are the same object are the same row; that is
 * what makes it impossible to change durable state and forget to write it. A turn may put a row and put back what it was: that is
 * no change either.
 */
export function changesBetween(before: Durable, after: Durable): Change[] {
  const changes: Change[] = [];
  if (!alike(before.generation, after.generation)) changes.push({ table: "generation", row: after.generation });
  if (after.cluster !== null && !alike(before.cluster, after.cluster))
    changes.push({ table: "cluster", row: after.cluster });
  for (const [key, row] of differing(before.nodes, after.nodes)) changes.push({ table: "nodes", key, row });
  for (const [key, row] of differing(before.groups, after.groups)) changes.push({ table: "groups", key, row });
  for (const [key, row] of differing(before.holds, after.holds)) changes.push({ table: "holds", key, row });
  for (const [key, row] of differing(before.leases, after.leases)) changes.push({ table: "leases", key, row });
  for (const [key, row] of differing(before.operations, after.operations))
    changes.push({ table: "operations", key, row });
  return changes;
}

function* differing<Row>(
  before: ReadonlyMap<string, Row>,
  after: ReadonlyMap<string, Row>,
): Generator<[key: string, row: Row | null]> {
  if (before === after) return;
  for (const [key, row] of after) if (!alike(before.get(key), row)) yield [key, row];
  for (const key of before.keys()) if (!after.has(key)) yield [key, null];
}
