import type { ClusterDefinition } from "../definition/definition.ts";
import { netInterfacesOf } from "../definition/net-interfaces.ts";
import { resourceTypes } from "../properties/property-tables.ts";

/** CLUSTER_ENUM of clusapi.h: the types of objects that a cluster has, with their bits. */
export const clusterEnum = { NODE: 1, RESTYPE: 2, RESOURCE: 4, GROUP: 8, NETWORK: 0x10, NETINTERFACE: 0x20 } as const;
export type ClusterEnum = keyof typeof clusterEnum;
/** In the order of their bits. */
export const clusterEnums = ["NODE", "RESTYPE", "RESOURCE", "GROUP", "NETWORK", "NETINTERFACE"] as const;

export type EnumeratedObject = { readonly type: ClusterEnum; readonly name: string };

/**
 * The objects of these types (ClusterOpenEnum, ClusterEnum): by type in the order of the bits, then by name without regard
 * to case. So the order is the same whatever has been added, and a reader can go on after the last one that it saw.
 */
export function enumerate(
  definition: ClusterDefinition,
  types: readonly ClusterEnum[] = clusterEnums,
): EnumeratedObject[] {
  return clusterEnums
    .filter((type) => types.includes(type))
    .flatMap((type) =>
      namesOf(definition, type)
        .toSorted((a, b) => compareNames(a, b))
        .map((name) => ({ type, name })),
    );
}

/** The names of one type, in the order of the definition. A name that resources of two groups have is listed once. */
export function namesOf(definition: ClusterDefinition, type: ClusterEnum): string[] {
  switch (type) {
    case "NODE":
      return Object.keys(definition.nodes);
    case "RESTYPE":
      return [...Object.keys(resourceTypes), ...Object.keys(definition.resourceTypes)];
    case "RESOURCE":
      return once(Object.values(definition.groups).flatMap(({ resources }) => Object.keys(resources)));
    case "GROUP":
      return Object.keys(definition.groups);
    case "NETWORK":
      return Object.keys(definition.networks);
    case "NETINTERFACE":
      return netInterfacesOf(definition).map(({ name }) => name);
  }
}

/** Negative, zero or positive, as a sort wants it; case does not count. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [a.toLowerCase(), b.toLowerCase()];
  return left < right ? -1 : left > right ? 1 : 0;
}

function once(names: readonly string[]): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) if (!byKey.has(name.toLowerCase())) byKey.set(name.toLowerCase(), name);
  return [...byKey.values()];
}
