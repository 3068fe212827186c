import { resourceStates } from "../../cluster/messages.ts";
import type { ClusterView, GroupView } from "../../cluster/questions/view.ts";
import { groupStates, nodeStates } from "../../protocol/view.ts";
import { webhookStates } from "../../protocol/webhooks.ts";
import type { MetricFamily, Sample } from "./exposition.ts";
import type { Counts, Tallied } from "./tally.ts";

/** What the object of a cluster knows of itself, beside the state. */
export type ClusterFigures = {
  readonly view: ClusterView;
  /** Connections of agents. */
  readonly sessions: number;
  readonly watchers: number;
  readonly waiters: number;
  readonly operationsPending: number;
  readonly journalEntries: number;
  /** By their state. */
  readonly webhooks: Counts;
  /** Rows that this instance has written of the cluster's state and of the journal. */
  readonly rowsWritten: number;
  readonly tally: Tallied;
};

/**
 * All that a cluster tells to Prometheus. Labels are names of the definition, which has limits, and words of this program: so
 * their number has a limit too. What is not known has no sample, never an old one.
 */
export function clusterMetrics(figures: ClusterFigures): MetricFamily[] {
  const { view } = figures;
  const families = [...ofCluster(figures), ...ofNodes(view), ...ofGroups(view), ...ofResources(view)];
  const of = { cluster: view.name };
  return families.map((family) => ({
    ...family,
    samples: family.samples.map(({ labels, value }) => ({ labels: { ...of, ...labels }, value })),
  }));
}

function ofCluster({ view, tally, webhooks, ...figures }: ClusterFigures): MetricFamily[] {
  return [
    gauge("bridgehead_generation", "Starts of the cluster's object.", one(view.generation)),
    gauge("bridgehead_definition_revision", "Revision of the definition in force.", one(view.revision)),
    gauge("bridgehead_maintenance", "1 while the cluster is in maintenance.", one(view.maintenance)),
    gauge("bridgehead_starting", "1 while the object, started a moment ago, begins no epoch.", one(view.starting)),
    gauge("bridgehead_lease_ttl_seconds", "How long an owner's silence may last.", one(view.lease.ttlMs / 1_000)),
    gauge("bridgehead_journal_last_seq", "Number of the newest journal entry.", one(view.lastEvent)),
    gauge("bridgehead_journal_entries", "Journal entries that are kept.", one(figures.journalEntries)),
    gauge("bridgehead_operations_pending", "Operations that are under way.", one(figures.operationsPending)),
    gauge("bridgehead_sessions", "Connections of agents.", one(figures.sessions)),
    gauge("bridgehead_watchers", "Watchers of the journal.", one(figures.watchers)),
    gauge("bridgehead_waiters", "Requests that wait for something to happen.", one(figures.waiters)),
    gauge("bridgehead_webhooks", "Webhooks by state.", each(webhookStates, "state", webhooks)),
    counter(
      "bridgehead_rows_written_since_start_total",
      "Rows that this instance of the object has written of the state and of the journal.",
      one(figures.rowsWritten),
    ),
    counter(
      "bridgehead_owner_changes_since_start_total",
      "Changes of owner that this instance of the object has told, by reason. bridgehead_group_epoch outlasts a start.",
      each(Object.keys(tally.ownerChanges), "reason", tally.ownerChanges),
    ),
    counter(
      "bridgehead_journal_entries_since_start_total",
      "Journal entries that this instance of the object has told, by kind.",
      each(Object.keys(tally.entries), "kind", tally.entries),
    ),
  ];
}

function ofNodes({ nodes }: ClusterView): MetricFamily[] {
  const all = Object.entries(nodes);
  const leases = all.flatMap(([node, { leaseRemainingMs }]) =>
    leaseRemainingMs === null ? [] : [{ labels: { node }, value: leaseRemainingMs / 1_000 }],
  );
  return [
    gauge("bridgehead_node_state", "1 for the state that the node is in.", stateSet(all, "node", nodeStates)),
    gauge("bridgehead_node_lease_remaining_seconds", "What is left of the ttl; none for a node without a run.", leases),
    gauge(
      "bridgehead_node_quarantined",
      "1 while the node is in quarantine.",
      all.map(([node, { quarantinedUntil }]) => ({ labels: { node }, value: Number(quarantinedUntil !== null) })),
    ),
  ];
}

function ofGroups({ groups }: ClusterView): MetricFamily[] {
  const all = Object.entries(groups);
  const of = (value: (view: GroupView) => number): Sample[] =>
    all.map(([group, view]) => ({ labels: { group }, value: value(view) }));
  const owners = all.flatMap(([group, { owner }]) =>
    owner === null || owner === "Unknown" ? [] : [{ labels: { group, node: owner }, value: 1 }],
  );
  const ages = all.flatMap(([group, { ageMs }]) =>
    ageMs === null ? [] : [{ labels: { group }, value: ageMs / 1_000 }],
  );
  return [
    gauge("bridgehead_group_state", "1 for the state that the group is in.", stateSet(all, "group", groupStates)),
    gauge("bridgehead_group_owner", "1 for the owner; none when nobody owns the group or nobody can say.", owners),
    gauge("bridgehead_group_owner_age_seconds", "Since the owner's last confirmed renewal.", ages),
    gauge(
      "bridgehead_group_epoch",
      "Epoch of the group: it grows by one with each change of owner.",
      of(({ epoch }) => epoch),
    ),
    gauge(
      "bridgehead_group_wanted_online",
      "1 when the group is wanted online.",
      of(({ wanted }) => Number(wanted === "Online")),
    ),
    gauge(
      "bridgehead_group_given_up",
      "1 when the group failed too often and waits for its next try.",
      of(({ givenUpUntil }) => Number(givenUpUntil !== null)),
    ),
  ];
}

function ofResources({ groups }: ClusterView): MetricFamily[] {
  const all = Object.entries(groups).flatMap(([group, { resources }]) =>
    Object.entries(resources).map(([resource, { state }]) => ({ labels: { group, resource }, state })),
  );
  const counts: Record<string, number> = {};
  for (const { state } of all) counts[state] = (counts[state] ?? 0) + 1;
  return [
    gauge("bridgehead_resources", "Resources by state.", each([...resourceStates, "Unknown"], "state", counts)),
    gauge(
      "bridgehead_resource_online",
      "1 while the resource is online, as far as is known.",
      all.map(({ labels, state }) => ({ labels, value: Number(state === "Online") })),
    ),
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: "gauge", help, samples };
}

function counter(name: string, help: string, samples: readonly Sample[]): MetricFamily {
  return { name, type: "counter", help, samples };
}

function one(value: number | boolean): Sample[] {
  return [{ labels: {}, value: Number(value) }];
}

/** A sample for each word, 0 where nothing is counted: a series that comes and goes is hard to reckon with. */
function each(words: readonly string[], label: string, counts: Counts): Sample[] {
  return words.map((word) => ({ labels: { [label]: word }, value: counts[word] ?? 0 }));
}

function stateSet(
  all: readonly (readonly [string, { readonly state: string }])[],
  label: string,
  states: readonly string[],
): Sample[] {
  return all.flatMap(([name, { state }]) =>
    states.map((word) => ({ labels: { [label]: name, state: word }, value: Number(word === state) })),
  );
}
