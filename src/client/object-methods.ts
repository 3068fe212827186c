import type { Described, PropertyScope } from "../cluster/property-sets.ts";
import {
  type NetInterfaceSet,
  netInterfaceSetSchema,
  type NetworkRequest,
  type NetworkSet,
  networkSetSchema,
  quorumSchema,
  type ResourceTypeRequest,
  type ResourceTypeSet,
  resourceTypeSetSchema,
  type Self,
  selfSchema,
} from "../protocol/objects.ts";
import {
  type ControlAnswer,
  controlAnswerSchema,
  type PropertyChangesInput,
  type PropertySet,
  propertySetSchema,
  type Validation,
  validationSchema,
} from "../protocol/properties.ts";
import type { Quorum } from "../cluster/quorum.ts";
import { type Accepted, acceptedSchema } from "../protocol/http.ts";
import type { Result } from "./result.ts";
import type { Transport } from "./transport.ts";

/** Networks, resource types, quorum, properties and control codes. */
export function objectMethods({ at, request }: Transport) {
  return {
    listNetworks: (cluster: string): Promise<Result<NetworkSet>> =>
      request("GET", at(cluster, "networks"), undefined, networkSetSchema),
    createNetwork: (cluster: string, network: NetworkRequest): Promise<Result<Accepted>> =>
      request("POST", at(cluster, "networks"), network, acceptedSchema),
    deleteNetwork: (cluster: string, network: string): Promise<Result<Accepted>> =>
      request("DELETE", at(cluster, "networks", network), undefined, acceptedSchema),
    orderNetworks: (cluster: string, networks: readonly string[]): Promise<Result<Accepted>> =>
      request("PUT", at(cluster, "network-priority"), { networks }, acceptedSchema),
    listNetInterfaces: (cluster: string): Promise<Result<NetInterfaceSet>> =>
      request("GET", at(cluster, "net-interfaces"), undefined, netInterfaceSetSchema),

    listResourceTypes: (cluster: string): Promise<Result<ResourceTypeSet>> =>
      request("GET", at(cluster, "resource-types"), undefined, resourceTypeSetSchema),
    createResourceType: (cluster: string, type: ResourceTypeRequest): Promise<Result<Accepted>> =>
      request("POST", at(cluster, "resource-types"), type, acceptedSchema),
    deleteResourceType: (cluster: string, type: string): Promise<Result<Accepted>> =>
      request("DELETE", at(cluster, "resource-types", type), undefined, acceptedSchema),

    quorum: (cluster: string): Promise<Result<Quorum>> =>
      request("GET", at(cluster, "quorum"), undefined, quorumSchema),
    /** Who the token is for. */
    self: (cluster: string): Promise<Result<Self>> => request("GET", at(cluster, "self"), undefined, selfSchema),

    properties: (cluster: string, of: Described, scope: PropertyScope): Promise<Result<PropertySet>> =>
      request("GET", at(cluster, ...pathOf(of), "properties", scope), undefined, propertySetSchema),
    /** Null takes a property back to its default. */
    setProperties: (
      cluster: string,
      of: Described,
      scope: PropertyScope,
      properties: PropertyChangesInput,
    ): Promise<Result<Accepted>> =>
      request("PATCH", at(cluster, ...pathOf(of), "properties", scope), properties, acceptedSchema),
    validateProperties: (
      cluster: string,
      of: Described,
      scope: PropertyScope,
      properties: PropertyChangesInput,
    ): Promise<Result<Validation>> =>
      request("POST", at(cluster, ...pathOf(of), "properties", scope, "validate"), properties, validationSchema),
    /** A control code by name or number. */
    control: (
      cluster: string,
      of: Described,
      code: string,
      properties: PropertyChangesInput = {},
    ): Promise<Result<ControlAnswer>> =>
      request("POST", at(cluster, ...pathOf(of), "control", code), properties, controlAnswerSchema),
  };
}

function pathOf(of: Described): readonly string[] {
  switch (of.kind) {
    case "cluster":
      return [];
    case "resource":
      return ["groups", of.group, "resources", of.name];
    default:
      return [`${of.kind}s`, of.name];
  }
}
