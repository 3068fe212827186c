import type { GroupExplanation } from "../../src/cluster/explain/explain.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { Failover } from "../../src/cluster/questions/failovers.ts";
import type { ClusterView, GroupView, ResourceView } from "../../src/cluster/questions/view.ts";
import type { Simulation } from "../../src/cluster/simulate/simulate.ts";
import { entry } from "../support/journal-entry.ts";
import type { Told } from "./made-up.ts";
import { clusterView, groupView } from "./views.ts";

/** A deployment as one may look like on a working day, for pictures and for what is measured of the page. */

/** 2026-06-15, 09:41:00 UTC. */
export const noon = Date.UTC(2026, 5, 15, 9, 41);

function resource(
  type: string,
  dependsOn: ResourceView["dependsOn"],
  state: ResourceView["state"] = "Online",
): ResourceView {
  const problem =
    state === "Failed" ? { code: "exited", message: "It exited with code 1 two seconds after its start." } : null;
  return { type, state, wanted: "Online", dependsOn, problem };
}

function mailGroup(owner: string, last: number, group: Partial<GroupView> = {}): GroupView {
  return groupView({
    owner,
    lastOwner: owner,
    epoch: 7,
    address: `192.0.2.${last}`,
    addresses: [`192.0.2.${last}`],
    networkName: "MAIL",
    preferredOwners: ["NODE1", "NODE2"],
    resources: {
      IP: resource("IP Address", []),
      IP6: resource("IP Address", []),
      Name: resource("Network Name", [["IP", "IP6"]]),
      Spool: resource("Physical Disk", []),
      Exim: resource("Generic Service", ["Name", "Spool"]),
    },
    ...group,
  });
}

const nodes: ClusterView["nodes"] = Object.fromEntries(
  [
    ["NODE1", "192.0.2.1", 1_700],
    ["NODE2", "192.0.2.2", 1_850],
    ["NODE3", "192.0.2.3", 1_600],
  ].map(([name, address, leaseRemainingMs]) => [
    name,
    {
      state: "Up",
      address: String(address),
      leaseRemainingMs: Number(leaseRemainingMs),
      reason: null,
      incarnation: "a",
      drain: "NotInitiated",
      drainTarget: null,
      quarantinedUntil: null,
    },
  ]),
);

const seen = { group: "Mail", direction: "outbound", localAddress: "192.0.2.100" } as const;

export const working: ClusterView = clusterView({
  name: "mail",
  lastEvent: 214,
  nodes,
  groups: {
    Mail: mailGroup("NODE2", 100),
    X400: mailGroup("NODE1", 101, {
      epoch: 3,
      networkName: "X400",
      resources: {
        IP: resource("IP Address", []),
        Name: resource("Network Name", ["IP"]),
        MTA: resource("Message Transfer Agent", ["Name"]),
      },
    }),
  },
  associations: [
    {
      ...seen,
      partner: "mx.example.net",
      state: "open",
      remoteAddress: "198.51.100.25",
      reason: null,
      reporter: "NODE2",
      at: noon - 61_000,
    },
    {
      ...seen,
      partner: "peer.example.org",
      direction: "inbound",
      state: "refused",
      localAddress: "203.0.113.9",
      remoteAddress: "192.0.2.1",
      reason: "unknown calling address; expected 192.0.2.100",
      reporter: "peer.example.org",
      at: noon - 45_000,
    },
    {
      ...seen,
      partner: "mx.example.org",
      state: "open",
      remoteAddress: "203.0.113.25",
      reason: null,
      reporter: "NODE2",
      at: noon - 4_000,
    },
  ],
});

/** Another cluster of the deployment. */
export function clusterOf(name: string): ClusterView {
  if (name === "mail") return working;
  const group = mailGroup("NODE1", 110, { epoch: 2, networkName: name.toUpperCase() });
  const failed = mailGroup("NODE2", 120, {
    networkName: "RELAY",
    state: "Failed",
    resources: { IP: resource("IP Address", []), Relay: resource("Generic Service", ["IP"], "Failed") },
  });
  return { ...working, name, groups: { Mail: name === "branch" ? failed : group } };
}

/** @param agoMs how long before noon */
function past(seq: number, agoMs: number, kind: JournalEntry["kind"], more: Partial<JournalEntry>): JournalEntry {
  return entry(seq, { at: noon - agoMs, kind, ...more });
}

const mail = { group: "Mail" } as const;

const events: readonly JournalEntry[] = [
  past(205, 540_000, "group.owned", {
    ...mail,
    node: "NODE1",
    epoch: 6,
    sentence: "Node NODE1 owns group Mail under epoch 6.",
  }),
  past(206, 539_400, "group.online", {
    ...mail,
    node: "NODE1",
    epoch: 6,
    sentence: "Group Mail is online on node NODE1.",
  }),
  past(207, 400_000, "node.notice", {
    node: "NODE1",
    severity: "warning",
    sentence: "Node NODE1 says: the router does not answer to 192.0.2.100.",
  }),
  past(208, 182_000, "node.left", {
    node: "NODE1",
    severity: "warning",
    sentence: "The session of node NODE1 lost its connection.",
  }),
  past(209, 180_100, "group.expired", {
    ...mail,
    node: "NODE1",
    epoch: 6,
    severity: "warning",
    sentence: "Node NODE1 lost group Mail: node NODE2 counted 2000 ms of silence for epoch 6.",
    mscsId: 1135,
  }),
  past(210, 180_098, "group.owned", {
    ...mail,
    node: "NODE2",
    epoch: 7,
    sentence: "Node NODE2 owns group Mail under epoch 7.",
  }),
  past(211, 179_800, "group.online", {
    ...mail,
    node: "NODE2",
    epoch: 7,
    sentence: "Group Mail is online on node NODE2.",
  }),
  past(212, 120_000, "node.joined", { node: "NODE1", sentence: "Node NODE1 joined the cluster." }),
  past(213, 45_000, "association.refused", {
    ...mail,
    severity: "error",
    sentence:
      "peer.example.org says: association from 192.0.2.1 is refused: unknown calling address; expected 192.0.2.100.",
  }),
  past(214, 4_000, "association.accepted", {
    ...mail,
    node: "NODE2",
    epoch: 7,
    sentence: "NODE2 says: association with mx.example.org, from 192.0.2.100 to 203.0.113.25, is open.",
  }),
];

const failovers: readonly Failover[] = [
  {
    group: "Mail",
    epoch: 7,
    from: "NODE1",
    to: "NODE2",
    because: "expired",
    actor: "cluster",
    phases: {
      beganAt: noon - 182_100,
      detectedAt: noon - 182_000,
      decidedAt: noon - 180_100,
      releasedAt: noon - 180_100,
      ownedAt: noon - 180_098,
      onlineAt: noon - 179_800,
    },
    durationMs: 2_300,
  },
];

const simulation: Simulation = {
  durationMs: 350,
  steps: 40,
  items: [{ at: 0, refused: null }],
  entries: [
    { sentence: "Group Mail shall move from node NODE2 to node NODE1.", at: 0, kind: "group.move-requested" },
    {
      sentence: "Group Mail is being taken offline on node NODE2, to go to node NODE1: an operator asked for it.",
      at: 0,
      kind: "group.draining",
    },
    {
      sentence: "Node NODE2 released group Mail: everything of epoch 7 is offline there.",
      at: 31,
      kind: "group.released",
    },
    { sentence: "Node NODE1 owns group Mail under epoch 8.", at: 31, kind: "group.owned" },
    { sentence: "Group Mail is online on node NODE1.", at: 94, kind: "group.online" },
  ].map((said) => ({ ...entry(0, mail), ...said, kind: said.kind as JournalEntry["kind"], item: 0 })),
  groups: { Mail: { owner: "NODE1", state: "Online", epoch: 8 } },
  differences: [
    {
      group: "Mail",
      before: { owner: "NODE2", state: "Online", epoch: 7 },
      after: { owner: "NODE1", state: "Online", epoch: 8 },
    },
  ],
};

const explanation: GroupExplanation = {
  group: "Mail",
  state: "Online",
  owner: "NODE2",
  epoch: 7,
  because: {
    code: "expired",
    rule: "GP2",
    sentence: "NODE2 owns it under epoch 7: NODE1 was silent for longer than its lease.",
  },
  candidates: [
    ["NODE2", "NODE2 owns it.", true],
    ["NODE1", "Nothing speaks against NODE1; a group goes back by itself only when AutoFailbackType says so.", false],
    ["NODE3", "Nothing speaks against NODE3; it comes after the nodes that are preferred.", false],
  ].map(([node, sentence, isOwner], index) => ({
    node: String(node),
    place: index + 1,
    mayOwn: true,
    isOwner: isOwner === true,
    rejected: null,
    notHere: null,
    sentence: String(sentence),
  })),
  resources: [],
  failovers: { counted: 1, threshold: 10, periodMs: 21_600_000 },
  next: [],
  blocked: [],
};

export const told: Partial<Told> = {
  clusters: ["branch", "mail", "relay", "south"],
  events,
  failovers,
  simulation,
  explanation,
  verdict: { decision: "DEFER", reason: "standby", retryAfterMs: 500, owner: "NODE2" },
};
