import { type ClusterDefinition, lookup } from "../definition/definition.ts";
import { dwordMax, type PropertyRules } from "./properties.ts";
import {
  byControlPlane,
  byLease,
  choice,
  dword,
  kept,
  noColdStart,
  readOnly,
  requiredText,
  text,
  texts,
} from "./property-kinds.ts";

export { clusterProperties } from "./cluster-property-table.ts";

const byAgent = "resources are run by the node's agent, which has no resource monitor of its own to choose";
const noGuests = "it is meant for virtual machines and their memory, which are not hosted here";
const noBios = "names are not registered with NetBIOS";

/**
 * The properties of MSCS with their names, ranges and defaults, as in Microsoft's Failover Cluster API documentation.
 * Durations of resources are milliseconds, those of clusters are seconds, unless it is said otherwise.
 */
export const nodeProperties: PropertyRules = {
  Description: text(""),
  NodeWeight: kept(dword(0, 1, 1), `nodes have no vote: ${byControlPlane}`),
  DynamicWeight: readOnly(dword(0, 1, 0)),
  /** 0 NotInitiated, 1 InProgress, 2 Completed, 3 Failed. */
  NodeDrainStatus: readOnly(dword(0, 3, 0)),
  /** Place of the target among the nodes of the definition; the largest DWORD: none. */
  NodeDrainTarget: readOnly(dword(0, dwordMax, dwordMax)),
};

export const networkProperties: PropertyRules = {
  Description: text(""),
  /** CLUSTER_NETWORK_ROLE; set as `role` of the network. */
  Role: readOnly(dword(0, 3, 3)),
  Address: readOnly(text()),
  PrefixLength: readOnly(dword(0, 128, 0)),
  /** Lower comes first in the order of networks. */
  Metric: dword(1, 0x0fff_ffff, 100),
  AutoMetric: readOnly(dword(0, 1, 0)),
};

export const netInterfaceProperties: PropertyRules = {
  Name: readOnly(text()),
  Node: readOnly(text()),
  Network: readOnly(text()),
  Address: readOnly(text()),
};

export const groupProperties: PropertyRules = {
  Description: text(""),
  /** Failovers within FailoverPeriod before the group is given up. The largest value means: as many as nodes, less one. */
  FailoverThreshold: dword(0, dwordMax, dwordMax),
  /** Hours. */
  FailoverPeriod: dword(0, 1_193, 6),
  /** 0 PreventFailback, 1 AllowFailback. */
  AutoFailbackType: dword(0, 1, 0),
  /** First hour of the window, in the definition's time zone; both -1: at once. */
  FailbackWindowStart: dword(-1, 23, -1),
  /** The hour at which the window is over. */
  FailbackWindowEnd: dword(-1, 23, -1),
  /** What a group begins as when it is created: 1 online, 0 offline. From then on it is what it was last told to be. */
  PersistentState: dword(0, 1, 1),
  /** 3000 High, 2000 Medium, 1000 Low; 0 No Auto Start: it comes online only when it is told to. */
  Priority: dword(0, dwordMax, 2_000),
  AntiAffinityClassNames: texts(),
  /** Milliseconds between getting an owner and coming online there. */
  GroupStartDelay: dword(0, 1_800_000, 0),
  ColdStartSetting: kept(dword(0, 2, 0), noColdStart),
  DefaultOwner: kept(dword(-1, 512, -1), "preferredOwners says it"),
  ResiliencyPeriod: kept(dword(0, dwordMax, 0), byLease),
  PreferredSite: kept(text(""), "a cluster has no sites"),
  MinimumNeverPreemptPriority: kept(dword(0, dwordMax, 3_000), noGuests),
  MinimumPreemptorPriority: kept(dword(0, dwordMax, 1), noGuests),
  GroupType: readOnly(dword(100, 9_999, 9_999)),
  /** CLUSGRP_STATUS bits. */
  StatusInformation: readOnly(dword(0, 2_047, 0)),
};

/** The largest DWORD means "never" where a retry is meant, and "as the type says" where a poll is. */
export const commonResourceProperties: PropertyRules = {
  Description: text(""),
  LooksAlivePollInterval: dword(10, dwordMax, dwordMax),
  IsAlivePollInterval: dword(10, dwordMax, 60_000),
  PendingTimeout: dword(10, dwordMax, 180_000),
  DeadlockTimeout: dword(1_000, dwordMax, 300_000),
  /** 0 DontRestart, 1 RestartNoNotify, 2 RestartNotify: beyond the threshold, fail the group over. */
  RestartAction: dword(0, 2, 2),
  RestartThreshold: dword(0, dwordMax, 3),
  RestartPeriod: dword(0, dwordMax, 900_000),
  RestartDelay: readOnly(dword(0, dwordMax, 500)),
  /** Not shorter than RestartPeriod. */
  RetryPeriodOnFailure: dword(0, dwordMax, 3_600_000),
  /** What a resource begins as when it is created, as PersistentState of a group. */
  PersistentState: dword(0, 1, 1),
  SeparateMonitor: kept(dword(0, 1, 0), byAgent),
  DebugPrefix: kept(text(""), byAgent),
  AdminExtensions: kept(texts(), byAgent),
  MonitorProcessId: readOnly(dword(0, dwordMax, 0)),
  LastOperationStatusCode: readOnly(dword(0, dwordMax, 0)),
  ResourceSpecificStatus: readOnly(text("")),
  /** CLUSRES_STATUS bits. */
  StatusInformation: readOnly(dword(0, 31, 0)),
};

/** Common ones too, but kept apart: a Network Name has a private property of the same name. */
export const resourceIdentity: PropertyRules = { Name: readOnly(text()), Type: readOnly(text()) };

export const resourceTypes: Readonly<Record<string, PropertyRules>> = {
  "IP Address": {
    Address: requiredText("address"),
    SubnetMask: requiredText("mask"),
    Network: requiredText("network"),
    EnableNetBIOS: kept(dword(0, 2, 1), noBios),
    EnableDhcp: kept(dword(0, 0, 0), "an address that a DHCP server may take back is no virtual IP; only 0 is taken"),
    OverrideAddressMatch: dword(0, 1, 0),
    /** Not of MSCS. Milliseconds that a group which leaves a node lets open connections of this address finish; 0: none. */
    DrainTimeout: dword(0, 600_000, 5_000),
    ProbePort: kept(dword(0, 65_535, 0), "load balancers ask GET …/groups/{group}/active"),
    ProbeFailureThreshold: kept(dword(0, dwordMax, 0), "load balancers ask GET …/groups/{group}/active"),
  },
  "Network Name": {
    Name: requiredText("host-name"),
    RequireDNS: dword(0, 1, 0),
    HostRecordTTL: dword(0, dwordMax, 1_200),
    RegisterAllProvidersIP: dword(0, 1, 0),
    PublishPTRRecords: dword(0, 1, 0),
    Aliases: text(""),
    DnsSuffix: text(""),
    DnsName: readOnly(text()),
    RequireKerberos: kept(dword(0, 1, 0), "names are not registered with a directory"),
    RemapPipeNames: kept(dword(0, 1, 0), noBios),
    StatusDNS: readOnly(dword(0, dwordMax, dwordMax)),
    StatusNetBIOS: readOnly(dword(0, dwordMax, dwordMax)),
    StatusKerberos: readOnly(dword(0, dwordMax, dwordMax)),
  },
  "Physical Disk": {
    Signature: dword(0, dwordMax, 0),
    /** A block device, such as /dev/disk/by-id/…; without one the disk is a state, and nothing on the host. */
    Device: text(),
    MountPoint: text(),
    /** As `mount -t` takes it; without one it is looked what there is. */
    FileSystem: text(),
    /** As `mount -o` takes them; nothing is added. */
    Options: text(),
    /** ScsiPr: a SCSI-3 persistent reservation, where the disk can; None: nothing keeps another host from writing to it. */
    Fence: choice("ScsiPr", "None"),
    Drive: kept(text(""), "MountPoint says where"),
    SkipChkdsk: kept(dword(0, 1, 0), "FileSystem and Options say how it is mounted"),
    ConditionalMount: kept(dword(0, 1, 1), "FileSystem and Options say how it is mounted"),
    DiskArbInterval: kept(dword(0, dwordMax, 3), byLease),
    MaxIoLatency: kept(dword(1_000, 60_000, 1_000), byAgent),
    MaintenanceMode: readOnly(dword(0, 3, 0)),
  },
  "Generic Application": {
    CommandLine: requiredText(),
    CurrentDirectory: requiredText(),
    InteractWithDesktop: kept(dword(0, 1, 0), "a host has no desktop"),
    UseNetworkName: dword(0, 1, 0),
  },
  "Generic Service": {
    ServiceName: requiredText(),
    StartupParameters: kept(text(""), "a unit of systemd takes none; what it is told is in its environment"),
    UseNetworkName: dword(0, 1, 0),
  },
  "Generic Script": { ScriptFilePath: requiredText() },
  /** Not of MSCS: the resource agents of Pacemaker (Open Cluster Framework Resource Agent API). */
  "OCF Agent": {
    Agent: requiredText("ocf-agent"),
    /** `name=value`, as the agent's metadata names them. */
    Parameters: { kind: "multi-text", default: [], format: "parameter" },
    /** OCF_CHECK_LEVEL of IsAlive, as the depths of `monitor` in the agent's metadata; LooksAlive asks at depth 0. */
    CheckLevel: dword(0, 100, 0),
  },
  "Message Transfer Agent": {
    Port: dword(1, 65_535, 102),
    PartnersFile: requiredText(),
    MtaName: text(),
    /** Where messages wait, and where those go that come; on a disk of the group's. */
    QueueFolder: text(),
  },
};

/** What may be said of a resource type of one's own: the rest of it is that of the type that it is based on. */
export const resourceTypeProperties: PropertyRules = {
  Description: text(""),
  LooksAlivePollInterval: dword(10, dwordMax, 5_000),
  IsAlivePollInterval: dword(10, dwordMax, 60_000),
  PendingTimeout: dword(10, dwordMax, 180_000),
  DeadlockTimeout: dword(30_000, dwordMax, 300_000),
};

/** What each resource type must stand on (required dependencies of MSCS). */
export const requiredDependencies: Readonly<Record<string, readonly string[]>> = {
  "Network Name": ["IP Address"],
  "Message Transfer Agent": ["Network Name"],
};

/** The type of the agents' drivers that serves a resource of this type; a type of one's own names one of those. */
export function driverTypeOf({ resourceTypes: own }: ClusterDefinition, type: string): string | undefined {
  return lookup(own, type)?.basedOn ?? (lookup(resourceTypes, type) === undefined ? undefined : type);
}

/** Private properties of a resource, by the type that serves it; undefined where there is no such type. */
export function privateRules(driverType: string): PropertyRules | undefined {
  return lookup(resourceTypes, driverType);
}

/** Common and private properties together, as a definition has them. */
export function rulesOfType(driverType: string): PropertyRules | undefined {
  return lookup(rulesByType, driverType);
}

const rulesByType: Readonly<Record<string, PropertyRules>> = Object.fromEntries(
  Object.entries(resourceTypes).map(([type, own]) => [type, { ...commonResourceProperties, ...own }]),
);
