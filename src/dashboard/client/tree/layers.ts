import type { ResourceView } from "../../../cluster/questions/view.ts";
import { alternativesOf } from "../../../cluster/definition/dependencies.ts";

export type Resources = Readonly<Record<string, ResourceView>>;

/**
 * The resources of a group as a tree is drawn: in the first row what nothing stands on, and each lower than all that stand on it. They come
 * online from the last row to the first.
 */
export function layersOf(resources: Resources): string[][] {
  const rows = new Map<string, number>();
  const place = (name: string, row: number, path: readonly string[]): void => {
    // What the definition refuses is drawn all the same: a cycle ends where it closes, and a name that is not there is left out.
    if (path.includes(name) || !Object.hasOwn(resources, name)) return;
    rows.set(name, Math.max(row, rows.get(name) ?? 0));
    for (const below of standsOn(resources, name)) place(below, row + 1, [...path, name]);
  };
  const names = Object.keys(resources);
  const carried = new Set(names.flatMap((name) => standsOn(resources, name)));
  for (const name of names) if (!carried.has(name)) place(name, 0, []);
  for (const name of names) if (!rows.has(name)) place(name, 0, []);
  const count = Math.max(-1, ...rows.values()) + 1;
  return Array.from({ length: count }, (_, row) => names.filter((name) => rows.get(name) === row));
}

function standsOn(resources: Resources, name: string): string[] {
  return (resources[name]?.dependsOn ?? []).flatMap(alternativesOf);
}
