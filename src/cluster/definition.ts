import type { LeaseTerms } from "./lease.ts";

/** A property value as it stands in a definition: MSCS DWORDs are numbers, its strings are strings. */
export type PropertyValue = string | number;

export const networkRoles = ["None", "InternalUse", "ClientAccess", "InternalAndClient"] as const;
export type NetworkRole = (typeof networkRoles)[number];

/** Everything an operator says about a cluster. Keys of the records are the names, unique without regard to case. */
export type ClusterDefinition = {
  readonly cluster: string;
  readonly lease: LeaseTerms;
  readonly networks: Readonly<Record<string, NetworkDefinition>>;
  readonly nodes: Readonly<Record<string, NodeDefinition>>;
  readonly groups: Readonly<Record<string, GroupDefinition>>;
};

export type NetworkDefinition = {
  /** Address and prefix length, as in `192.0.2.0/24` (RFC 4632). */
  readonly cidr: string;
  readonly role: NetworkRole;
};

export type NodeDefinition = {
  /** The node's own address: the one that nobody may call from in a group's name. */
  readonly address: string;
};

export type GroupDefinition = {
  /** Nodes in the order in which they shall own the group (SetClusterGroupNodeList). May be empty. */
  readonly preferredOwners: readonly string[];
  readonly properties: Readonly<Record<string, PropertyValue>>;
  readonly resources: Readonly<Record<string, ResourceDefinition>>;
};

export type ResourceDefinition = {
  readonly type: string;
  /** Resources of the same group that must be online before this one is. */
  readonly dependsOn: readonly string[];
  /** Nodes that may host the resource (AddClusterResourceNode). Empty: every node. */
  readonly possibleOwners: readonly string[];
  readonly properties: Readonly<Record<string, PropertyValue>>;
};

/** `record[name]`, but never something that the record only inherited (a group may be called `constructor`). */
export function lookup<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The nodes that may own a group: those that every one of its resources allows, in the order of the definition. */
export function possibleOwners(definition: ClusterDefinition, group: GroupDefinition): string[] {
  const resources = Object.values(group.resources);
  return Object.keys(definition.nodes).filter((node) =>
    resources.every(({ possibleOwners: allowed }) => allowed.length === 0 || allowed.includes(node)),
  );
}

/** The addresses that a group speaks from: those of its IP Address resources. */
export function addressesOf(group: GroupDefinition): string[] {
  return Object.values(group.resources)
    .filter(({ type }) => type === "IP Address")
    .map(({ properties }) => String(lookup(properties, "Address")));
}

/** The first IP Address and the first Network Name of a group: what makes it a virtual server. */
export function virtualServerOf(
  group: GroupDefinition,
): { ipResource: string; address: string; subnetMask: string; nameResource: string; networkName: string } | null {
  const entries = Object.entries(group.resources);
  const ip = entries.find(([, { type }]) => type === "IP Address");
  const name = entries.find(([, { type }]) => type === "Network Name");
  if (ip === undefined || name === undefined) return null;
  return {
    ipResource: ip[0],
    address: String(lookup(ip[1].properties, "Address")),
    subnetMask: String(lookup(ip[1].properties, "SubnetMask")),
    nameResource: name[0],
    networkName: String(lookup(name[1].properties, "Name")),
  };
}
