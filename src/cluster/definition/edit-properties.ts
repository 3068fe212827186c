import { type ClusterDefinition, lookup, type Properties } from "./definition.ts";
import type { PropertyChanges, PropertyOwner } from "./edit.ts";
import { done, type Edited, mapValues, noSuch } from "./edited.ts";

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

export function setProperties(definition: ClusterDefinition, of: PropertyOwner, changes: PropertyChanges): Edited {
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
