import { type ClusterDefinition, type GroupDefinition, lookup, type ResourceDefinition } from "./definition.ts";
import { alternativesOf, type Dependency, everythingAbove, everythingBelow, namesIn } from "./dependencies.ts";
import type { Edit } from "./edit.ts";
import { done, type Edited, exists, noSuch, sameName, withGroup, without } from "./edited.ts";

type ResourceEdit = Exclude<Extract<Edit, { readonly resource: string }>, { kind: "add-resource" }>;

export function editResource(definition: ClusterDefinition, edit: ResourceEdit, group: GroupDefinition): Edited {
  const resource = lookup(group.resources, edit.resource);
  if (resource === undefined)
    return noSuch("resource-not-found", `resource of group ${edit.group} called`, edit.resource);
  const withResource = (changed: ResourceDefinition): Edited =>
    withGroup(definition, edit.group, { ...group, resources: { ...group.resources, [edit.resource]: changed } });
  switch (edit.kind) {
    case "remove-resource": {
      const above = Object.entries(group.resources).find(([, { dependsOn }]) =>
        namesIn(dependsOn).includes(edit.resource),
      );
      if (above !== undefined) {
        const detail = `resource ${above[0]} depends on ${edit.resource}; remove that dependency first`;
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
