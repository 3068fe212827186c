import { type ClusterDefinition, type GroupDefinition, lookup } from "./definition.ts";
import type { Edit } from "./edit.ts";
import { editResource } from "./edit-resources.ts";
import { done, type Edited, exists, mapValues, noSuch, sameName, withGroup, without } from "./edited.ts";

type GroupEdit = Extract<Edit, { readonly group: string }>;

export function editGroup(definition: ClusterDefinition, edit: Exclude<GroupEdit, { kind: "add-group" }>): Edited {
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
