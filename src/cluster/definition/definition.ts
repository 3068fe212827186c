import type { Dependency } from "./dependencies.ts";
import type { LeaseTerms } from "../lease/lease.ts";

/** A property value as it stands in a definition: DWORDs of MSCS are numbers, its strings strings, MULTI_SZ lists of them. */
export type PropertyValue = string | number | readonly string[];
export type Properties = Readonly<Record<string, PropertyValue>>;

export const networkRoles = ["None", "InternalUse", "ClientAccess", "InternalAndClient"] as const;
export type NetworkRole = (typeof networkRoles)[number];

/** Everything an operator says about a cluster. Keys of the records are the names, unique without regard to case. */
export type ClusterDefinition = {
  readonly cluster: string;
  readonly lease: LeaseTerms;
  /** Name of the IANA time zone that windows of hours are meant in, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly properties: Properties;
  readonly networks: Readonly<Record<string, NetworkDefinition>>;
  readonly nodes: Readonly<Record<string, NodeDefinition>>;
  readonly resourceTypes: Readonly<Record<string, ResourceTypeDefinition>>;
  readonly groups: Readonly<Record<string, GroupDefinition>>;
};

export type NetworkDefinition = {
  /** Address and prefix length, as in `192.0.2.0/24` (RFC 4632). */
  readonly cidr: string;
  readonly role: NetworkRole;
  readonly properties: Properties;
};

export type NodeDefinition = {
  /** The node's own address: the one that nobody may call from in a group's name. */
  readonly address: string;
  readonly properties: Properties;
};

/** A resource type of one's own (CreateClusterResourceType): another name, with intervals of its own, for a built-in one. */
export type ResourceTypeDefinition = {
  /** The built-in type whose driver serves it; what MSCS names by a DLL. */
  readonly basedOn: string;
  readonly properties: Properties;
};

/**
 * `drop`: it goes down, and mail waits. `hold-while-peers-agree`: it stays as long as every other agent that could get it promises to
 * claim nothing that ends its ownership (PW1, PW2).
 */
export const outagePolicies = ["drop", "hold-while-peers-agree"] as const;
export type OutagePolicy = (typeof outagePolicies)[number];

export type GroupDefinition = {
  /** Nodes in the order in which they shall own the group (SetClusterGroupNodeList). May be empty. */
  readonly preferredOwners: readonly string[];
  /** Groups that must be online before this one comes online (AddClusterGroupDependency). */
  readonly dependsOn: readonly string[];
  /** What its owner does when its lease ends because no control plane answers. */
  readonly onControlPlaneLoss: OutagePolicy;
  readonly properties: Properties;
  readonly resources: Readonly<Record<string, ResourceDefinition>>;
};

export type ResourceDefinition = {
  readonly type: string;
  /** Resources of the same group that must be online before this one is. */
  readonly dependsOn: readonly Dependency[];
  /** Nodes that may host the resource (AddClusterResourceNode). Empty: every node. */
  readonly possibleOwners: readonly string[];
  readonly properties: Properties;
};

/** `record[name]`, but never something that the record only inherited (a group may be called `constructor`). */
export function lookup<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** The nodes that may own a group: those that every one of its resources allows, in the order of the definition. */
export function possibleOwners(definition: ClusterDefinition, group: GroupDefinition): string[] {
  return Object.keys(definition.nodes).filter((node) => isPossibleOwner(definition, group, node));
}

export function isPossibleOwner({ nodes }: ClusterDefinition, { resources }: GroupDefinition, node: string): boolean {
  const allowing = ({ possibleOwners: allowed }: ResourceDefinition): boolean =>
    allowed.length === 0 || allowed.includes(node);
  return lookup(nodes, node) !== undefined && Object.values(resources).every(allowing);
}

/** Whether a resource is of a built-in type, or of one of the cluster's own that is based on it. */
export function isOfType({ resourceTypes }: ClusterDefinition, { type }: ResourceDefinition, builtIn: string): boolean {
  return (lookup(resourceTypes, type)?.basedOn ?? type) === builtIn;
}

/** The resources of a group as agents get them: of built-in types, with what the cluster's own types say filled in. */
export function servedResources(
  { resourceTypes }: ClusterDefinition,
  { resources }: GroupDefinition,
): Readonly<Record<string, ResourceDefinition>> {
  if (Object.keys(resourceTypes).length === 0) return resources;
  return Object.fromEntries(
    Object.entries(resources).map(([name, resource]) => {
      const own = lookup(resourceTypes, resource.type);
      if (own === undefined) return [name, resource];
      const { Description: _of, ...byDefault } = own.properties;
      return [name, { ...resource, type: own.basedOn, properties: { ...byDefault, ...resource.properties } }];
    }),
  );
}

/** What `addressesOf` and `virtualServerOf` look at: `servedResources` of a group, or what an agent was assigned. */
export type Served = Readonly<Record<string, Pick<ResourceDefinition, "type" | "properties">>>;

/** What the disks among these are called, those that are more than a state. */
export function devicesOf(resources: Served): string[] {
  return Object.values(resources)
    .filter(({ type }) => type === "Physical Disk")
    .map(({ properties }) => String(lookup(properties, "Device") ?? ""))
    .filter((device) => device !== "");
}

/** The addresses that a group speaks from: those of its IP Address resources. */
export function addressesOf(resources: Served): string[] {
  return Object.values(resources)
    .filter(({ type }) => type === "IP Address")
    .map(({ properties }) => String(lookup(properties, "Address")));
}

/** The first IP Address and the first Network Name of a group: what makes it a virtual server. */
export function virtualServerOf(
  resources: Served,
): { ipResource: string; address: string; subnetMask: string; nameResource: string; networkName: string } | null {
  const entries = Object.entries(resources);
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
