import { goesHomeByItself } from "../policies/failback.ts";
import {
  addressesOf,
  type GroupDefinition,
  lookup,
  type NetworkRole,
  type OutagePolicy,
  type Served,
  servedResources,
  virtualServerOf,
} from "../definition/definition.ts";
import type { Dependency } from "../definition/dependencies.ts";
import { cannotBeAsked, type Claimant, claimantsNow } from "../lease/agreement.ts";
import type { LeaseTerms } from "../lease/lease.ts";
import type { ReportedResource, ResourceState, Wanted } from "../messages.ts";
import { epochOf, holdOf } from "../lease/ownership.ts";
import { isQuarantined } from "../policies/quarantine.ts";
import { groupStateOf, reportedResources, reportOf, stateOf, wantedOf } from "../policies/resources.ts";
import { waitsFor } from "../policies/starting.ts";
import {
  type ClusterRow,
  type ClusterState,
  type GroupRow,
  type Hold,
  newNode,
  type NodeRow,
  type SeenAssociation,
  type Session,
} from "../state.ts";
import { retryAt } from "../policies/troubles.ts";

/** The whole state as readers see it: names as keys, states by their MSCS names. */
export type ClusterView = {
  readonly name: string;
  /** Grows with each definition that changed something. */
  readonly revision: number;
  /** Milliseconds since any owner's last confirmed renewal; 0 when nothing is owned. */
  readonly ageMs: number;
  readonly lease: LeaseTerms;
  /** Number of the object's present start. */
  readonly generation: number;
  /** Observe, touch nothing. */
  readonly maintenance: boolean;
  /** True while the object, started a moment ago, begins no epoch. */
  readonly starting: boolean;
  /** Number of the newest journal entry: where to begin to watch. */
  readonly lastEvent: number;
  readonly networks: Readonly<Record<string, { readonly cidr: string; readonly role: NetworkRole }>>;
  readonly nodes: Readonly<Record<string, NodeView>>;
  readonly groups: Readonly<Record<string, GroupView>>;
  /** What was last said of associations, newest last. */
  readonly associations: readonly SeenAssociation[];
};

/** CLUSTER_NODE_STATE by name. `Unknown`: connected, but silent for longer than a ttl. */
export type NodeState = "Up" | "Down" | "Paused" | "Joining" | "Unknown";

export type NodeView = {
  readonly state: NodeState;
  readonly address: string;
  /** What is left of the ttl since the last renewal, by the object's clock; null when the node is not joined. */
  readonly leaseRemainingMs: number | null;
  /** Why it is `Joining`, else null. */
  readonly reason: string | null;
  readonly incarnation: string | null;
  /** NodeDrainStatus by name. */
  readonly drain: DrainStatus;
  /** Where its groups were asked to go, if to one node. */
  readonly drainTarget: string | null;
  /** Until when it is in quarantine, epoch milliseconds; else null. */
  readonly quarantinedUntil: number | null;
};
export const drainStatuses = ["NotInitiated", "InProgress", "Completed", "Failed"] as const;
export type DrainStatus = (typeof drainStatuses)[number];

/** CLUSTER_GROUP_STATE by name. `Unknown`: the owner has not renewed for longer than a ttl. */
export type GroupState = "Online" | "Offline" | "Failed" | "PartialOnline" | "Pending" | "Unknown";

export type GroupView = {
  readonly state: GroupState;
  /** The active node; null when nobody owns the group, `Unknown` when nobody can say. */
  readonly owner: string | null;
  /** Who owned it when it was last known. */
  readonly lastOwner: string | null;
  /** Under which it is owned; of one that nobody owns, under which it was last. */
  readonly epoch: number;
  /** Milliseconds since the owner's last confirmed renewal; null without an owner. */
  readonly ageMs: number | null;
  readonly wanted: Wanted;
  /** What has to come first before it starts on its owner: groups, or the end of its GroupStartDelay (epoch ms). */
  readonly waiting: { readonly for: readonly string[]; readonly until: number | null } | null;
  /** A move that waits for its time, epoch milliseconds. */
  readonly scheduled: { readonly at: number; readonly target: string | null } | null;
  /** A more preferred owner was not there: it goes back as AutoFailbackType and its window say. */
  readonly failbackDue: boolean;
  /** It failed too often, and is tried again at this time (epoch milliseconds; 0: never); else null. */
  readonly givenUpUntil: number | null;
  /** Under way: why it is being taken offline here, and where it shall go. */
  readonly draining: { readonly because: string; readonly target: string | null } | null;
  /** Of the virtual server that it is: of its first IP Address, and null without a Network Name. */
  readonly address: string | null;
  /** Of its IP Address resources that are online. */
  readonly addresses: readonly string[];
  readonly networkName: string | null;
  readonly preferredOwners: readonly string[];
  readonly onControlPlaneLoss: OutagePolicy;
  /** By whose word, all of theirs, its owner may hold it while the control plane does not answer, and whose it had when it last said so. */
  readonly peers: readonly { readonly node: string; readonly address: string; readonly agrees: boolean }[];
  /** Joined possible owners whose agents have no peerListen: one of them is enough that its owner may not. */
  readonly cannotBeAsked: readonly string[];
  /** Who may end its ownership by a count; null: any witness. */
  readonly claimants: readonly Claimant[] | null;
  readonly resources: Readonly<Record<string, ResourceView>>;
};

export type ResourceView = {
  readonly type: string;
  readonly state: ResourceState | "Unknown";
  readonly wanted: Wanted;
  readonly dependsOn: readonly Dependency[];
  readonly problem: { readonly code: string; readonly message: string } | null;
};

/**
 * What readers are told. Ages are of the object's clock and for display; an owner that has been silent for longer than a
 * ttl is `Unknown`, never the stale answer. Null until a definition has been applied.
 */
export function viewCluster(state: ClusterState, now: number): ClusterView | null {
  const { cluster, groups, nodes } = state.durable;
  if (cluster === null || cluster.destroyed) return null;
  const { definition } = cluster;
  const views = [...groups.values()].flatMap((row) => {
    const group = lookup(definition.groups, row.name);
    return group === undefined ? [] : [[row.name, viewGroup(state, cluster, row, group, now)] as const];
  });
  const ages = views.flatMap(([, { ageMs }]) => (ageMs === null ? [] : [ageMs]));
  return {
    name: definition.cluster,
    revision: cluster.revision,
    ageMs: ages.length === 0 ? 0 : Math.min(...ages),
    lease: definition.lease,
    generation: state.durable.generation.number,
    maintenance: cluster.maintenance,
    starting: state.memory.start.kind === "holding",
    lastEvent: state.memory.journaled,
    networks: Object.fromEntries(
      Object.entries(definition.networks).map(([name, { cidr, role }]) => [name, { cidr, role }]),
    ),
    nodes: Object.fromEntries(
      Object.entries(definition.nodes).map(([name, { address }]) => [
        name,
        viewNode(state, cluster, address, nodes.get(name) ?? newNode(name), now),
      ]),
    ),
    groups: Object.fromEntries(Object.keys(definition.groups).flatMap((name) => views.filter(([of]) => of === name))),
    associations: state.memory.associations,
  };
}

/** Milliseconds since the run last renewed; null when it has not in this generation. A clock that went back counts as 0. */
export function silentForMs(state: ClusterState, incarnation: string, now: number): number | null {
  const renewedAt = state.memory.sessions.get(incarnation)?.renewedAt ?? null;
  return renewedAt === null ? null : Math.max(0, now - renewedAt);
}

function viewNode(
  state: ClusterState,
  { definition: { lease } }: ClusterRow,
  address: string,
  row: NodeRow,
  now: number,
): NodeView {
  const { quarantine } = row.stability;
  const known = {
    address,
    drain: drainStatusOf(state, row),
    drainTarget: row.drain?.target ?? null,
    quarantinedUntil: isQuarantined(row, now) && quarantine !== null ? quarantine.since + quarantine.durationMs : null,
  };
  const runs = [...state.memory.sessions.values()].filter(({ node }) => node === row.name);
  const connected = runs.filter(({ connection }) => connection.kind === "open");
  const run = connected.find(({ standing }) => standing.kind === "Up") ?? connected[0];
  if (run === undefined) return { ...known, state: "Down", leaseRemainingMs: null, reason: null, incarnation: null };
  const silentMs = silentForMs(state, run.incarnation, now);
  const remaining = silentMs === null ? null : Math.max(0, lease.ttlMs - silentMs);
  return {
    ...known,
    state: nodeState(run, row.paused, remaining),
    leaseRemainingMs: remaining,
    reason: run.standing.kind === "Joining" ? run.standing.reason : null,
    incarnation: run.incarnation,
  };
}

/** NodeDrainStatus: over when nothing of the node is on its way any more; failed when something could not leave. */
export function drainStatusOf({ durable }: Pick<ClusterState, "durable">, { name, drain }: NodeRow): DrainStatus {
  if (drain === null) return "NotInitiated";
  const holds = [...durable.holds.values()].filter(({ node }) => node === name);
  if (holds.some(({ phase }) => phase.kind === "draining")) return "InProgress";
  return holds.length === 0 ? "Completed" : "Failed";
}

function nodeState({ standing }: Session, paused: boolean, remaining: number | null): NodeState {
  // A run that has said hello and has not renewed yet cannot own anything: it is still on its way.
  if (standing.kind === "Joining" || remaining === null) return "Joining";
  if (remaining === 0) return "Unknown";
  return paused ? "Paused" : "Up";
}

function viewGroup(
  state: ClusterState,
  cluster: ClusterRow,
  row: GroupRow,
  group: GroupDefinition,
  now: number,
): GroupView {
  const hold = holdOf(state, row.name);
  const ageMs = hold === undefined ? null : silentForMs(state, hold.incarnation, now);
  const known = hold !== undefined && ageMs !== null && ageMs <= cluster.definition.lease.ttlMs;
  const reported = hold === undefined ? {} : reportedResources(reportOf(state, hold), hold);
  const served = servedResources(cluster.definition, group);
  const server = virtualServerOf(served);
  return {
    state: stateForReaders(hold, known, groupStateOf(group, reported)),
    owner: hold === undefined ? null : known ? hold.node : "Unknown",
    lastOwner: hold?.node ?? null,
    epoch: epochOf(state, row),
    ageMs,
    wanted: row.wanted,
    waiting: waitingOf(state, cluster, row, group, now),
    scheduled: row.plan.move === null ? null : { at: row.plan.move.at, target: row.plan.move.target },
    failbackDue: row.plan.failback !== null && goesHomeByItself(group),
    givenUpUntil: row.troubles.givenUp === null ? null : (retryAt(row) ?? 0),
    draining: hold?.phase.kind === "draining" ? { because: hold.phase.because, target: hold.phase.target } : null,
    address: server?.address ?? null,
    addresses: hold !== undefined && known ? addressesOf(onlineOnes(served, reported)) : [],
    networkName: server?.networkName ?? null,
    preferredOwners: group.preferredOwners,
    onControlPlaneLoss: group.onControlPlaneLoss,
    peers: hold === undefined ? [] : peersOf(state, hold),
    cannotBeAsked: cannotBeAsked(state, row.name),
    claimants: hold === undefined ? null : claimantsNow(state, hold),
    resources: Object.fromEntries(
      Object.entries(group.resources).map(([name, { type, dependsOn }]) => [
        name,
        {
          type,
          state: hold === undefined || known ? stateOf(reported, name) : "Unknown",
          wanted: wantedOf(row, name),
          dependsOn,
          problem: lookup(reported, name)?.problem ?? null,
        },
      ]),
    ),
  };
}

function peersOf({ memory }: ClusterState, { incarnation, agreement }: Hold): GroupView["peers"] {
  const agreeing = memory.sessions.get(incarnation)?.agreeing ?? [];
  return agreement.peers.map(({ node, address }) => ({ node, address, agrees: agreeing.includes(node) }));
}

function onlineOnes(resources: Served, reported: Readonly<Record<string, ReportedResource>>): Served {
  return Object.fromEntries(Object.entries(resources).filter(([name]) => stateOf(reported, name) === "Online"));
}

function stateForReaders(hold: Hold | undefined, known: boolean, reported: GroupState): GroupState {
  if (hold === undefined) return "Offline";
  if (!known) return "Unknown";
  return hold.phase.kind === "draining" ? "Pending" : reported;
}

function waitingOf(
  state: ClusterState,
  { definition }: ClusterRow,
  { plan: { start } }: GroupRow,
  group: GroupDefinition,
  now: number,
): GroupView["waiting"] {
  if (start === null) return null;
  const until = start.since + start.delayMs;
  return { for: waitsFor(state, definition, group), until: until > now ? until : null };
}
