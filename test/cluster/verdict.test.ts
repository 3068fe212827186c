import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { DeferReason } from "../../src/cluster/questions/verdict.ts";
import {
  clusterOf,
  disk,
  ipAddress,
  networkName,
  nodes,
  plainGroup,
  renewMs,
  ttlMs,
  virtualServer,
} from "./definitions.ts";
import { Cluster } from "./driver.ts";

const onNode1And2 = virtualServer(100, { resources: { Disk: disk({}, { possibleOwners: ["NODE1", "NODE2"] }) } });
const definition = clusterOf(
  { Exchange: onNode1And2, Plain: plainGroup() },
  { nodes: nodes("NODE1", "NODE2", "NODE3") },
);

function online(): Cluster {
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2", "NODE3");
  cluster.renew("NODE1");
  expect(cluster.owner("Exchange")).toBe("NODE1#1");
  return cluster;
}

const reports = (states: Record<string, "Failed" | "OnlinePending" | "Offline">) => (cluster: Cluster) => {
  const said = Object.fromEntries(Object.entries(states).map(([name, state]) => [name, { state }]));
  cluster.renew("NODE1", { report: cluster.report("NODE1", said) });
};

describe("Verdict and view", () => {
  test("VD1: the owner may bind, under its epoch and name, for what is left of the ttl less the margin", () => {
    const cluster = online();
    cluster.advance(300);
    expect(cluster.verdict("Exchange", "NODE1")).toEqual({
      decision: "BIND",
      address: "192.0.2.100",
      prefix: 24,
      networkName: "VS100",
      epoch: 1,
      validForMs: ttlMs - 100 - 300,
    });
  });

  test("VD1: nothing is left when the last renewal is as old as ttl − margin", () => {
    const cluster = online();
    cluster.advance(ttlMs - 100 - 1);
    expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "BIND", validForMs: 1 });
    cluster.advance(1);
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("DEFER");
  });

  test.each<[string, ClusterDefinition["lease"], number]>([
    ["longer", { ttlMs: 60_000, renewMs: 5_000 }, ttlMs - 100],
    ["shorter", { ttlMs: 400, renewMs: 100 }, 350],
  ])("VD1: a ttl that was made %s is not counted on before it is granted", (_title, lease, validForMs) => {
    const cluster = online();
    cluster.define({ ...definition, lease });
    expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "BIND", validForMs });
  });

  test("VD1: another name, or another address, is told when the owner has confirmed it, and not before", () => {
    const cluster = online();
    const named = (host: number, name: string): ClusterDefinition => {
      const Disk = disk({}, { possibleOwners: ["NODE1", "NODE2"] });
      const group = virtualServer(host, { resources: { Disk, Name: networkName(name) } });
      return { ...definition, groups: { ...definition.groups, Exchange: group } };
    };
    const told = () => cluster.verdict("Exchange", "NODE1");
    cluster.define(named(200, "OTHER"));
    expect(told()).toMatchObject({ address: "192.0.2.100", networkName: "VS100" });
    // It knows of the change, and has not said yet what it has made of it.
    cluster.renew("NODE1", { report: null });
    expect(told()).toMatchObject({ address: "192.0.2.100", networkName: "VS100" });
    cluster.renew("NODE1", { report: cluster.report("NODE1", { IP: { state: "Online", outdated: true } }) });
    expect(told()).toMatchObject({ decision: "DEFER", reason: "address-not-online" });
    cluster.renew("NODE1");
    expect(told()).toMatchObject({ address: "192.0.2.200", networkName: "OTHER" });
  });

  test("VD1: an owner that gets another group, or loses one, may bind for the others as before", () => {
    const onNode1 = { preferredOwners: ["NODE1"] };
    const all = { A: virtualServer(100, onNode1), B: virtualServer(101, onNode1), C: virtualServer(102, onNode1) };
    const { A, B } = all;
    const cluster = new Cluster(clusterOf({ A }));
    cluster.up("NODE1");
    const binding = (): string[] =>
      Object.keys(all).filter((group) => cluster.verdict(group, "NODE1").decision === "BIND");
    for (const groups of [{ A }, { A, B }, all]) {
      cluster.define(clusterOf(groups));
      for (let times = 0; times < 2; times += 1) cluster.renew("NODE1");
      expect(binding()).toEqual(Object.keys(groups));
    }
    cluster.define(clusterOf({ A, B }));
    cluster.renew("NODE1");
    expect(binding()).toEqual(["A", "B"]);
  });

  test("VD1: a report that was said under an assignment which is no longer known pairs with no address", () => {
    const cluster = online();
    const said = cluster.report("NODE1", {});
    cluster.renew("NODE1", { report: { ...said, revision: { generation: 1, n: 1_000 } } });
    expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "DEFER", reason: "in-transition" });
    cluster.renew("NODE1");
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("BIND");
  });

  test("VD1: other resources of the group need not be online", () => {
    const cluster = online();
    reports({ Disk: "Failed" })(cluster);
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("BIND");
  });

  test.each<[string, DeferReason, (cluster: Cluster) => unknown]>([
    ["the address is not online", "address-not-online", reports({ IP: "OnlinePending" })],
    ["the name is not online", "address-not-online", reports({ Name: "Failed" })],
    [
      "the agent reported nothing",
      "address-not-online",
      (cluster) => cluster.renew("NODE1", { report: { ...cluster.report("NODE1", {}), holds: [] } }),
    ],
    [
      "the group is being moved",
      "in-transition",
      (cluster) => cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null }),
    ],
    ["the connection is gone", "in-transition", (cluster) => cluster.close("NODE1")],
    ["it connected again and was not granted yet", "in-transition", (cluster) => cluster.hello("NODE1")],
    [
      "it is deaf",
      "in-transition",
      (cluster) => [1, 2, 3, 4, 5].map(() => cluster.renewal("NODE1", {}, { deaf: true })),
    ],
    ["it has been silent for a ttl", "unknown", (cluster) => cluster.advance(ttlMs)],
    ["the object started", "starting", (cluster) => cluster.restart()],
    [
      "nobody owns the group",
      "unowned",
      (cluster) => cluster.renew("NODE1", { released: [{ group: "Exchange", epoch: 1 }], leaving: true }),
    ],
  ])("VD2: deferred: %s", (_title, reason, happen) => {
    const cluster = online();
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    if (reason === "in-transition") cluster.command({ type: "resume", node: "NODE2", failback: "policy" });
    happen(cluster);
    const verdict = cluster.verdict("Exchange", "NODE1");
    const owner = reason === "unknown" || reason === "unowned" ? {} : { owner: "NODE1" };
    expect(verdict).toEqual({ decision: "DEFER", reason, retryAfterMs: renewMs, ...owner });
  });

  test("VD2: the standby is deferred, and told who the owner is while that is known", () => {
    const cluster = online();
    expect(cluster.verdict("Exchange", "NODE2")).toMatchObject({ reason: "standby", owner: "NODE1" });
    cluster.advance(ttlMs);
    expect(cluster.verdict("Exchange", "NODE2")).toEqual({
      decision: "DEFER",
      reason: "unknown",
      retryAfterMs: renewMs,
    });
  });

  test("VD2: while the object is starting, a group that nobody owns is starting too", () => {
    expect(new Cluster(definition).verdict("Exchange", "NODE1")).toMatchObject({
      decision: "DEFER",
      reason: "starting",
    });
  });

  test.each([
    ["no such group", "Nothing", "NODE1", "no-such-group"],
    ["no such group, by an inherited name", "constructor", "NODE1", "no-such-group"],
    ["no such node", "Exchange", "NODE9", "no-such-node"],
    ["no virtual server", "Plain", "NODE1", "not-a-virtual-server"],
    ["not a possible owner", "Exchange", "NODE3", "not-a-possible-owner"],
  ])("VD3: denied: %s", (_title, group, node, reason) => {
    expect(online().verdict(group, node)).toEqual({ decision: "DENY", reason });
  });

  test("VD3: before a definition there is no group", () => {
    expect(new Cluster().verdict("Exchange", "NODE1")).toEqual({ decision: "DENY", reason: "no-such-group" });
  });

  test("VD4: readers are told the owner's age, and over a ttl the owner is Unknown", () => {
    const cluster = online();
    cluster.advance(ttlMs);
    expect(cluster.groupView("Exchange")).toMatchObject({ state: "Online", owner: "NODE1", ageMs: ttlMs });
    cluster.advance(1);
    expect(cluster.groupView("Exchange")).toMatchObject({
      state: "Unknown",
      owner: "Unknown",
      lastOwner: "NODE1",
      ageMs: ttlMs + 1,
    });
    expect(cluster.groupView("Exchange").resources["IP"]?.state).toBe("Unknown");
    expect(cluster.view().nodes["NODE1"]).toMatchObject({ state: "Unknown", leaseRemainingMs: 0 });
  });

  test("VD4: after a start an owner that has not spoken is Unknown, and its age is not told", () => {
    const cluster = online();
    cluster.restart();
    expect(cluster.groupView("Exchange")).toMatchObject({
      state: "Unknown",
      owner: "Unknown",
      lastOwner: "NODE1",
      epoch: 1,
      ageMs: null,
    });
    expect(cluster.view()).toMatchObject({ starting: true, generation: 2 });
  });

  test("VD4: nodes are Up, Paused, Joining or Down", () => {
    const cluster = online();
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    cluster.close("NODE3");
    const state = (node: string) => cluster.view().nodes[node]?.state;
    cluster.renew("NODE2");
    expect(["NODE1", "NODE2", "NODE3"].map(state)).toEqual(["Up", "Paused", "Down"]);
  });

  test("VD5: no answer but BIND holds an address", () => {
    const cluster = online();
    const asked = ["NODE1", "NODE2", "NODE3", "NODE9"].flatMap((node) => [
      cluster.verdict("Exchange", node),
      cluster.verdict("Plain", node),
      cluster.verdict("Nothing", node),
    ]);
    const others = asked.filter(({ decision }) => decision !== "BIND");
    expect(others.length).toBe(asked.length - 1);
    for (const verdict of others) {
      expect(verdict).not.toHaveProperty("address");
      expect(JSON.stringify(verdict)).not.toContain("192.0.2.");
    }
  });

  test("VD6: a group without a Network Name shows the addresses that are online, and none that nobody can know of", () => {
    const client = { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} } as const;
    const networks = { client, six: { ...client, cidr: "2001:db8::/64" } };
    const IP6 = ipAddress(0, { properties: { Address: "2001:db8::a", SubnetMask: "64", Network: "six" } });
    const cluster = new Cluster(clusterOf({ Web: plainGroup({ IP4: ipAddress(100), IP6 }) }, { networks }));
    const shown = () => cluster.view().groups["Web"];
    expect(shown()).toMatchObject({ address: null, addresses: [] });
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE1");
    expect(shown()).toMatchObject({ address: null, addresses: ["192.0.2.100", "2001:db8::a"] });
    reports({ IP6: "Offline" })(cluster);
    expect(shown()?.addresses).toEqual(["192.0.2.100"]);
    cluster.advance(ttlMs + 1);
    expect(shown()).toMatchObject({ state: "Unknown", addresses: [] });
  });
});
