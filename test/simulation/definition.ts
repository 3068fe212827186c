import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";

/** Two groups, each a virtual server with a disk, of which one likes a node better than the other. */
export function definitionWith(ttlMs: number, drainMs: number): ClusterDefinition {
  const group = (last: number): ClusterDefinition["groups"][string] => ({
    preferredOwners: last === 100 ? ["NODE1", "NODE2"] : [],
    dependsOn: [],
    properties: { FailoverThreshold: 1_000, AutoFailbackType: 1 },
    resources: {
      Disk: { type: "Physical Disk", dependsOn: [], possibleOwners: [], properties: { PendingTimeout: 300 } },
      IP: {
        type: "IP Address",
        dependsOn: [],
        possibleOwners: [],
        properties: {
          Address: `127.0.1.${last}`,
          SubnetMask: "255.255.255.0",
          Network: "client",
          PendingTimeout: 500,
          DrainTimeout: drainMs,
          LooksAlivePollInterval: 300,
          IsAlivePollInterval: 1_000,
        },
      },
      Name: {
        type: "Network Name",
        dependsOn: ["IP"],
        possibleOwners: [],
        properties: { Name: `VS${last}`, PendingTimeout: 300 },
      },
    },
  });
  return {
    cluster: "simulated",
    lease: { ttlMs, renewMs: ttlMs / 4 },
    networks: { client: { cidr: "127.0.1.0/24", role: "ClientAccess", properties: {} } },
    timeZone: "UTC",
    properties: {},
    resourceTypes: {},
    nodes: {
      NODE1: { address: "127.0.1.1", properties: {} },
      NODE2: { address: "127.0.1.2", properties: {} },
    },
    groups: { First: group(100), Second: group(101) },
  };
}
