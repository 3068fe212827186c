import { type Accepted, acceptedSchema } from "../../protocol/changes.ts";
import {
  type NetInterfaceAnswer,
  netInterfaceSchema,
  type NetInterfaceSet,
  netInterfaceSetSchema,
  type NetworkAnswer,
  type NetworkRequest,
  type NetworkSet,
  networkSetSchema,
  networkStateSchema,
} from "../../protocol/objects.ts";
import type { ChangeOptions } from "../change-options.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** Networks, and where nodes meet them. */
export function networkMethods({ at, get, change }: Transport) {
  return {
    listNetworks: (cluster: string): Promise<Result<NetworkSet>> => get(at(cluster, "networks"), networkSetSchema),
    getNetwork: (cluster: string, network: string): Promise<Result<NetworkAnswer>> =>
      get(at(cluster, "networks", network), networkStateSchema),
    createNetwork: (cluster: string, network: NetworkRequest, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("POST", at(cluster, "networks"), network, acceptedSchema, options),
    deleteNetwork: (cluster: string, network: string, options: ChangeOptions = {}): Promise<Result<Accepted>> =>
      change("DELETE", at(cluster, "networks", network), undefined, acceptedSchema, options),
    /** All of them, the first choice first. */
    orderNetworks: (
      cluster: string,
      networks: readonly string[],
      options: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      change("PUT", at(cluster, "network-priority"), { networks }, acceptedSchema, options),

    listNetInterfaces: (cluster: string): Promise<Result<NetInterfaceSet>> =>
      get(at(cluster, "net-interfaces"), netInterfaceSetSchema),
    /** By its name, `<node> - <network>`. */
    getNetInterface: (cluster: string, name: string): Promise<Result<NetInterfaceAnswer>> =>
      get(at(cluster, "net-interfaces", name), netInterfaceSchema),
    findNetInterface: (cluster: string, node: string, network: string): Promise<Result<NetInterfaceAnswer>> =>
      get(at(cluster, "nodes", node, "net-interfaces", network), netInterfaceSchema),
  };
}
