import type { ClusterDefinition } from "../cluster/definition/definition.ts";
import {
  type ClusterEnum,
  clusterEnum,
  clusterEnums,
  compareNames,
  enumerate,
} from "../cluster/questions/enumerate.ts";
import type { Enumeration } from "../protocol/enumeration.ts";

/** @param cursor `TYPE/name` of the last object that was seen; the next one is found by the order, be it still there or not */
export function pageOfObjects(
  definition: ClusterDefinition,
  types: readonly ClusterEnum[],
  cursor: string | null,
  limit: number,
): Enumeration {
  const all = enumerate(definition, types);
  const left = cursor === null ? all : all.filter((object) => isAfter(object, cursor));
  const page = left.slice(0, limit);
  const last = page.at(-1);
  return {
    objects: page.map(({ type, name }) => ({ type, typeNumber: clusterEnum[type], name })),
    count: all.length,
    next: last === undefined || page.length === left.length ? null : `${last.type}/${last.name}`,
  };
}

function isAfter({ type, name }: { readonly type: ClusterEnum; readonly name: string }, cursor: string): boolean {
  const slash = cursor.indexOf("/");
  const ofCursor = clusterEnums.findIndex((known) => known === cursor.slice(0, slash));
  const ofObject = clusterEnums.indexOf(type);
  if (ofObject !== ofCursor) return ofObject > ofCursor;
  return compareNames(name, cursor.slice(slash + 1)) > 0;
}
