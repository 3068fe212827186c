import type {
  ClusterDefinition,
  GroupDefinition,
  PropertyValue,
  ResourceDefinition,
} from "../../src/cluster/definition/definition.ts";

/** ttl and renewal interval of most tests, those of the preset `lan`: margin 100, deaf after four answers. */
export const ttlMs = 2_000;
export const renewMs = 500;

type Properties = Readonly<Record<string, PropertyValue>>;

/** A cluster of these groups on two nodes of network `client`, unless it is said otherwise. */
export function clusterOf(
  groups: Readonly<Record<string, GroupDefinition>>,
  parts: Partial<ClusterDefinition> = {},
): ClusterDefinition {
  return {
    cluster: "exchange",
    lease: { ttlMs, renewMs },
    timeZone: "UTC",
    properties: {},
    networks: { client: { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} } },
    resourceTypes: {},
    nodes: nodes("NODE1", "NODE2"),
    ...parts,
    groups,
  };
}

/** Nodes at 192.0.2.1 and on, in this order. */
export function nodes(...names: readonly string[]): ClusterDefinition["nodes"] {
  return Object.fromEntries(names.map((name, index) => [name, { address: `192.0.2.${index + 1}`, properties: {} }]));
}

/** A group with an IP Address (`192.0.2.<host>`) and a Network Name that stands on it. */
export function virtualServer(host: number, parts: Partial<GroupDefinition> = {}): GroupDefinition {
  return {
    preferredOwners: [],
    dependsOn: [],
    onControlPlaneLoss: "drop",
    properties: {},
    ...parts,
    resources: { ...addressAndName(host), ...parts.resources },
  };
}

/** A group without an address: states without a driver. */
export function plainGroup(
  resources: Readonly<Record<string, ResourceDefinition>> = { Disk: disk() },
  parts: Partial<GroupDefinition> = {},
): GroupDefinition {
  return { preferredOwners: [], dependsOn: [], onControlPlaneLoss: "drop", properties: {}, ...parts, resources };
}

export function ipAddress(host: number, parts: Partial<ResourceDefinition> = {}): ResourceDefinition {
  const properties = {
    Address: `192.0.2.${host}`,
    SubnetMask: "255.255.255.0",
    Network: "client",
    ...parts.properties,
  };
  return { type: "IP Address", dependsOn: [], possibleOwners: [], ...parts, properties };
}

export function networkName(name: string, dependsOn: readonly string[] = ["IP"]): ResourceDefinition {
  return { type: "Network Name", dependsOn, possibleOwners: [], properties: { Name: name } };
}

export function disk(properties: Properties = {}, parts: Partial<ResourceDefinition> = {}): ResourceDefinition {
  return { type: "Physical Disk", dependsOn: [], possibleOwners: [], ...parts, properties };
}

function addressAndName(host: number): Readonly<Record<string, ResourceDefinition>> {
  return { IP: ipAddress(host), Name: networkName(`VS${host}`) };
}
