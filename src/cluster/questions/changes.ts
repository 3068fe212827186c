import type { JournalEntry, JournalKind } from "../journal.ts";

/** CLUSTER_CHANGE of clusapi.h: what an application can ask to be notified of, with its bits. */
export const clusterChange = {
  CLUSTER_CHANGE_NODE_STATE: 0x1,
  CLUSTER_CHANGE_NODE_DELETED: 0x2,
  CLUSTER_CHANGE_NODE_ADDED: 0x4,
  CLUSTER_CHANGE_NODE_PROPERTY: 0x8,
  CLUSTER_CHANGE_REGISTRY_NAME: 0x10,
  CLUSTER_CHANGE_REGISTRY_ATTRIBUTES: 0x20,
  CLUSTER_CHANGE_REGISTRY_VALUE: 0x40,
  CLUSTER_CHANGE_REGISTRY_SUBTREE: 0x80,
  CLUSTER_CHANGE_RESOURCE_STATE: 0x100,
  CLUSTER_CHANGE_RESOURCE_DELETED: 0x200,
  CLUSTER_CHANGE_RESOURCE_ADDED: 0x400,
  CLUSTER_CHANGE_RESOURCE_PROPERTY: 0x800,
  CLUSTER_CHANGE_GROUP_STATE: 0x1000,
  CLUSTER_CHANGE_GROUP_DELETED: 0x2000,
  CLUSTER_CHANGE_GROUP_ADDED: 0x4000,
  CLUSTER_CHANGE_GROUP_PROPERTY: 0x8000,
  CLUSTER_CHANGE_RESOURCE_TYPE_DELETED: 0x1_0000,
  CLUSTER_CHANGE_RESOURCE_TYPE_ADDED: 0x2_0000,
  CLUSTER_CHANGE_RESOURCE_TYPE_PROPERTY: 0x4_0000,
  CLUSTER_CHANGE_CLUSTER_RECONNECT: 0x8_0000,
  CLUSTER_CHANGE_NETWORK_STATE: 0x10_0000,
  CLUSTER_CHANGE_NETWORK_DELETED: 0x20_0000,
  CLUSTER_CHANGE_NETWORK_ADDED: 0x40_0000,
  CLUSTER_CHANGE_NETWORK_PROPERTY: 0x80_0000,
  CLUSTER_CHANGE_NETINTERFACE_STATE: 0x100_0000,
  CLUSTER_CHANGE_NETINTERFACE_DELETED: 0x200_0000,
  CLUSTER_CHANGE_NETINTERFACE_ADDED: 0x400_0000,
  CLUSTER_CHANGE_NETINTERFACE_PROPERTY: 0x800_0000,
  CLUSTER_CHANGE_QUORUM_STATE: 0x1000_0000,
  CLUSTER_CHANGE_CLUSTER_STATE: 0x2000_0000,
  CLUSTER_CHANGE_CLUSTER_PROPERTY: 0x4000_0000,
  CLUSTER_CHANGE_HANDLE_CLOSE: 0x8000_0000,
} as const;
export type ClusterChange = keyof typeof clusterChange;
export const clusterChanges = Object.keys(clusterChange) as readonly ClusterChange[];

/** What a change is of. `any`: it may concern objects of every type. */
export const changedObjects = [
  "cluster",
  "node",
  "group",
  "resource",
  "resource-type",
  "network",
  "net-interface",
  "registry",
] as const;
export type ChangedObject = (typeof changedObjects)[number];

export type JournalChange = { readonly object: ChangedObject | "any"; readonly changes: readonly ClusterChange[] };

const nodeState: JournalChange = { object: "node", changes: ["CLUSTER_CHANGE_NODE_STATE"] };
const groupState: JournalChange = { object: "group", changes: ["CLUSTER_CHANGE_GROUP_STATE"] };
const reconnect: JournalChange = { object: "cluster", changes: ["CLUSTER_CHANGE_CLUSTER_RECONNECT"] };
/** The cluster API knows nothing of the kind. */
const nothing: JournalChange = { object: "any", changes: [] };

/**
 * What each kind of journal entry is to the cluster API. A definition that is applied whole may have added, deleted or
 * changed anything, so it is told under every such name: a reader that is told too much reads too much, and misses nothing.
 */
export const changeOfKind: Readonly<Record<JournalKind, JournalChange>> = {
  "object.started": reconnect,
  "object.rolled-back": reconnect,
  "object.unwritable": reconnect,
  "cluster.defined": {
    object: "any",
    changes: [
      "CLUSTER_CHANGE_CLUSTER_PROPERTY",
      "CLUSTER_CHANGE_NODE_DELETED",
      "CLUSTER_CHANGE_NODE_ADDED",
      "CLUSTER_CHANGE_NODE_PROPERTY",
      "CLUSTER_CHANGE_RESOURCE_DELETED",
      "CLUSTER_CHANGE_RESOURCE_ADDED",
      "CLUSTER_CHANGE_RESOURCE_PROPERTY",
      "CLUSTER_CHANGE_GROUP_DELETED",
      "CLUSTER_CHANGE_GROUP_ADDED",
      "CLUSTER_CHANGE_GROUP_PROPERTY",
      "CLUSTER_CHANGE_NETWORK_DELETED",
      "CLUSTER_CHANGE_NETWORK_ADDED",
      "CLUSTER_CHANGE_NETWORK_PROPERTY",
      "CLUSTER_CHANGE_NETINTERFACE_DELETED",
      "CLUSTER_CHANGE_NETINTERFACE_ADDED",
      "CLUSTER_CHANGE_NETINTERFACE_PROPERTY",
      "CLUSTER_CHANGE_RESOURCE_TYPE_DELETED",
      "CLUSTER_CHANGE_RESOURCE_TYPE_ADDED",
      "CLUSTER_CHANGE_RESOURCE_TYPE_PROPERTY",
    ],
  },
  "node.joined": nodeState,
  "node.joining": nodeState,
  "node.left": nodeState,
  "node.paused": nodeState,
  "node.resumed": nodeState,
  "node.confirmed-down": nodeState,
  "node.quarantined": nodeState,
  "node.quarantine-ended": nodeState,
  "node.notice": nothing,
  "node.key-changed": nothing,
  "cluster.maintenance": { object: "cluster", changes: ["CLUSTER_CHANGE_CLUSTER_STATE"] },
  "cluster.destroyed": { object: "cluster", changes: ["CLUSTER_CHANGE_CLUSTER_STATE"] },
  "group.owned": groupState,
  "group.draining": groupState,
  "group.released": groupState,
  "group.expired": groupState,
  "group.online": groupState,
  "group.offline": groupState,
  "group.interrupted": groupState,
  "group.peers": nothing,
  "group.move-requested": groupState,
  "group.move-cancelled": groupState,
  "group.move-scheduled": { object: "group", changes: ["CLUSTER_CHANGE_GROUP_PROPERTY"] },
  "group.move-failed": groupState,
  "group.starting": groupState,
  "group.given-up": groupState,
  /** PersistentState is a property. */
  "group.wanted": { object: "group", changes: ["CLUSTER_CHANGE_GROUP_PROPERTY"] },
  "resource.wanted": { object: "resource", changes: ["CLUSTER_CHANGE_RESOURCE_PROPERTY"] },
  "resource.fail-requested": nothing,
  "resource.restart-requested": nothing,
  "operation.failed": nothing,
  "token.created": nothing,
  "token.revoked": nothing,
  "webhook.created": nothing,
  "webhook.deleted": nothing,
  "webhook.enabled": nothing,
  "webhook.disabled": nothing,
  "webhook.secret-rotated": nothing,
  "resource.failed": { object: "resource", changes: ["CLUSTER_CHANGE_RESOURCE_STATE"] },
  "registry.changed": {
    object: "registry",
    changes: ["CLUSTER_CHANGE_REGISTRY_NAME", "CLUSTER_CHANGE_REGISTRY_VALUE"],
  },
  "association.accepted": nothing,
  "association.refused": nothing,
  "association.deferred": nothing,
  "association.closed": nothing,
};

/** What an entry is to the cluster API, and the name of the object that it is of; null when it is not of one alone. */
export function changeOf(entry: JournalEntry): JournalChange & { readonly name: string | null } {
  const { object, changes } = changeOfKind[entry.kind];
  switch (object) {
    case "node":
      return { object, changes, name: entry.node };
    case "group":
      return { object, changes, name: entry.group };
    case "resource":
      return { object, changes, name: entry.resource };
    case "registry":
      return registryChange(entry);
    default:
      return { object, changes, name: null };
  }
}

/** How many keys and how many values were changed stands in the entry's details. */
function registryChange({ details }: JournalEntry): JournalChange & { readonly name: string | null } {
  const key = details?.["key"];
  const changes: ClusterChange[] = [];
  if (details?.["keys"] !== 0) changes.push("CLUSTER_CHANGE_REGISTRY_NAME");
  if (details?.["values"] !== 0) changes.push("CLUSTER_CHANGE_REGISTRY_VALUE");
  return { object: "registry", changes, name: typeof key === "string" ? key : null };
}

/** Which changes there are of each type of object. */
export const changesOfObject: Readonly<Record<ChangedObject, readonly ClusterChange[]>> = {
  cluster: clusterChanges.filter((name) => /^CLUSTER_CHANGE_(?:CLUSTER|QUORUM)_/.test(name)),
  node: clusterChanges.filter((name) => name.startsWith("CLUSTER_CHANGE_NODE_")),
  group: clusterChanges.filter((name) => name.startsWith("CLUSTER_CHANGE_GROUP_")),
  resource: clusterChanges.filter((name) => /^CLUSTER_CHANGE_RESOURCE_(?!TYPE_)/.test(name)),
  "resource-type": clusterChanges.filter((name) => name.startsWith("CLUSTER_CHANGE_RESOURCE_TYPE_")),
  network: clusterChanges.filter((name) => name.startsWith("CLUSTER_CHANGE_NETWORK_")),
  "net-interface": clusterChanges.filter((name) => name.startsWith("CLUSTER_CHANGE_NETINTERFACE_")),
  registry: clusterChanges.filter((name) => name.startsWith("CLUSTER_CHANGE_REGISTRY_")),
};
