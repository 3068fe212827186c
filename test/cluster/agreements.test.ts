import { describe, expect, test } from "vitest";
import type { OutagePolicy } from "../../src/cluster/definition/definition.ts";
import type { Agreeing, Peer, ProvenPlace } from "../../src/cluster/messages.ts";
import { explainGroup } from "../../src/cluster/explain/explain.ts";
import { quorumOf } from "../../src/cluster/questions/quorum.ts";
import { clusterOf, nodes, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const place = (node: string): ProvenPlace => ({ key: `key-of-${node}`, address: `${node}:7946`, proof: "" });
const peer = (node: string): Peer => ({ node, key: place(node).key, address: place(node).address });
const names = (peers: readonly Peer[] | null | undefined): string[] | null => peers?.map(({ node }) => node) ?? null;

const definitionOf = (onControlPlaneLoss: OutagePolicy, ...of: readonly string[]) =>
  clusterOf(
    { Exchange: virtualServer(100, { onControlPlaneLoss, preferredOwners: ["NODE1"] }) },
    { nodes: nodes(...of) },
  );

/** All nodes are joined and can ask each other; NODE1 owns the group and has confirmed all that it was told. */
function agreed(policy: OutagePolicy, ...of: readonly string[]): Cluster {
  const cluster = new Cluster(definitionOf(policy, ...of));
  for (const node of of) cluster.hello(node, { peer: place(node) });
  for (const node of of) cluster.renew(node);
  cluster.countStart(...of);
  for (let round = 0; round < 3; round += 1) for (const node of of) cluster.renew(node);
  expect(cluster.owner("Exchange")).toBe("NODE1#1");
  return cluster;
}

const two = (): Cluster => agreed("hold-while-peers-agree", "NODE1", "NODE2");
/** The first ownership is held by the word of these. */
const on = (nodes: readonly string[]): readonly Agreeing[] => [{ nodes, holds: [{ group: "Exchange", epoch: 1 }] }];
const three = (): Cluster => agreed("hold-while-peers-agree", "NODE1", "NODE2", "NODE3");
const peersOf = (cluster: Cluster): string[] | null => names(cluster.assigned("NODE1").groups[0]?.peers);
const claimants = (cluster: Cluster): string[] | null => names(cluster.hold("Exchange").agreement.claimants);

describe("the list", () => {
  test("PW1: an owner is told all other possible owners that are joined, and each of these who may ask it", () => {
    const cluster = three();
    expect(cluster.assigned("NODE1").groups[0]?.peers).toEqual([peer("NODE2"), peer("NODE3")]);
    const asking = [{ group: "Exchange", epoch: 1, ...peer("NODE1") }];
    expect(cluster.assigned("NODE2").vouchesFor).toEqual(asking);
    expect(cluster.assigned("NODE3").vouchesFor).toEqual(asking);
    expect(cluster.assigned("NODE1").vouchesFor).toEqual([]);
  });

  test("PW1: it is there with the ownership, before the owner is told of it", () => {
    const cluster = two();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(cluster.written).toContain("holds Exchange#2");
    expect(names(cluster.hold("Exchange").agreement.peers)).toEqual(["NODE1"]);
    expect(claimants(cluster)).toEqual(["NODE2", "NODE1"]);
  });

  test("PW1: by default there is none, and with a single node there is none", () => {
    expect(peersOf(agreed("drop", "NODE1", "NODE2"))).toEqual([]);
    const alone = agreed("hold-while-peers-agree", "NODE1");
    expect([peersOf(alone), claimants(alone)]).toEqual([[], null]);
  });

  test("PW1: one that cannot be asked leaves none, and so does an owner that cannot ask", () => {
    const cluster = new Cluster(definitionOf("hold-while-peers-agree", "NODE1", "NODE2", "NODE3"));
    cluster.hello("NODE1", { peer: place("NODE1") });
    cluster.hello("NODE2", { peer: place("NODE2") });
    cluster.hello("NODE3");
    for (const node of ["NODE1", "NODE2", "NODE3"]) cluster.renew(node);
    cluster.countStart("NODE1", "NODE2", "NODE3");
    cluster.renew("NODE1");
    expect([cluster.owner("Exchange"), peersOf(cluster), claimants(cluster)]).toEqual(["NODE1#1", [], null]);
    cluster.command({ type: "move", group: "Exchange", target: "NODE3", at: null });
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE3#2");
    expect(cluster.hold("Exchange").agreement).toEqual({ owner: null, peers: [], claimants: null });
  });

  test("PW1: one that joins is added, and the journal says by whose word the group is held", () => {
    const cluster = new Cluster(definitionOf("hold-while-peers-agree", "NODE1", "NODE2"));
    cluster.hello("NODE1", { peer: place("NODE1") });
    cluster.renew("NODE1");
    cluster.countStart("NODE1");
    expect(peersOf(cluster)).toEqual([]);
    cluster.hello("NODE2", { peer: place("NODE2") });
    expect(peersOf(cluster)).toEqual(["NODE2"]);
    expect(cluster.entry("group.peers")).toMatchObject({
      node: "NODE1",
      group: "Exchange",
      details: { peers: "NODE2" },
    });
  });

  const lists = (cluster: Cluster) =>
    cluster.journal.filter(({ kind }) => kind === "group.peers").map(({ sentence, severity }) => [sentence, severity]);

  test("PW10: the first list is journalled, and each change of it once, however often the owner renews", () => {
    const cluster = two();
    const isHeld =
      "While the control plane does not answer, group Exchange stays on node NODE1 as long as NODE2 agrees.";
    expect(lists(cluster)).toEqual([[isHeld, "info"]]);
    cluster.define(definitionOf("drop", "NODE1", "NODE2"));
    for (let round = 0; round < 3; round += 1) cluster.renew("NODE1");
    const isDropped =
      "While the control plane does not answer, group Exchange does not stay on node NODE1: its onControlPlaneLoss is drop.";
    expect(lists(cluster)).toEqual([
      [isHeld, "info"],
      [isDropped, "info"],
    ]);
    cluster.define(definitionOf("hold-while-peers-agree", "NODE1", "NODE2"));
    for (let round = 0; round < 3; round += 1) cluster.renew("NODE1");
    expect(lists(cluster).slice(2)).toEqual([[isHeld, "info"]]);
    expect(lists(agreed("drop", "NODE1", "NODE2"))).toEqual([]);
  });

  test("PW10: that nobody's word holds it is a warning that says whose agent cannot be asked, or that nobody else is there", () => {
    const alone = agreed("hold-while-peers-agree", "NODE1");
    expect(lists(alone)).toEqual([
      [expect.stringMatching(/does not stay on node NODE1: no other node that could get it is joined\.$/), "warning"],
    ]);
    const cluster = two();
    cluster.define(definitionOf("hold-while-peers-agree", "NODE1", "NODE2", "NODE3"));
    cluster.hello("NODE3");
    for (let round = 0; round < 3; round += 1) for (const node of ["NODE1", "NODE3"]) cluster.renew(node);
    expect(lists(cluster).slice(1)).toEqual([
      [expect.stringMatching(/does not stay on node NODE1: the agent of NODE3 has no peerListen\.$/), "warning"],
    ]);
    expect(cluster.entry("group.peers")).toMatchObject({ details: { peers: "", cannotBeAsked: "NODE3" } });
  });

  test("PW10: of a group that is being moved it is no warning", () => {
    const cluster = two();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    expect(lists(cluster).at(-1)).toEqual([expect.stringMatching(/NODE1: it is being taken offline\.$/), "info"]);
    cluster.release("NODE1");
    expect(lists(cluster).at(-1)).toEqual([
      expect.stringMatching(/stays on node NODE2 as long as NODE1 agrees\.$/),
      "info",
    ]);
  });

  test("PW9: one that is gone stays while the owner has its word, and leaves when it has not", () => {
    const cluster = three();
    cluster.renew("NODE1", { agreeing: on(["NODE2", "NODE3"]) });
    cluster.close("NODE2");
    cluster.renew("NODE1", { agreeing: on(["NODE2", "NODE3"]) });
    expect(peersOf(cluster)).toEqual(["NODE2", "NODE3"]);
    cluster.renew("NODE1", { agreeing: on(["NODE3"]) });
    cluster.renew("NODE1", { agreeing: on(["NODE3"]) });
    expect(peersOf(cluster)).toEqual(["NODE3"]);
    cluster.hello("NODE2");
    expect(peersOf(cluster)).toEqual(["NODE2", "NODE3"]);
  });

  test("PW9: it stays in the list of what it has given its word for, and in no other of the same owner", () => {
    const policy = { onControlPlaneLoss: "hold-while-peers-agree", preferredOwners: ["NODE1"] } as const;
    const groups = { Exchange: virtualServer(100, policy), Web: virtualServer(101, policy) };
    const cluster = new Cluster(clusterOf(groups, { nodes: nodes("NODE1", "NODE2") }));
    for (const node of ["NODE1", "NODE2"]) cluster.hello(node, { peer: place(node) });
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    cluster.countStart("NODE1", "NODE2");
    cluster.renew("NODE1", { agreeing: on(["NODE2"]) });
    cluster.close("NODE2");
    cluster.renew("NODE1", { agreeing: on(["NODE2"]) });
    expect(["Exchange", "Web"].map((group) => names(cluster.hold(group).agreement.peers))).toEqual([["NODE2"], []]);
    expect(cluster.groupView("Web").peers).toEqual([]);
  });

  test("PW9: one that is stopping leaves at once, also while the owner says that it has its word", () => {
    const cluster = three();
    cluster.renew("NODE1", { agreeing: on(["NODE2", "NODE3"]) });
    cluster.renew("NODE2", { leaving: true });
    expect(peersOf(cluster)).toEqual(["NODE3"]);
    cluster.renew("NODE1", { agreeing: on(["NODE2", "NODE3"]) });
    cluster.close("NODE2");
    cluster.renew("NODE1", { agreeing: on(["NODE2", "NODE3"]) });
    expect(peersOf(cluster)).toEqual(["NODE3"]);
  });

  test("PW9: what an owner said on an earlier connection is not taken for what it says now", () => {
    const cluster = two();
    cluster.renew("NODE1", { agreeing: [] });
    cluster.close("NODE1");
    cluster.close("NODE2");
    cluster.hello("NODE1", { connection: 2, peer: place("NODE1") });
    expect(peersOf(cluster)).toEqual(["NODE2"]);
    cluster.renew("NODE1", { agreeing: on(["NODE2"]) });
    expect(peersOf(cluster)).toEqual(["NODE2"]);
    cluster.renew("NODE1", { agreeing: [] });
    expect(peersOf(cluster)).toEqual([]);
  });

  test("PW1: it outlives a start of the object", () => {
    const cluster = two();
    cluster.restart();
    expect(cluster.hold("Exchange").agreement.claimants).toEqual([peer("NODE1"), peer("NODE2")]);
    cluster.hello("NODE1");
    cluster.renew("NODE1", { agreeing: on(["NODE2"]) });
    expect(peersOf(cluster)).toEqual(["NODE2"]);
  });
});

describe("who may end it", () => {
  test("PW3: a peer of the list ends it by its count", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("PW3: who is not in the list does not, be its count as long as it will; without a list anybody does", () => {
    for (const policy of ["hold-while-peers-agree", "drop"] as const) {
      const cluster = agreed(policy, "NODE1", "NODE2");
      cluster.define(definitionOf(policy, "NODE1", "NODE2", "NODE3"));
      cluster.close("NODE1");
      cluster.close("NODE2");
      cluster.hello("NODE3", { peer: place("NODE3") });
      cluster.renew("NODE3");
      cluster.witness("NODE3");
      cluster.pass(5 * ttlMs, "NODE3");
      cluster.renew("NODE3", { claims: cluster.claims("NODE3") });
      expect(cluster.owner("Exchange"), policy).toBe(policy === "drop" ? "NODE3#2" : "NODE1#1");
    }
  });

  test("PW3: nor does another agent under the name of a peer, or of the owner", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.close("NODE2");
    cluster.hello("NODE2", { incarnation: "another-host", peer: place("COPY") });
    cluster.witness("another-host");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.hello("NODE1", { incarnation: "another-host-too", peer: place("COPY2") });
    cluster.witness("another-host-too");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test.each(["NODE1", "NODE2"])("PW3: a later run of %s, known by its key, does", (node) => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.close("NODE2");
    cluster.hello(node, { incarnation: "later" });
    cluster.witness("later");
    expect(cluster.owner("Exchange")).toBe(`${node}#2`);
  });

  test("PW3: one that joins does not before the owner has said that it goes by the new list", () => {
    const cluster = two();
    cluster.define(definitionOf("hold-while-peers-agree", "NODE1", "NODE2", "NODE3"));
    cluster.renew("NODE1");
    const before = cluster.assigned("NODE1").revision;
    cluster.hello("NODE3", { peer: place("NODE3") });
    expect(peersOf(cluster)).toEqual(["NODE2", "NODE3"]);
    cluster.renewal("NODE1", { revision: before }, { deaf: true });
    expect(claimants(cluster)).toEqual(["NODE1", "NODE2"]);
    cluster.close("NODE1");
    cluster.witness("NODE3");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.hello("NODE1");
    cluster.renew("NODE1");
    expect(claimants(cluster)).toEqual(["NODE1", "NODE2", "NODE3"]);
    cluster.close("NODE1");
    cluster.witness("NODE3");
    expect(cluster.owner("Exchange")).toBe("NODE3#2");
  });

  test("PW3: a policy that is changed counts once its owner has said so, and not while it is away", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.define(definitionOf("drop", "NODE1", "NODE2"));
    expect(claimants(cluster)).toEqual(["NODE1", "NODE2"]);
    cluster.hello("NODE1");
    expect([peersOf(cluster), claimants(cluster)]).toEqual([[], ["NODE1", "NODE2"]]);
    cluster.renew("NODE1");
    expect(claimants(cluster)).toBeNull();
  });

  test("PW3: a peer that is evicted meanwhile belongs to the cluster until the owner goes by another list", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.define(definitionOf("hold-while-peers-agree", "NODE1"));
    cluster.renew("NODE2");
    cluster.pass(ttlMs, "NODE2");
    expect(cluster.knows("NODE2")).toBe(true);
    expect(cluster.renewal("NODE2", { claims: cluster.claims("NODE2") })).toBeNull();
    expect([cluster.owner("Exchange"), cluster.knows("NODE2")]).toEqual(["nobody", false]);
  });

  test("PW3: what has to go is told no peers, and once its owner says so anybody ends it", () => {
    const cluster = two();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    expect([peersOf(cluster), claimants(cluster)]).toEqual([[], ["NODE1", "NODE2"]]);
    cluster.renew("NODE1");
    expect(claimants(cluster)).toBeNull();
  });

  test("PW8: nobody goes on with a run under another key, or without one", () => {
    const cluster = two();
    const { incarnation, connection } = cluster.run("NODE2");
    for (const other of [null, place("THIEF")]) {
      expect(cluster.turnedAway("NODE2", { incarnation, connection: connection + 100, peer: other })).toBe(
        "out-of-turn",
      );
    }
    cluster.close("NODE1");
    expect(cluster.session("NODE2").peer?.key).toBe(place("NODE2").key);
  });

  test("PW8: that a node's agent comes under another key is journalled, also when only a list still knows the one before", () => {
    const told = (cluster: Cluster) => cluster.journal.filter(({ kind }) => kind === "node.key-changed");
    const cluster = two();
    expect(told(cluster)).toEqual([]);
    cluster.close("NODE2");
    cluster.hello("NODE2", { incarnation: "another-run", peer: place("THIEF") });
    expect(told(cluster)).toMatchObject([
      { severity: "warning", node: "NODE2", details: { key: "key-of-THIEF", before: "key-of-NODE2" } },
    ]);
    const restarted = two();
    restarted.restart();
    restarted.hello("NODE2", { incarnation: "another-run", peer: place("THIEF") });
    expect(told(restarted)).toHaveLength(1);
  });

  test("PW3: an operator's word ends it all the same", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.close("NODE2");
    expect(cluster.ask({ type: "confirm-down", node: "NODE1" })).toBe("done");
    expect(cluster.owner("Exchange")).toBe("nobody");
  });
});

describe("what readers are told", () => {
  test("PW3: why nobody else gets the group of a silent owner is explained, and what to do when nobody can end it", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.pass(ttlMs + 1, "NODE2");
    const because = () => explainGroup(cluster.state, "Exchange", cluster.objectNow, [])?.because;
    expect(because()).toMatchObject({ code: "owner-silent", rule: "PW3" });
    expect(because()?.sentence).toMatch(/the agent of NODE1 or NODE2 has to count 2000 ms/);
    expect(because()?.sentence).not.toContain("confirm-down");
    cluster.close("NODE2");
    expect(because()?.sentence).toContain("node confirm-down NODE1");
    const usual = agreed("drop", "NODE1", "NODE2");
    usual.close("NODE1");
    usual.pass(ttlMs + 1, "NODE2");
    expect(explainGroup(usual.state, "Exchange", usual.objectNow, [])?.because.rule).toBe("EN3");
  });

  const quorum = (cluster: Cluster) => quorumOf(cluster.view());
  const next = (cluster: Cluster) =>
    explainGroup(cluster.state, "Exchange", cluster.objectNow, [])?.next.find(({ code }) => code === "witnessed");

  test("PW10: the quorum names as witnesses those who may end it, and apart from them who is joined and may not", () => {
    const cluster = three();
    expect(quorum(cluster).ownerships).toMatchObject([{ witnesses: ["NODE2", "NODE3"], excluded: [] }]);
    cluster.renew("NODE3", { leaving: true });
    // The owner may be going by the list with NODE3 still, and NODE3 could not end it by the one without.
    expect(quorum(cluster).ownerships).toMatchObject([{ witnesses: ["NODE2"], excluded: ["NODE3"] }]);
    cluster.close("NODE2");
    expect(quorum(cluster).ownerships).toMatchObject([{ witnesses: [], excluded: ["NODE3"] }]);
    expect(quorum(cluster).sentence).toMatch(/Nobody could witness .* Exchange/);
    expect(quorum(agreed("drop", "NODE1", "NODE2")).ownerships).toMatchObject([{ witnesses: ["NODE2"], excluded: [] }]);
  });

  test("PW10: a policy that is changed makes nobody a witness before the owner has said so", () => {
    const cluster = two();
    cluster.define(definitionOf("drop", "NODE1", "NODE2", "NODE3"));
    cluster.hello("NODE3");
    cluster.renew("NODE3");
    expect(quorum(cluster).ownerships).toMatchObject([{ witnesses: ["NODE2"], excluded: ["NODE3"] }]);
    cluster.renew("NODE1");
    expect(quorum(cluster).ownerships).toMatchObject([{ witnesses: ["NODE2", "NODE3"], excluded: [] }]);
  });

  test("PW10: another agent under the name of a witness is none, and a later run of the owner's own is one", () => {
    const cluster = two();
    cluster.close("NODE1");
    cluster.close("NODE2");
    cluster.hello("NODE2", { incarnation: "another-host", peer: place("COPY") });
    cluster.renew("another-host");
    expect(quorum(cluster).ownerships).toMatchObject([{ owner: "NODE1", witnesses: [], excluded: ["NODE2"] }]);
    cluster.hello("NODE1", { incarnation: "later" });
    cluster.renew("later");
    expect(quorum(cluster).ownerships).toMatchObject([{ owner: "NODE1", witnesses: ["NODE1"], excluded: ["NODE2"] }]);
  });

  test("PW10: what comes next of a silent owner names who may end it, and who may not", () => {
    const cluster = two();
    cluster.define(definitionOf("hold-while-peers-agree", "NODE1", "NODE2", "NODE3"));
    cluster.close("NODE1");
    cluster.hello("NODE3", { peer: place("NODE3") });
    cluster.renew("NODE3");
    cluster.pass(ttlMs + 1, "NODE2", "NODE3");
    expect(next(cluster)).toMatchObject({
      rule: "PW3",
      sentence:
        "NODE1 loses it when the agent of NODE2 has counted 2000 ms of its silence. A count by NODE3 ends nothing: it has promised nothing.",
    });
    cluster.close("NODE2");
    expect(next(cluster)?.sentence).toBe(
      "NODE1 keeps it until the agent of NODE1 or NODE2 is there and has counted 2000 ms of its silence, or until node confirm-down NODE1. A count by NODE3 ends nothing: it has promised nothing.",
    );
    const usual = agreed("drop", "NODE1", "NODE2");
    usual.close("NODE1");
    usual.pass(ttlMs + 1, "NODE2");
    expect(next(usual)).toMatchObject({
      rule: "EN3",
      sentence: "NODE1 loses it when a witness has counted 2000 ms of its silence.",
    });
  });

  test("PW1: a group shows its policy and by whose word it is held", () => {
    const cluster = two();
    expect(cluster.groupView("Exchange")).toMatchObject({
      onControlPlaneLoss: "hold-while-peers-agree",
      peers: [{ node: "NODE2", address: "NODE2:7946", agrees: false }],
      cannotBeAsked: [],
    });
    cluster.renew("NODE1", { agreeing: on(["NODE2"]) });
    expect(cluster.groupView("Exchange").peers).toEqual([{ node: "NODE2", address: "NODE2:7946", agrees: true }]);
    expect(agreed("drop", "NODE1", "NODE2").groupView("Exchange")).toMatchObject({
      onControlPlaneLoss: "drop",
      peers: [],
    });
  });

  test("PW10: a group shows whose agents cannot be asked, the owner's as well, with an owner and without", () => {
    const cluster = new Cluster(definitionOf("hold-while-peers-agree", "NODE1", "NODE2", "NODE3"));
    cluster.hello("NODE1");
    cluster.hello("NODE2", { peer: place("NODE2") });
    cluster.hello("NODE3");
    expect(cluster.groupView("Exchange")).toMatchObject({ owner: null, cannotBeAsked: ["NODE1", "NODE3"] });
    for (const node of ["NODE1", "NODE2", "NODE3"]) cluster.renew(node);
    cluster.countStart("NODE1", "NODE2", "NODE3");
    expect(cluster.groupView("Exchange")).toMatchObject({ owner: "NODE1", cannotBeAsked: ["NODE1", "NODE3"] });
    const without = new Cluster(definitionOf("drop", "NODE1", "NODE2"));
    without.up("NODE1", "NODE2");
    expect(without.groupView("Exchange").cannotBeAsked).toEqual([]);
  });
});
