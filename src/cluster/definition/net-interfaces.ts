import type { ClusterDefinition } from "./definition.ts";
import { contains, parseAddress, parseNetwork } from "./ip-address.ts";

/** Where a node meets a network. It is not defined by anybody: it follows from the node's address. */
export type NetInterface = {
  readonly name: string;
  readonly node: string;
  readonly network: string;
  readonly address: string;
};

/** One for each network that a node's address lies in, named `<node> - <network>`. */
export function netInterfacesOf({ nodes, networks }: ClusterDefinition): NetInterface[] {
  return Object.entries(nodes).flatMap(([node, { address }]) => {
    const parsed = parseAddress(address);
    if (parsed === null) return [];
    return Object.entries(networks).flatMap(([network, { cidr }]) => {
      const range = parseNetwork(cidr);
      if (range === null || !contains(range, parsed)) return [];
      return [{ name: `${node} - ${network}`, node, network, address }];
    });
  });
}
