import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { type ClusterEnum, namesOf } from "../../cluster/questions/enumerate.ts";
import type { NotifyPortRequest, Registration } from "../../protocol/notify.ts";
import type { Registry } from "../registry/registry.ts";
import { isSameKey } from "../registry/path.ts";
import type { Interest } from "./match.ts";

/** What a new port wants: what it is registered for first, and then the filter, which is for the whole cluster. */
export function interestsOf({ filter, notifyKey, registrations }: NotifyPortRequest): Interest[] {
  if (filter.length === 0) return [...registrations];
  return [...registrations, { object: "any", name: null, changes: filter, notifyKey }];
}

const enumOf: Readonly<Record<Exclude<Registration["object"], "cluster" | "registry">, ClusterEnum>> = {
  node: "NODE",
  group: "GROUP",
  resource: "RESOURCE",
  "resource-type": "RESTYPE",
  network: "NETWORK",
  "net-interface": "NETINTERFACE",
};

/** A registration is for something that is there now, as a handle would be: a misspelt name would be silent for ever. */
export function isThere({ object, name }: Registration, definition: ClusterDefinition, registry: Registry): boolean {
  if (name === null) return true;
  switch (object) {
    case "cluster":
      return isSameKey(name, definition.cluster);
    case "registry":
      return registry.exists(definition, name);
    default:
      return namesOf(definition, enumOf[object]).some((known) => isSameKey(known, name));
  }
}
