import type { ClusterView, GroupView } from "../../src/cluster/questions/view.ts";

/** States that are hard to bring about, or that no cluster here has: as the API would tell them. */

export const longest = "N".repeat(63);

export function groupView(group: Partial<GroupView> = {}): GroupView {
  return {
    state: "Online",
    owner: "NODE1",
    lastOwner: "NODE1",
    epoch: 1,
    ageMs: 100,
    wanted: "Online",
    waiting: null,
    scheduled: null,
    failbackDue: false,
    givenUpUntil: null,
    draining: null,
    address: "127.0.1.100",
    addresses: ["127.0.1.100"],
    networkName: "EXCHVS",
    preferredOwners: ["NODE1", "NODE2"],
    onControlPlaneLoss: "drop",
    peers: [],
    cannotBeAsked: [],
    claimants: null,
    resources: {
      "Exchange IP": { type: "IP Address", state: "Online", wanted: "Online", dependsOn: [], problem: null },
    },
    ...group,
  };
}

const calm = { drain: "NotInitiated", drainTarget: null, quarantinedUntil: null } as const;

export function clusterView(view: Partial<ClusterView> = {}): ClusterView {
  return {
    name: "exchange",
    revision: 1,
    ageMs: 100,
    lease: { ttlMs: 2_000, renewMs: 500 },
    generation: 1,
    maintenance: false,
    starting: false,
    lastEvent: 0,
    networks: {},
    nodes: {
      NODE1: { ...calm, state: "Up", address: "127.0.1.1", leaseRemainingMs: 1_900, reason: null, incarnation: "a" },
      NODE2: { ...calm, state: "Up", address: "127.0.1.2", leaseRemainingMs: 1_800, reason: null, incarnation: "b" },
    },
    groups: { Exchange: groupView() },
    associations: [],
    ...view,
  };
}

/** Names, addresses and sentences as long as they may be, and every state that there is. */
export function crowded(): ClusterView {
  const name = (prefix: string): string => prefix + longest.slice(prefix.length);
  const address = "2001:db8:1111:2222:3333:4444:5555:6666";
  const node = { ...calm, address, leaseRemainingMs: null, reason: null, incarnation: null } as const;
  const sentence = `${"word ".repeat(40)}${"x".repeat(200)}`;
  const seen = {
    group: "G1",
    remoteAddress: address,
    localAddress: address,
    reporter: name("R"),
    at: 1_800_000_000_000,
  };
  const failed = {
    type: "Message Transfer Agent",
    state: "Failed",
    wanted: "Online",
    dependsOn: [],
    problem: { code: "x", message: sentence },
  } as const;
  return clusterView({
    nodes: {
      [name("A")]: { ...node, state: "Up", leaseRemainingMs: 1_500, incarnation: "a" },
      [name("B")]: { ...node, state: "Down" },
      [name("C")]: { ...node, state: "Joining", reason: sentence },
      D: { ...node, state: "Paused", leaseRemainingMs: 900, quarantinedUntil: 1_800_000_000_000 },
      E: { ...node, state: "Unknown" },
    },
    groups: {
      [name("G1")]: groupView({
        owner: name("A"),
        networkName: name("V"),
        address,
        state: "Failed",
        resources: { [name("R")]: failed },
      }),
      G2: groupView({
        owner: "D",
        networkName: "SQLVS",
        draining: { because: "pause", target: name("A") },
        state: "Pending",
      }),
      G3: groupView({ owner: "Unknown", lastOwner: name("B"), state: "Unknown", networkName: "FILEVS" }),
      G4: groupView({
        owner: null,
        lastOwner: null,
        state: "Offline",
        networkName: null,
        address: null,
        wanted: "Offline",
      }),
      G5: groupView({
        owner: "D",
        state: "PartialOnline",
        networkName: "PRINTVS",
        waiting: { for: [name("W"), name("X")], until: 1_800_000_000_000 },
        scheduled: { at: 1_800_000_000_000, target: name("A") },
        givenUpUntil: 0,
        failbackDue: true,
      }),
    },
    associations: [
      { ...seen, partner: name("P"), direction: "outbound", state: "refused", reason: sentence },
      { ...seen, partner: "peer.test", direction: "inbound", state: "deferred", reason: null, localAddress: null },
      { ...seen, partner: "peer.test", direction: "inbound", state: "closed", reason: null },
    ],
  });
}
