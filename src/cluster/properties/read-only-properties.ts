import {
  type ClusterDefinition,
  lookup,
  networkRoles,
  possibleOwners,
  type Properties,
} from "../definition/definition.ts";
import { netInterfacesOf } from "../definition/net-interfaces.ts";
import { parseNetwork } from "../definition/ip-address.ts";
import { dwordOf, textsOf } from "./properties.ts";
import { clusterProperties, groupProperties } from "./property-tables.ts";
import type { Described, Known } from "./property-sets.ts";
import { drainStatuses, type GroupView } from "../questions/view.ts";

/** CLUSGRP_STATUS bits of clusapi.h, those that have a meaning here. */
export const groupStatusBits = {
  /** CLUSGRP_STATUS_WAITING_IN_QUEUE_FOR_MOVE: a move waits for its time. */
  waitingForMove: 0x4,
  /** CLUSGRP_STATUS_WAITING_TO_START: for its GroupStartDelay, or for groups that it depends on. */
  waitingToStart: 0x10,
  /** CLUSGRP_STATUS_EMBEDDED_FAILURE: one of its resources has failed. */
  embeddedFailure: 0x20,
  /** CLUSGRP_STATUS_OFFLINE_DUE_TO_ANTIAFFINITY_CONFLICT: each node that is up has a group that is to stay apart from it. */
  keptApart: 0x40,
  /** CLUSGRP_STATUS_UNMONITORED: the cluster is in maintenance, so nothing follows from a failure. */
  unmonitored: 0x100,
} as const;

/** CLUSRES_STATUS_EMBEDDED_FAILURE: the agent has said what is wrong with it. */
export const resourceStatusBits = { embeddedFailure: 0x2 } as const;

/** The properties of an object that follow from the state, or from other parts of the definition, whatever was set. */
export function readOnlyProperties(known: Known, of: Described): Properties {
  switch (of.kind) {
    case "cluster":
    case "resource-type":
      return {};
    case "node":
      return ofNode(known, of.name);
    case "network":
      return ofNetwork(known.definition, of.name);
    case "net-interface":
      return ofNetInterface(known.definition, of.name);
    case "group":
      return ofGroup(known, of.name);
    case "resource":
      return ofResource(known, of.group, of.name);
  }
}

function ofNode({ definition, view }: Known, name: string): Properties {
  const node = lookup(view.nodes, name);
  if (node === undefined) return {};
  const target = node.drainTarget === null ? -1 : Object.keys(definition.nodes).indexOf(node.drainTarget);
  return {
    NodeDrainStatus: drainStatuses.indexOf(node.drain),
    ...(target < 0 ? {} : { NodeDrainTarget: target }),
  };
}

function ofNetwork({ networks }: ClusterDefinition, name: string): Properties {
  const network = lookup(networks, name);
  if (network === undefined) return {};
  return {
    Role: networkRoles.indexOf(network.role),
    Address: network.cidr.split("/")[0] ?? "",
    PrefixLength: parseNetwork(network.cidr)?.prefix ?? 0,
    AutoMetric: lookup(network.properties, "Metric") === undefined ? 1 : 0,
  };
}

function ofNetInterface(definition: ClusterDefinition, wanted: string): Properties {
  const found = netInterfacesOf(definition).find(({ name }) => name === wanted);
  if (found === undefined) return {};
  return { Name: found.name, Node: found.node, Network: found.network, Address: found.address };
}

function ofGroup(known: Known, name: string): Properties {
  const group = lookup(known.view.groups, name);
  if (group === undefined) return {};
  const failed = Object.values(group.resources).some(({ state }) => state === "Failed");
  const bits = [
    group.scheduled === null ? 0 : groupStatusBits.waitingForMove,
    group.waiting === null ? 0 : groupStatusBits.waitingToStart,
    failed ? groupStatusBits.embeddedFailure : 0,
    isKeptApart(known, name, group) ? groupStatusBits.keptApart : 0,
    known.view.maintenance ? groupStatusBits.unmonitored : 0,
  ];
  return {
    PersistentState: group.wanted === "Online" ? 1 : 0,
    StatusInformation: bits.reduce((sum, bit) => sum | bit, 0),
  };
}

function ofResource({ definition, view }: Known, group: string, name: string): Properties {
  const defined = lookup(lookup(definition.groups, group)?.resources ?? {}, name);
  const resource = lookup(lookup(view.groups, group)?.resources ?? {}, name);
  if (defined === undefined || resource === undefined) return {};
  return {
    Name: name,
    Type: defined.type,
    PersistentState: resource.wanted === "Online" ? 1 : 0,
    StatusInformation: resource.problem === null ? 0 : resourceStatusBits.embeddedFailure,
  };
}

/** Nobody owns it, and every possible owner that is up owns a group of the same AntiAffinityClassNames. */
function isKeptApart({ definition, view }: Known, name: string, { owner }: GroupView): boolean {
  const group = lookup(definition.groups, name);
  const enforced = dwordOf(definition.properties, clusterProperties, "ClusterEnforcedAntiAffinity") === 1;
  if (group === undefined || owner !== null || !enforced) return false;
  const classes = classesOf(group.properties);
  const crowded = new Set(
    Object.entries(view.groups).flatMap(([other, { lastOwner }]) => {
      const shares = classesOf(lookup(definition.groups, other)?.properties ?? {}).some((of) => classes.includes(of));
      return other !== name && shares ? [lastOwner] : [];
    }),
  );
  const up = possibleOwners(definition, group).filter((node) => lookup(view.nodes, node)?.state === "Up");
  return up.length > 0 && up.every((node) => crowded.has(node));
}

function classesOf(properties: Properties): readonly string[] {
  return textsOf(properties, groupProperties, "AntiAffinityClassNames");
}
