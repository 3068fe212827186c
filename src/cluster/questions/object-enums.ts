import { type ClusterDefinition, lookup } from "../definition/definition.ts";
import { namesIn } from "../definition/dependencies.ts";
import { compareNames } from "./enumerate.ts";
import { netInterfacesOf } from "../definition/net-interfaces.ts";
import type { ClusterView } from "./view.ts";

/** What can be enumerated of one object (CLUSTER_NODE_ENUM, CLUSTER_GROUP_ENUM, CLUSTER_RESOURCE_ENUM, …), with the bits. */
export const objectEnums = {
  node: { NETINTERFACES: 1, GROUPS: 2 },
  group: { CONTAINS: 1, NODES: 2 },
  resource: { DEPENDS: 1, PROVIDES: 2, NODES: 4 },
  "resource-type": { NODES: 1, RESOURCES: 2 },
  network: { NETINTERFACES: 1 },
} as const;
export type EnumeratedKind = keyof typeof objectEnums;

export type ObjectName = { readonly type: string; readonly name: string };

/** The names of one type, of one object that is there. */
export function enumerateObject(
  { definition, view }: { readonly definition: ClusterDefinition; readonly view: ClusterView },
  kind: EnumeratedKind,
  names: Readonly<Record<string, string>>,
  type: string,
): ObjectName[] {
  const found = namesOf(definition, view, kind, names, type);
  return found.toSorted(compareNames).map((name) => ({ type, name }));
}

function namesOf(
  definition: ClusterDefinition,
  view: ClusterView,
  kind: EnumeratedKind,
  names: Readonly<Record<string, string>>,
  type: string,
): string[] {
  const { node = "", group: groupName = "", resource = "", type: typeName = "", network = "" } = names;
  const group = lookup(definition.groups, groupName);
  switch (`${kind} ${type}`) {
    case "node NETINTERFACES":
      return netInterfacesOf(definition).flatMap((one) => (one.node === node ? [one.name] : []));
    case "node GROUPS":
      return Object.entries(view.groups).flatMap(([name, { owner }]) => (owner === node ? [name] : []));
    case "network NETINTERFACES":
      return netInterfacesOf(definition).flatMap((one) => (one.network === network ? [one.name] : []));
    case "group CONTAINS":
      return Object.keys(group?.resources ?? {});
    case "group NODES":
      return [...(group?.preferredOwners ?? [])];
    case "resource DEPENDS":
      return namesIn(lookup(group?.resources ?? {}, resource)?.dependsOn ?? []);
    case "resource PROVIDES":
      return Object.entries(group?.resources ?? {}).flatMap(([name, { dependsOn }]) =>
        namesIn(dependsOn).includes(resource) ? [name] : [],
      );
    case "resource NODES": {
      const allowed = lookup(group?.resources ?? {}, resource)?.possibleOwners ?? [];
      return allowed.length > 0 ? [...allowed] : Object.keys(definition.nodes);
    }
    // Every agent serves every type, as far as the control plane knows.
    case "resource-type NODES":
      return Object.keys(definition.nodes);
    case "resource-type RESOURCES":
      return Object.values(definition.groups).flatMap(({ resources }) =>
        Object.entries(resources).flatMap(([name, one]) => (one.type === typeName ? [name] : [])),
      );
    default:
      return [];
  }
}
