import type * as z from "zod";
import type { dependsOnSchema } from "../../protocol/definition.ts";
import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import type { ResourceRequest } from "../../protocol/requests.ts";
import {
  type Dependencies,
  dependenciesSchema,
  type IpAddressProps,
  ipAddressPropsSchema,
  type Legality,
  legalitySchema,
  type NetworkNameAnswer,
  networkNameSchema,
  type Owners,
  ownersAnswerSchema,
  type RequiredDependencies,
  requiredDependenciesSchema,
  type ResourceSet,
  resourceSetSchema,
  type ResourceStateAnswer,
  resourceStateSchema,
} from "../../protocol/objects.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** The parts of a group. A resource's name is unique within its group only. */
export function resourceMethods({ at, get, change }: Transport) {
  const of = (cluster: string, group: string, ...parts: readonly string[]) =>
    at(cluster, "groups", group, "resources", ...parts);
  return {
    listResources: (cluster: string): Promise<Result<ResourceSet>> => get(at(cluster, "resources"), resourceSetSchema),
    listGroupResources: (cluster: string, group: string): Promise<Result<ResourceSet>> =>
      get(of(cluster, group), resourceSetSchema),
    getResource: (cluster: string, group: string, resource: string): Promise<Result<ResourceStateAnswer>> =>
      get(of(cluster, group, resource), resourceStateSchema),
    createResource: (
      cluster: string,
      group: string,
      resource: ResourceRequest,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> => change("POST", of(cluster, group), resource, acceptedSchema, options),
    deleteResource: (
      cluster: string,
      group: string,
      resource: string,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> => change("DELETE", of(cluster, group, resource), undefined, acceptedSchema, options),
    commandResource: (
      cluster: string,
      group: string,
      resource: string,
      verb: "online" | "offline" | "fail" | "restart",
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("POST", of(cluster, group, resource, verb), undefined, acceptedSchema, options),
    changeResourceGroup: (
      cluster: string,
      group: string,
      resource: string,
      to: string,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("POST", of(cluster, group, resource, "change-group"), { group: to }, acceptedSchema, options),

    /** Every node's name where the definition names none. */
    getPossibleOwners: (cluster: string, group: string, resource: string): Promise<Result<Owners>> =>
      get(of(cluster, group, resource, "possible-owners"), ownersAnswerSchema),
    setPossibleOwners: (
      cluster: string,
      group: string,
      resource: string,
      owners: readonly string[],
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", of(cluster, group, resource, "possible-owners"), { owners }, acceptedSchema, options),
    addPossibleOwner: (
      cluster: string,
      group: string,
      resource: string,
      node: string,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", of(cluster, group, resource, "possible-owners", node), undefined, acceptedSchema, options),
    removePossibleOwner: (
      cluster: string,
      group: string,
      resource: string,
      node: string,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("DELETE", of(cluster, group, resource, "possible-owners", node), undefined, acceptedSchema, options),

    getDependencies: (cluster: string, group: string, resource: string): Promise<Result<Dependencies>> =>
      get(of(cluster, group, resource, "dependencies"), dependenciesSchema),
    /** A list, or an expression such as `([IP A] or [IP B]) and [Disk]`. */
    setDependencies: (
      cluster: string,
      group: string,
      resource: string,
      dependsOn: z.input<typeof dependsOnSchema>,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", of(cluster, group, resource, "dependencies"), { dependsOn }, acceptedSchema, options),
    addDependency: (
      cluster: string,
      group: string,
      resource: string,
      on: string,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", of(cluster, group, resource, "dependencies", on), undefined, acceptedSchema, options),
    removeDependency: (
      cluster: string,
      group: string,
      resource: string,
      on: string,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("DELETE", of(cluster, group, resource, "dependencies", on), undefined, acceptedSchema, options),
    canDependOn: (cluster: string, group: string, resource: string, on: string): Promise<Result<Legality>> =>
      get(of(cluster, group, resource, "can-depend-on", on), legalitySchema),
    /** The types that a resource of this type has to depend on. */
    requiredDependencies: (cluster: string, group: string, resource: string): Promise<Result<RequiredDependencies>> =>
      get(of(cluster, group, resource, "required-dependencies"), requiredDependenciesSchema),
    /** What the resource should call itself: the network name that it depends on. */
    networkName: (cluster: string, group: string, resource: string): Promise<Result<NetworkNameAnswer>> =>
      get(of(cluster, group, resource, "network-name"), networkNameSchema),
    /** The address that the resource depends on. */
    ipAddressProps: (cluster: string, group: string, resource: string): Promise<Result<IpAddressProps>> =>
      get(of(cluster, group, resource, "ip-address-props"), ipAddressPropsSchema),
  };
}
