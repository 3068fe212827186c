import type { ClusterDefinition, OutagePolicy } from "../../src/cluster/definition/definition.ts";

export type Particulars = {
  readonly ttlMs: number;
  /** How long open connections may take when a group leaves. */
  readonly drainMs: number;
  /** Whether each group likes another node better; else the second goes where the first is. */
  readonly apart: boolean;
  readonly onControlPlaneLoss: OutagePolicy;
};

/** Two groups, each a virtual server with a disk. */
export function definitionWith({ ttlMs, drainMs, apart, onControlPlaneLoss }: Particulars): ClusterDefinition {
  const group = (last: number, preferredOwners: readonly string[]): ClusterDefinition["groups"][string] => ({
    preferredOwners,
    dependsOn: [],
    onControlPlaneLoss,
    properties: { FailoverThreshold: 1_000, AutoFailbackType: 1 },
    resources: {
      Disk: { type: "Physical Disk", dependsOn: [], possibleOwners: [], properties: { PendingTimeout: ttlMs / 5 } },
      IP: {
        type: "IP Address",
        dependsOn: [],
        possibleOwners: [],
        properties: {
          Address: `127.0.1.${last}`,
          SubnetMask: "255.255.255.0",
          Network: "client",
          PendingTimeout: ttlMs / 4,
          DrainTimeout: drainMs,
          LooksAlivePollInterval: ttlMs,
          IsAlivePollInterval: 3 * ttlMs,
        },
      },
      Name: {
        type: "Network Name",
        dependsOn: ["IP"],
        possibleOwners: [],
        properties: { Name: `VS${last}`, PendingTimeout: ttlMs / 5 },
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
    groups: { First: group(100, ["NODE1", "NODE2"]), Second: group(101, apart ? ["NODE2", "NODE1"] : []) },
  };
}
