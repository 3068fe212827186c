import type {
  ClusterDefinition,
  GroupDefinition,
  NetworkDefinition,
  NodeDefinition,
  Properties,
  PropertyValue,
  ResourceDefinition,
  ResourceTypeDefinition,
} from "./definition.ts";
import { lookup } from "./definition.ts";
import { alternativesOf, type Dependency, everythingAbove, everythingBelow } from "./dependencies.ts";
import type { RefusedCode } from "./events.ts";

/**
 * One change of a definition: what the cluster API has a function for each. It makes a whole definition of the one in force,
 * and that goes the same way as one that an operator applies.
 */
export type Edit =
  | { readonly kind: "add-node"; readonly node: string; readonly definition: NodeDefinition }
  | { readonly kind: "remove-node"; readonly node: string }
  | { readonly kind: "add-network"; readonly network: string; readonly definition: NetworkDefinition }
  | { readonly kind: "remove-network"; readonly network: string }
  | { readonly kind: "order-networks"; readonly networks: readonly string[] }
  | { readonly kind: "add-resource-type"; readonly type: string; readonly definition: ResourceTypeDefinition }
  | { readonly kind: "remove-resource-type"; readonly type: string }
  | { readonly kind: "add-group"; readonly group: string; readonly definition: GroupDefinition }
  | { readonly kind: "remove-group"; readonly group: string; readonly recursive: boolean }
  | { readonly kind: "prefer-owners"; readonly group: string; readonly owners: readonly string[] }
  | { readonly kind: "order-after-groups"; readonly group: string; readonly dependsOn: readonly string[] }
  | InGroup<{ readonly kind: "add-resource"; readonly definition: ResourceDefinition }>
  | InGroup<{ readonly kind: "remove-resource" }>
  | InGroup<{ readonly kind: "change-group"; readonly to: string }>
  | InGroup<{ readonly kind: "allow-owners"; readonly owners: readonly string[] }>
  | InGroup<{ readonly kind: "add-owner" | "remove-owner"; readonly node: string }>
  | InGroup<{ readonly kind: "add-dependency" | "remove-dependency"; readonly on: string }>
  | InGroup<{ readonly kind: "depend-on"; readonly dependsOn: readonly Dependency[] }>
  /** A property that is null goes back to its default. */
  | { readonly kind: "set-properties"; readonly of: PropertyOwner; readonly properties: PropertyChanges };
type InGroup<T> = T & { readonly group: string; readonly resource: string };

/** Whose properties. */
export type PropertyOwner =
  | { readonly kind: "cluster" }
  | { readonly kind: "node" | "network" | "group" | "resource-type"; readonly name: string }
  | { readonly kind: "resource"; readonly group: string; readonly name: string };
export type PropertyChanges = Readonly<Record<string, PropertyValue | null>>;

export type Edited =
  | { readonly ok: true; readonly definition: ClusterDefinition }
  | { readonly ok: false; readonly code: RefusedCode; readonly detail: string };

export function applyEdit(definition: ClusterDefinition, edit: Edit): Edited {
  switch (edit.kind) {
    case "add-node":
      return add(definition, "nodes", edit.node, edit.definition, "node-exists");
    case "remove-node":
      return removeNode(definition, edit.node);
    case "add-network":
      return add(definition, "networks", edit.network, edit.definition, "network-exists");
    case "remove-network":
      return removeNetwork(definition, edit.network);
    case "order-networks":
      return orderNetworks(definition, edit.networks);
    case "add-resource-type":
      return add(definition, "resourceTypes", edit.type, edit.definition, "resource-type-exists");
    case "remove-resource-type":
      return removeResourceType(definition, edit.type);
    case "add-group":
      return add(definition, "groups", edit.group, edit.definition, "group-exists");
    case "set-properties":
      return setProperties(definition, edit.of, edit.properties);
    default:
      return editGroup(definition, edit);
  }
}

/** The properties of one object, as the definition in force has them; undefined where there is no such object. */
export function propertiesOf(definition: ClusterDefinition, of: PropertyOwner): Properties | undefined {
  switch (of.kind) {
    case "cluster":
      return definition.properties;
    case "node":
      return lookup(definition.nodes, of.name)?.properties;
    case "network":
      return lookup(definition.networks, of.name)?.properties;
    case "resource-type":
      return lookup(definition.resourceTypes, of.name)?.properties;
    case "group":
      return lookup(definition.groups, of.name)?.properties;
    case "resource": {
      const group = lookup(definition.groups, of.group);
      return group && lookup(group.resources, of.name)?.properties;
    }
  }
}

// --- nodes, networks, types -----------------------------------------------------------------------------------------

function removeNode(definition: ClusterDefinition, node: string): Edited {
  if (lookup(definition.nodes, node) === undefined) return noSuch("node-not-found", "node", node);
  const groups: Record<string, GroupDefinition> = {};
  for (const [name, group] of Object.entries(definition.groups)) {
    for (const [resource, { possibleOwners }] of Object.entries(group.resources)) {
      // Without a name left, every node would be a possible owner: the opposite of what was said.
      if (possibleOwners.length === 1 && possibleOwners[0] === node) {
        const detail = `node ${node} is the only possible owner of resource ${resource} of group ${name}; give it another one first`;
        return { ok: false, code: "last-possible-owner", detail };
      }
    }
    groups[name] = {
      ...group,
      preferredOwners: group.preferredOwners.filter((other) => other !== node),
      resources: mapValues(group.resources, (resource) => ({
        ...resource,
        possibleOwners: resource.possibleOwners.filter((other) => other !== node),
      })),
    };
  }
  return done({ ...definition, nodes: without(definition.nodes, node), groups });
}

function removeNetwork(definition: ClusterDefinition, network: string): Edited {
  if (lookup(definition.networks, network) === undefined) return noSuch("network-not-found", "network", network);
  for (const [name, group] of Object.entries(definition.groups)) {
    const user = Object.entries(group.resources).find(
      ([, { properties }]) => lookup(properties, "Network") === network,
    );
    if (user === undefined) continue;
    return {
      ok: false,
      code: "network-in-use",
      detail: `resource ${user[0]} of group ${name} is on network ${network}`,
    };
  }
  return done({ ...definition, networks: without(definition.networks, network) });
}

function orderNetworks(definition: ClusterDefinition, names: readonly string[]): Edited {
  const missing = names.find((name) => lookup(definition.networks, name) === undefined);
  if (missing !== undefined) return noSuch("network-not-found", "network", missing);
  const order = [...new Set([...names, ...Object.keys(definition.networks)])];
  const networks = order.flatMap((name) => {
    const network = lookup(definition.networks, name);
    return network === undefined ? [] : [[name, network] as const];
  });
  return done({ ...definition, networks: Object.fromEntries(networks) });
}

function removeResourceType(definition: ClusterDefinition, type: string): Edited {
  if (lookup(definition.resourceTypes, type) === undefined) {
    return noSuch("resource-type-not-found", "resource type of this cluster's own", type);
  }
  const user = Object.entries(definition.groups).find(([, { resources }]) =>
    Object.values(resources).some((resource) => resource.type === type),
  );
  if (user !== undefined) {
    return { ok: false, code: "resource-type-in-use", detail: `group ${user[0]} has a resource of type ${type}` };
  }
  return done({ ...definition, resourceTypes: without(definition.resourceTypes, type) });
}

// --- groups and resources -------------------------------------------------------------------------------------------

type GroupEdit = Extract<Edit, { readonly group: string }>;

function editGroup(definition: ClusterDefinition, edit: Exclude<GroupEdit, { kind: "add-group" }>): Edited {
  const group = lookup(definition.groups, edit.group);
  if (group === undefined) return noSuch("group-not-found", "group", edit.group);
  switch (edit.kind) {
    case "remove-group":
      return removeGroup(definition, edit.group, group, edit.recursive);
    case "prefer-owners":
      return withGroup(definition, edit.group, { ...group, preferredOwners: edit.owners });
    case "order-after-groups":
      return withGroup(definition, edit.group, { ...group, dependsOn: edit.dependsOn });
    case "add-resource": {
      const known = sameName(group.resources, edit.resource);
      if (known !== undefined) return exists("resource-exists", known);
      const resources = { ...group.resources, [edit.resource]: edit.definition };
      return withGroup(definition, edit.group, { ...group, resources });
    }
    default:
      return editResource(definition, edit, group);
  }
}

/** DeleteClusterGroup wants an empty group, DestroyClusterGroup takes it with what it holds. */
function removeGroup(definition: ClusterDefinition, name: string, group: GroupDefinition, recursive: boolean): Edited {
  if (!recursive && Object.keys(group.resources).length > 0) {
    return {
      ok: false,
      code: "group-not-empty",
      detail: `group ${name} has resources; recursive=true takes them with it`,
    };
  }
  const groups = mapValues(without(definition.groups, name), (other) =>
    other.dependsOn.includes(name) ? { ...other, dependsOn: other.dependsOn.filter((one) => one !== name) } : other,
  );
  return done({ ...definition, groups });
}

type ResourceEdit = Exclude<Extract<GroupEdit, { readonly resource: string }>, { kind: "add-resource" }>;

function editResource(definition: ClusterDefinition, edit: ResourceEdit, group: GroupDefinition): Edited {
  const resource = lookup(group.resources, edit.resource);
  if (resource === undefined)
    return noSuch("resource-not-found", `resource of group ${edit.group} called`, edit.resource);
  const withResource = (changed: ResourceDefinition): Edited =>
    withGroup(definition, edit.group, { ...group, resources: { ...group.resources, [edit.resource]: changed } });
  switch (edit.kind) {
    case "remove-resource": {
      const [above] = everythingAbove(group.resources, edit.resource);
      if (above !== undefined) {
        const detail = `resource ${above} depends on ${edit.resource}; remove that dependency first`;
        return { ok: false, code: "resource-in-use", detail };
      }
      return withGroup(definition, edit.group, { ...group, resources: without(group.resources, edit.resource) });
    }
    case "change-group":
      return changeGroup(definition, edit.group, group, edit.resource, edit.to);
    case "allow-owners":
      return withResource({ ...resource, possibleOwners: edit.owners });
    case "depend-on":
      return withResource({ ...resource, dependsOn: edit.dependsOn });
    case "add-owner":
    case "remove-owner": {
      const owners = ownersAfter(definition, resource, edit.kind === "add-owner", edit.node);
      if (owners !== null) return withResource({ ...resource, possibleOwners: owners });
      const detail = `without node ${edit.node}, nobody could own resource ${edit.resource}`;
      return { ok: false, code: "last-possible-owner", detail };
    }
    case "add-dependency": {
      if (resource.dependsOn.includes(edit.on)) return done(definition);
      // It is needed from now on, so what it was an alternative in asks for nothing more.
      const others = resource.dependsOn.filter((dependency) => !alternativesOf(dependency).includes(edit.on));
      return withResource({ ...resource, dependsOn: [...others, edit.on] });
    }
    case "remove-dependency":
      return withResource({ ...resource, dependsOn: withoutName(resource.dependsOn, edit.on) });
  }
}

/** AddClusterResourceNode and RemoveClusterResourceNode. An empty list is every node; null: nobody would be left. */
function ownersAfter(
  { nodes }: ClusterDefinition,
  { possibleOwners }: ResourceDefinition,
  add: boolean,
  node: string,
): readonly string[] | null {
  if (add)
    return possibleOwners.length === 0 || possibleOwners.includes(node) ? possibleOwners : [...possibleOwners, node];
  const owners = (possibleOwners.length === 0 ? Object.keys(nodes) : possibleOwners).filter((other) => other !== node);
  return owners.length === 0 ? null : owners;
}

/** An alternative that is left alone is needed. */
function withoutName(dependsOn: readonly Dependency[], name: string): readonly Dependency[] {
  return dependsOn.flatMap((dependency): Dependency[] => {
    const left = alternativesOf(dependency).filter((other) => other !== name);
    const [only] = left;
    if (only === undefined) return [];
    return [left.length === 1 ? only : left];
  });
}

/** ChangeClusterResourceGroup: with the resource goes everything that it stands on and that stands on it. */
function changeGroup(
  definition: ClusterDefinition,
  from: string,
  group: GroupDefinition,
  resource: string,
  to: string,
): Edited {
  const target = lookup(definition.groups, to);
  if (target === undefined) return noSuch("group-not-found", "group", to);
  if (from === to) return done(definition);
  const moving = connectedTo(group, resource);
  const taken = [...moving].find((name) => sameName(target.resources, name) !== undefined);
  if (taken !== undefined) return exists("resource-exists", taken);
  const [goes, stays] = [true, false].map((wanted) =>
    Object.fromEntries(Object.entries(group.resources).filter(([name]) => moving.has(name) === wanted)),
  );
  return done({
    ...definition,
    groups: {
      ...definition.groups,
      [from]: { ...group, resources: stays ?? {} },
      [to]: { ...target, resources: { ...target.resources, ...goes } },
    },
  });
}

function connectedTo({ resources }: GroupDefinition, resource: string): ReadonlySet<string> {
  const found = new Set([resource]);
  for (const name of found) {
    for (const next of [...everythingBelow(resources, name), ...everythingAbove(resources, name)]) found.add(next);
  }
  return found;
}

// --- properties -----------------------------------------------------------------------------------------------------

function setProperties(definition: ClusterDefinition, of: PropertyOwner, changes: PropertyChanges): Edited {
  const before = propertiesOf(definition, of);
  if (before === undefined) return noSuchOwner(of);
  const properties = Object.fromEntries(
    Object.entries({ ...before, ...changes }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
  const on = <T extends { readonly properties: Properties }>(record: Readonly<Record<string, T>>, name: string) =>
    mapValues(record, (one, key) => (key === name ? { ...one, properties } : one));
  switch (of.kind) {
    case "cluster":
      return done({ ...definition, properties });
    case "node":
      return done({ ...definition, nodes: on(definition.nodes, of.name) });
    case "network":
      return done({ ...definition, networks: on(definition.networks, of.name) });
    case "resource-type":
      return done({ ...definition, resourceTypes: on(definition.resourceTypes, of.name) });
    case "group":
      return done({ ...definition, groups: on(definition.groups, of.name) });
    case "resource": {
      const groups = mapValues(definition.groups, (group, key) =>
        key === of.group ? { ...group, resources: on(group.resources, of.name) } : group,
      );
      return done({ ...definition, groups });
    }
  }
}

function noSuchOwner(of: Exclude<PropertyOwner, { kind: "cluster" }> | PropertyOwner): Edited {
  switch (of.kind) {
    case "node":
      return noSuch("node-not-found", "node", of.name);
    case "network":
      return noSuch("network-not-found", "network", of.name);
    case "resource-type":
      return noSuch("resource-type-not-found", "resource type of this cluster's own", of.name);
    case "group":
      return noSuch("group-not-found", "group", of.name);
    case "resource":
      return noSuch("resource-not-found", `resource of group ${of.group} called`, of.name);
    case "cluster":
      throw new Error("a cluster has properties");
  }
}

// --- small things ---------------------------------------------------------------------------------------------------

function add<Key extends "nodes" | "networks" | "groups" | "resourceTypes">(
  definition: ClusterDefinition,
  part: Key,
  name: string,
  added: ClusterDefinition[Key][string],
  code: RefusedCode,
): Edited {
  const known = sameName(definition[part], name);
  if (known !== undefined) return exists(code, known);
  return done({ ...definition, [part]: { ...definition[part], [name]: added } });
}

/** Names are unique without regard to case. */
function sameName(record: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return Object.keys(record).find((other) => other.toLowerCase() === name.toLowerCase());
}

function withGroup(definition: ClusterDefinition, name: string, group: GroupDefinition): Edited {
  return done({ ...definition, groups: { ...definition.groups, [name]: group } });
}

function done(definition: ClusterDefinition): Edited {
  return { ok: true, definition };
}

function noSuch(code: RefusedCode, what: string, name: string): Edited {
  return { ok: false, code, detail: `there is no ${what} ${name}` };
}

function exists(code: RefusedCode, name: string): Edited {
  return { ok: false, code, detail: `there is one already that is called ${name}` };
}

function without<T>(record: Readonly<Record<string, T>>, name: string): Readonly<Record<string, T>> {
  const { [name]: _gone, ...rest } = record;
  return rest;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
