import { alike } from "../alike.ts";
import { type ClusterDefinition, lookup } from "./definition.ts";

/** Paths of what differs, one level below each collection: `lease`, `nodes.NODE1`, `groups.Exchange`. */
export function changedParts(before: ClusterDefinition, after: ClusterDefinition): string[] {
  const changed: string[] = (["lease", "timeZone", "properties"] as const).filter(
    (part) => !alike(before[part], after[part]),
  );
  for (const part of ["networks", "nodes", "resourceTypes", "groups"] as const) {
    const names = new Set([...Object.keys(before[part]), ...Object.keys(after[part])]);
    for (const name of names) {
      if (!alike(lookup<unknown>(before[part], name), lookup<unknown>(after[part], name)))
        changed.push(`${part}.${name}`);
    }
    // The order of nodes and groups decides who comes first, so it is part of what an operator says.
    if (
      !alike(
        Object.keys(before[part]).filter((name) => Object.hasOwn(after[part], name)),
        Object.keys(after[part]).filter((name) => Object.hasOwn(before[part], name)),
      )
    ) {
      changed.push(`${part} (order)`);
    }
  }
  return changed;
}

/** The first of them, for a sentence. */
export function summary(changed: readonly string[]): string {
  const shown = changed.slice(0, 5).join(", ");
  return changed.length > 5 ? `${shown} and ${changed.length - 5} more` : shown;
}
