import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { definitionSchema } from "../../src/protocol/definition.ts";

/** How large a cluster is. Each group has an IP Address and a Network Name, and disks for the rest. */
export type Size = { readonly nodes: number; readonly groups: number; readonly resourcesPerGroup: number };

export const nodeName = (at: number): string => `NODE${at + 1}`;
export const groupName = (at: number): string => `VS${at + 1}`;

/** Groups in turn over all nodes, and each would rather go to the node half the cluster further on: the other site. */
export function definitionOf({ nodes, groups, resourcesPerGroup }: Size): ClusterDefinition {
  const each = <T>(count: number, of: (at: number) => readonly [string, T]): Record<string, T> =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => of(at)));
  return definitionSchema.parse({
    cluster: "measured",
    lease: "lan",
    networks: { client: { cidr: "10.0.0.0/16", role: "ClientAccess" } },
    nodes: each(nodes, (at) => [nodeName(at), { address: `10.0.0.${at + 1}` }]),
    groups: each(groups, (at) => [
      groupName(at),
      {
        preferredOwners: [nodeName(at % nodes), nodeName((at + Math.floor(nodes / 2)) % nodes)],
        resources: {
          [`IP ${at}`]: {
            type: "IP Address",
            properties: { Address: `10.0.1.${at + 1}`, SubnetMask: "255.255.0.0", Network: "client" },
          },
          [`Name ${at}`]: { type: "Network Name", dependsOn: [`IP ${at}`], properties: { Name: `VS${at}` } },
          ...each(resourcesPerGroup - 2, (disk) => [`Disk ${at}-${disk}`, { type: "Physical Disk" }]),
        },
      },
    ]),
  });
}
