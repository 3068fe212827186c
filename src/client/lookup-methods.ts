import type { EnumeratedKind } from "../cluster/object-enums.ts";
import {
  type NetInterfaceAnswer,
  netInterfaceSchema,
  type NetworkAnswer,
  networkStateSchema,
  type ObjectEnum,
  objectEnumSchema,
  type ResourceTypeAnswer,
  resourceTypeStateSchema,
} from "../protocol/objects.ts";
import type { Result } from "./result.ts";
import type { Transport } from "./transport.ts";

/** An object that has parts or neighbours to enumerate. */
export type EnumeratedOf =
  | { readonly kind: Exclude<EnumeratedKind, "resource">; readonly name: string }
  | { readonly kind: "resource"; readonly group: string; readonly name: string };

/** Networks, interfaces and types one by one, and the names of what belongs to one object. */
export function lookupMethods({ at, request }: Transport) {
  return {
    getNetwork: (cluster: string, network: string): Promise<Result<NetworkAnswer>> =>
      request("GET", at(cluster, "networks", network), undefined, networkStateSchema),
    /** By its name, `<node> - <network>`. */
    getNetInterface: (cluster: string, name: string): Promise<Result<NetInterfaceAnswer>> =>
      request("GET", at(cluster, "net-interfaces", name), undefined, netInterfaceSchema),
    findNetInterface: (cluster: string, node: string, network: string): Promise<Result<NetInterfaceAnswer>> =>
      request("GET", at(cluster, "nodes", node, "net-interfaces", network), undefined, netInterfaceSchema),
    getResourceType: (cluster: string, type: string): Promise<Result<ResourceTypeAnswer>> =>
      request("GET", at(cluster, "resource-types", type), undefined, resourceTypeStateSchema),
    /** @param types such as `CONTAINS`, `NODES`; all that the object has unless it is said */
    enumerateObject: (
      cluster: string,
      of: EnumeratedOf,
      types: readonly string[] = [],
    ): Promise<Result<ObjectEnum>> => {
      const parts = of.kind === "resource" ? ["groups", of.group, "resources", of.name] : [`${of.kind}s`, of.name];
      const query = types.length === 0 ? "" : `?${new URLSearchParams({ types: types.join(",") })}`;
      return request("GET", `${at(cluster, ...parts, "enum")}${query}`, undefined, objectEnumSchema);
    },
  };
}
