import { describe, expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import { clusterOf, ipAddress, nodes, plainGroup, renewMs, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";
import { exchange, exchangeOnNode1 } from "./exchange.ts";

describe("Ends", () => {
  test("EN1: a closed connection ends no ownership, however long it lasts", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    cluster.pass(50 * ttlMs, "NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN1: silence and the object's clock end no ownership without a claim", () => {
    const cluster = exchangeOnNode1();
    cluster.pass(50 * ttlMs, "NODE2");
    cluster.advance(1_000 * ttlMs);
    cluster.event({ type: "alarm" });
    cluster.renew("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN1: without a witness there is no expiry, and the silent owner goes on when it is back", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    cluster.close("NODE2");
    cluster.advance(100 * ttlMs);
    cluster.hello("NODE1");
    expect(cluster.renew("NODE1").outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }] });
  });

  test("EN2: a release ends the epoch that it names, said in a renewal", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE2", { leaving: true });
    cluster.renew("NODE1", { released: [{ group: "Exchange", epoch: 1 }], leaving: true });
    expect(cluster.owner("Exchange")).toBe("nobody");
    expect(cluster.entry("group.released")).toMatchObject({ epoch: 1, node: "NODE1", group: "Exchange" });
  });

  test("EN2: a release ends the epoch that it names, said in a hello", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    cluster.hello("NODE1", { released: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test.each([
    ["another epoch", "NODE1", "NODE1-run-1", 2],
    ["another run", "NODE1", "NODE1-run-2", 1],
    ["another node", "NODE2", "NODE1-run-1", 1],
  ])("EN2: a release that names %s than the holder's ends nothing", (_title, node, incarnation, epoch) => {
    const cluster = exchangeOnNode1();
    const ask = { type: "release", node, incarnation, holds: [{ group: "Exchange", epoch }] } as const;
    expect(cluster.ask(ask)).toBe("run-not-known");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN2: the word of the guard is a release", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    const holds = [{ group: "Exchange", epoch: 1 }];
    expect(cluster.ask({ type: "release", node: "NODE1", incarnation: "NODE1-run-1", holds })).toBe("done");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("EN2: a run that releases what is another run's ends nothing", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE2", { released: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN2: a release that is repeated ends no later epoch, and is no longer named by the assignment", () => {
    const cluster = exchangeOnNode1();
    const released = [{ group: "Exchange", epoch: 1 }];
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    expect(cluster.renew("NODE1", { released }).assignment?.groups).toEqual([]);
    cluster.command({ type: "move", group: "Exchange", target: "NODE1", at: null });
    cluster.release("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#3");
    cluster.renew("NODE1", { released });
    expect(cluster.owner("Exchange")).toBe("NODE1#3");
  });

  test("EN6: after an end the next epoch is one higher, and it is written before anybody is told", () => {
    const cluster = exchangeOnNode1();
    for (let epoch = 2; epoch < 6; epoch += 1) {
      const from = cluster.hold("Exchange").node;
      expect(cluster.ask({ type: "move", group: "Exchange", target: null, at: null })).toBe("done");
      cluster.release(from);
      expect(cluster.hold("Exchange")).toMatchObject({ epoch, node: from === "NODE1" ? "NODE2" : "NODE1" });
      expect(cluster.written).toContain("groups Exchange");
      expect(cluster.written).toContain(`holds Exchange#${epoch}`);
      expect(cluster.effects[0]?.type).toBe("persist");
    }
  });

  test("EN6: while an ownership lasts no other epoch of its group begins, whoever asks", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.renew("NODE1-run-2");
    cluster.command({ type: "want", group: "Exchange", wanted: "Online" });
    cluster.define({ ...exchange, groups: { Exchange: virtualServer(100, { preferredOwners: ["NODE2"] }) } });
    cluster.renew("NODE2");
    expect(cluster.hold("Exchange")).toMatchObject({ epoch: 1, incarnation: "NODE1-run-1" });
  });

  test("EN6: an epoch of a deleted group is not used again by another group of its name", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1");
    cluster.define(clusterOf({}));
    cluster.release("NODE2");
    expect(cluster.state.durable.holds.size).toBe(0);
    cluster.restart();
    cluster.up("NODE1", "NODE2");
    cluster.define(exchange);
    expect(cluster.owner("Exchange")).toBe("NODE1#3");
  });

  const three = clusterOf(
    { Exchange: virtualServer(100, { preferredOwners: ["NODE1", "NODE3", "NODE2"] }) },
    { nodes: nodes("NODE1", "NODE2", "NODE3") },
  );

  test("EN7: after an expiry, who has not renewed within the claimer's run of answers is passed over", () => {
    const cluster = exchangeOnNode1(three);
    cluster.renew("NODE1");
    cluster.witness("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("EN7: after an expiry, who has renewed within the claimer's run of answers comes in the usual order", () => {
    const cluster = exchangeOnNode1(three);
    cluster.renew("NODE1");
    cluster.renew("NODE2");
    cluster.pass(ttlMs / 2, "NODE2");
    cluster.renew("NODE3");
    cluster.pass(ttlMs / 2, "NODE2");
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE3#2");
  });

  test("EN7: a claimer that may not own the group itself leaves it to nobody rather than to who was passed over", () => {
    const cluster = exchangeOnNode1(three);
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    cluster.renew("NODE1");
    cluster.witness("NODE2");
    cluster.renew("NODE2");
    expect(cluster.owner("Exchange")).toBe("nobody");
    cluster.renew("NODE3");
    expect(cluster.owner("Exchange")).toBe("nobody");
    cluster.renew("NODE3");
    expect(cluster.owner("Exchange")).toBe("NODE3#2");
  });

  test("EN7: a run that expired is not eligible until it is answered again", () => {
    const cluster = exchangeOnNode1();
    cluster.witness("NODE2");
    expect(cluster.session("NODE1").connection.kind).toBe("open");
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE1", at: null })).toBe("node-not-up");
    expect(cluster.ask({ type: "move", group: "Exchange", target: null, at: null })).toBe("no-other-owner");
    expect(cluster.renew("NODE1").outcome).toEqual({ kind: "grant", holds: [], ttlMs });
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE1", at: null })).toBe("done");
  });

  test("EN7: an expired run that is deaf stays ineligible", () => {
    const cluster = exchangeOnNode1();
    for (let times = 0; times < 5; times += 1) cluster.renewal("NODE1", {}, { deaf: true });
    cluster.witness("NODE2");
    cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE1", at: null })).toBe("node-not-up");
  });

  test.each([
    ["loses its connection", (cluster: Cluster) => cluster.close("NODE2")],
    ["is leaving", (cluster: Cluster) => cluster.renew("NODE2", { leaving: true })],
    ["is paused", (cluster: Cluster) => cluster.command({ type: "pause", node: "NODE2", drain: false, target: null })],
    ["is evicted", (cluster: Cluster) => cluster.define({ ...exchange, nodes: nodes("NODE1") })],
  ])("EN8: a move whose only target %s is called off, and the epoch goes on", (_title, lose) => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.renew("NODE1");
    lose(cluster);
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(cluster.lease("Exchange").drainGrantsLeft).toBeNull();
    expect(cluster.assigned("NODE1").groups).toMatchObject([{ group: "Exchange", epoch: 1, wanted: "Online" }]);
    expect(cluster.count("group.move-cancelled")).toBe(1);
  });

  test("EN8: a drain that nobody else could take any more is called off", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "pause", node: "NODE1", drain: true, target: null });
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    cluster.close("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN8: a move goes on when its target is gone but another node can take the group", () => {
    const cluster = exchangeOnNode1(three);
    cluster.command({ type: "move", group: "Exchange", target: "NODE3", at: null });
    cluster.close("NODE3");
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("EN8: a move of a group whose address was changed meanwhile is not called off: the old address has to go", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.define(clusterOf({ Exchange: virtualServer(200) }));
    cluster.close("NODE2");
    cluster.renew("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    cluster.release("NODE1");
    expect(cluster.hold("Exchange")).toMatchObject({ node: "NODE1", epoch: 2, addresses: ["192.0.2.200"] });
  });

  test("EN8: a move off a node that was evicted, or may not own the group any more, is not called off", () => {
    const narrowed = virtualServer(100, { resources: { Disk: { ...plainDisk, possibleOwners: ["NODE2"] } } });
    for (const after of [
      { ...exchange, nodes: { NODE2: { address: "192.0.2.2", properties: {} } } },
      clusterOf({ Exchange: narrowed }),
    ]) {
      const cluster = exchangeOnNode1();
      cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
      expect(cluster.define(after).kind).toBe("done");
      cluster.close("NODE2");
      cluster.renew("NODE1");
      expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    }
  });

  test("EN9: a group that is deleted while it is owned keeps its address until its holder has ended", () => {
    const cluster = exchangeOnNode1();
    cluster.define(clusterOf({ Other: virtualServer(100) }));
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["NODE1#1 draining", "nobody"]);
    cluster.renew("NODE1");
    cluster.renew("NODE2");
    expect(cluster.owner("Other")).toBe("nobody");
    cluster.release("NODE1");
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["nobody", "NODE1#2"]);
  });

  test("EN9: a hold whose group is gone ends by a witness as any other", () => {
    const cluster = exchangeOnNode1();
    cluster.define(clusterOf({ Other: virtualServer(100) }));
    cluster.witness("NODE2");
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["nobody", "NODE2#2"]);
  });

  test("EN9: a group deleted while owned and created again begins a higher epoch when the old one has ended", () => {
    const cluster = exchangeOnNode1();
    cluster.define(clusterOf({}));
    cluster.define(exchange);
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    expect(cluster.assigned("NODE1").groups).toMatchObject([{ epoch: 1, wanted: "Offline" }]);
    cluster.release("NODE1");
    expect(cluster.hold("Exchange").epoch).toBe(2);
  });

  test("EN9: a move under way, its group deleted and created again elsewhere, is not called off", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.define(clusterOf({}));
    cluster.define(clusterOf({ Exchange: virtualServer(200) }));
    cluster.close("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
  });

  test("EN9: an address that a PUT moves from one group to another waits for the group that had it", () => {
    const cluster = new Cluster(clusterOf({ A: virtualServer(100), B: virtualServer(101) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "B", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE1#1", "NODE2#2"]);
    cluster.define(clusterOf({ A: virtualServer(102), B: virtualServer(100) }));
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE1#1 draining", "NODE2#2 draining"]);
    cluster.release("NODE2");
    expect(cluster.owner("B"), "its new address is still held by A").toBe("nobody");
    cluster.release("NODE1");
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE1#2", "NODE1#3"]);
  });

  test("EN9: two groups that exchange their addresses both wait for both", () => {
    const cluster = new Cluster(clusterOf({ A: virtualServer(100), B: virtualServer(101) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "B", target: "NODE2", at: null });
    cluster.release("NODE1");
    cluster.define(clusterOf({ A: virtualServer(101), B: virtualServer(100) }));
    cluster.release("NODE1");
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["nobody", "NODE2#2 draining"]);
    cluster.release("NODE2");
    expect(cluster.hold("A").addresses).toEqual(["192.0.2.101"]);
    expect(cluster.hold("B").addresses).toEqual(["192.0.2.100"]);
  });

  test("EN9: one address in two spellings is one address", () => {
    const spelled = (address: string) =>
      clusterOf(
        { [address]: plainGroup({ IP: v6(address) }) },
        { networks: { six: { cidr: "2001:db8::/64", role: "ClientAccess", properties: {} } } },
      );
    const cluster = new Cluster(spelled("2001:db8::1"));
    cluster.up("NODE1", "NODE2");
    cluster.define(spelled("2001:DB8:0:0:0:0:0:1"));
    expect([cluster.owner("2001:db8::1"), cluster.owner("2001:DB8:0:0:0:0:0:1")]).toEqual([
      "NODE1#1 draining",
      "nobody",
    ]);
  });

  test("EN9: a node that is evicted while it owns keeps its hold, may speak until that has ended, and then is turned away", () => {
    const cluster = exchangeOnNode1();
    cluster.define({ ...exchange, nodes: { NODE2: { address: "192.0.2.2", properties: {} } } });
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    cluster.hello("NODE1");
    expect(cluster.renew("NODE1").outcome).toMatchObject({ kind: "grant", holds: [{ epoch: 1 }] });
    const { socket } = cluster.run("NODE1");
    expect(cluster.renewal("NODE1", { released: [{ group: "Exchange", epoch: 1 }] })).toBeNull();
    expect(cluster.closed.get(socket ?? "")).toBe("unknown-node");
    expect(cluster.owner("Exchange")).toBe("nobody");
    cluster.renew("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(cluster.turnedAway("NODE1")).toBe("unknown-node");
  });

  test("EN9: an evicted node that reconnects only to release is heard, and then turned away", () => {
    const cluster = exchangeOnNode1();
    cluster.define({ ...exchange, nodes: { NODE2: { address: "192.0.2.2", properties: {} } } });
    cluster.close("NODE1");
    expect(cluster.turnedAway("NODE1", { released: [{ group: "Exchange", epoch: 1 }] })).toBe("unknown-node");
    expect(cluster.owner("Exchange")).toBe("nobody");
  });

  test("EN9: an evicted node that holds nothing is turned away at once", () => {
    const cluster = exchangeOnNode1();
    const { socket } = cluster.run("NODE2");
    cluster.define({ ...exchange, nodes: nodes("NODE1") });
    expect(cluster.closed.get(socket ?? "")).toBe("unknown-node");
  });

  test("EN9: a node that may not own the group any more gives it up under its epoch", () => {
    const cluster = exchangeOnNode1();
    const narrowed = virtualServer(100, { resources: { Disk: { ...plainDisk, possibleOwners: ["NODE2"] } } });
    cluster.define(clusterOf({ Exchange: narrowed }));
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("EN9: a change that touches neither address nor owners keeps the epoch", () => {
    const cluster = exchangeOnNode1();
    cluster.define(clusterOf({ Exchange: virtualServer(100, { properties: { FailoverThreshold: 3 } }) }));
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN12: another address comes to the owner under its epoch, and the one before stays its own until it ends", () => {
    const cluster = exchangeOnNode1();
    cluster.define(clusterOf({ Exchange: virtualServer(200) }));
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(cluster.hold("Exchange").addresses).toEqual(["192.0.2.100", "192.0.2.200"]);
    cluster.define(clusterOf({ Exchange: virtualServer(200), Other: virtualServer(100) }));
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["NODE1#1 draining", "nobody"]);
    expect(cluster.entry("group.draining").details).toMatchObject({ because: "readdressed" });
    cluster.release("NODE1");
    expect(cluster.hold("Exchange").addresses).toEqual(["192.0.2.200"]);
    expect(cluster.hold("Other").addresses).toEqual(["192.0.2.100"]);
  });

  test("EN12: an address that is only given up costs nothing, also while the object holds, in maintenance or on a move", () => {
    const two = virtualServer(100, { resources: { Second: ipAddress(101) } });
    for (const first of [
      (cluster: Cluster) => cluster.restart(),
      (cluster: Cluster) => cluster.command({ type: "maintenance", on: true }),
      (cluster: Cluster) => cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null }),
    ]) {
      const cluster = new Cluster(clusterOf({ Exchange: two }));
      cluster.up("NODE1", "NODE2");
      first(cluster);
      const before = cluster.owner("Exchange");
      cluster.define(exchange);
      expect(cluster.owner("Exchange")).toBe(before);
      expect(cluster.hold("Exchange").phase).not.toMatchObject({ because: "readdressed" });
      expect(cluster.hold("Exchange").addresses).toHaveLength(2);
    }
  });

  test("EN12: nothing is owned anew while the object holds after a start", () => {
    const cluster = exchangeOnNode1();
    cluster.restart();
    cluster.define(clusterOf({ Exchange: virtualServer(200) }));
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
  });

  test("EN12: addresses that an owner need not have any more are bounded", () => {
    const cluster = exchangeOnNode1();
    for (let host = 101; host < 101 + limits.addressesHeld - 1; host += 1) {
      cluster.define(clusterOf({ Exchange: virtualServer(host) }));
      expect(cluster.owner("Exchange")).toBe("NODE1#1");
    }
    cluster.define(clusterOf({ Exchange: virtualServer(250) }));
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
  });

  test("EN11: what is held by a node that was evicted, or of a cluster that was destroyed, ends by confirm-down as well", () => {
    const confirm = { type: "confirm-down", node: "NODE1" } as const;
    const evicted = exchangeOnNode1();
    for (const node of ["NODE1", "NODE2"]) evicted.close(node);
    expect(evicted.ask({ type: "edit", edit: { kind: "remove-node", node: "NODE1" }, force: false })).toBe("done");
    expect(evicted.ask(confirm)).toBe("done");
    expect(evicted.owner("Exchange")).toBe("nobody");
    expect(evicted.ask(confirm)).toBe("node-not-found");
    const destroyed = exchangeOnNode1();
    for (const node of ["NODE1", "NODE2"]) destroyed.close(node);
    destroyed.ask({ type: "destroy", force: true });
    expect(destroyed.ask(confirm)).toBe("done");
    expect(destroyed.owner("Exchange")).toBe("nobody");
  });

  test("EN11: confirm-down is refused while the node's agent is connected", () => {
    const cluster = exchangeOnNode1();
    expect(cluster.ask({ type: "confirm-down", node: "NODE1" })).toBe("node-is-connected");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN11: confirm-down is refused while any run of the node is connected", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    expect(cluster.ask({ type: "confirm-down", node: "NODE1" })).toBe("node-is-connected");
  });

  test("EN11: confirm-down of a node that is gone ends all that it holds, and the journal says what it risks", () => {
    const cluster = new Cluster(clusterOf({ A: virtualServer(100), B: virtualServer(101) }));
    cluster.up("NODE1", "NODE2");
    cluster.close("NODE1");
    cluster.advance(renewMs);
    expect(cluster.ask({ type: "confirm-down", node: "NODE1" })).toBe("done");
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE2#2", "NODE2#2"]);
    expect(cluster.count("node.confirmed-down")).toBe(2);
    expect(cluster.entry("node.confirmed-down")).toMatchObject({ severity: "warning", actor: "operator", epoch: 1 });
    expect(cluster.entry("node.confirmed-down").sentence).toContain("if it lives, two hosts speak from one address");
  });
});

const plainDisk = { type: "Physical Disk", dependsOn: [], possibleOwners: [], properties: {} } as const;

function v6(address: string) {
  return {
    type: "IP Address",
    dependsOn: [],
    possibleOwners: [],
    properties: { Address: address, SubnetMask: "64", Network: "six" },
  };
}
