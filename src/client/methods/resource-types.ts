import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import {
  type ResourceTypeAnswer,
  type ResourceTypeRequest,
  type ResourceTypeSet,
  resourceTypeSetSchema,
  resourceTypeStateSchema,
} from "../../protocol/objects.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** What a resource can be. */
export function resourceTypeMethods({ at, get, change }: Transport) {
  return {
    listResourceTypes: (cluster: string): Promise<Result<ResourceTypeSet>> =>
      get(at(cluster, "resource-types"), resourceTypeSetSchema),
    getResourceType: (cluster: string, type: string): Promise<Result<ResourceTypeAnswer>> =>
      get(at(cluster, "resource-types", type), resourceTypeStateSchema),
    createResourceType: (
      cluster: string,
      type: ResourceTypeRequest,
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> => change("POST", at(cluster, "resource-types"), type, acceptedSchema, options),
    deleteResourceType: (cluster: string, type: string, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("DELETE", at(cluster, "resource-types", type), undefined, acceptedSchema, options),
  };
}
