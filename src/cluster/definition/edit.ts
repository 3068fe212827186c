import type {
  ClusterDefinition,
  GroupDefinition,
  NetworkDefinition,
  NodeDefinition,
  PropertyValue,
  ResourceDefinition,
  ResourceTypeDefinition,
} from "./definition.ts";
import type { Dependency } from "./dependencies.ts";
import { editGroup } from "./edit-groups.ts";
import { orderNetworks, removeNetwork, removeNode, removeResourceType } from "./edit-objects.ts";
import { setProperties } from "./edit-properties.ts";
import { add, type Edited } from "./edited.ts";

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
