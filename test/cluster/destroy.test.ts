import { describe, expect, test } from "vitest";
import { viewCluster } from "../../src/cluster/questions/view.ts";
import { clusterOf, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const definition = clusterOf({ A: virtualServer(100) });
const again = clusterOf({ A: virtualServer(101) });

function up(): Cluster {
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

const destroy = (cluster: Cluster, force = true) => cluster.ask({ type: "destroy", force });
const release = (cluster: Cluster) => cluster.renewal("NODE1", { intact: [], released: [{ group: "A", epoch: 1 }] });

describe("Destruction", () => {
  test("DF14: what is online is destroyed only by force; then there is no cluster for readers and commands", () => {
    const cluster = up();
    expect(destroy(cluster, false)).toBe("group-online");
    expect(destroy(cluster)).toBe("done");
    expect(cluster.entry("cluster.destroyed")).toMatchObject({ actor: "operator", severity: "warning" });
    expect(viewCluster(cluster.state, cluster.now)).toBeNull();
    expect(cluster.ask({ type: "maintenance", on: true })).toBe("cluster-not-defined");
    expect(destroy(cluster)).toBe("cluster-not-defined");
    expect(cluster.verdict("A", "NODE1").decision).not.toBe("BIND");
  });

  test("DF14: its owner still holds the address until it has ended, and nobody may have it before", () => {
    const cluster = up();
    destroy(cluster);
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    cluster.define(clusterOf({ Other: virtualServer(100) }));
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    expect(cluster.owner("Other")).toBe("nobody");
    release(cluster);
    expect(cluster.owner("Other")).toMatch(/^NODE[12]#2$/);
  });

  test("DF14: an epoch is not used again under the same name, also after restarts", () => {
    const cluster = up();
    destroy(cluster);
    release(cluster);
    cluster.restart();
    cluster.define(again);
    cluster.hello("NODE1");
    cluster.hello("NODE2");
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    cluster.countStart("NODE1", "NODE2");
    expect(cluster.owner("A")).toBe("NODE1#2");
  });

  test("DF14: a tombstone survives a restart, and a witness ends it", () => {
    const cluster = up();
    destroy(cluster);
    cluster.restart();
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    cluster.define(clusterOf({ A: virtualServer(100) }, { nodes: nodes("NODE2") }));
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    cluster.countStart("NODE2");
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    cluster.witness("NODE2");
    expect(cluster.owner("A")).toBe("NODE2#2");
  });

  test("DF14: connections are closed when nothing is held on them any more", () => {
    const cluster = up();
    destroy(cluster);
    expect([cluster.run("NODE1").socket === null, cluster.run("NODE2").socket]).toEqual([false, null]);
    release(cluster);
    expect(cluster.run("NODE1").socket).toBeNull();
    expect(cluster.turnedAway("NODE2")).toBe("unknown-node");
  });

  test("DF14: maintenance, plans, pauses and alarms go with it", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup() }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "maintenance", on: true });
    cluster.command({ type: "move", group: "A", target: null, at: cluster.now + 60_000 });
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    destroy(cluster);
    expect(cluster.alarmAt).toBeNull();
    cluster.define(clusterOf({ A: plainGroup() }));
    expect([cluster.view().maintenance, cluster.groupView("A").scheduled]).toEqual([false, null]);
    expect(cluster.state.durable.nodes.get("NODE2")?.paused).toBe(false);
  });

  test("DF14: who destroyed it waits for what was held then, and the one that is created anew knows nothing of it", () => {
    const cluster = up();
    expect(cluster.ask({ type: "destroy", force: true, operation: "op" })).toBe("done");
    expect(cluster.state.durable.operations.get("op")?.ends).toEqual(["A#1"]);
    cluster.define(clusterOf({ B: virtualServer(101) }));
    expect([...cluster.state.durable.operations.keys(), ...cluster.view().associations]).toEqual([]);
  });

  test("DF14: what an agent told of the one before is not told of the one that is created anew, after a start either", () => {
    const cluster = up();
    const association = {
      n: 1,
      group: "A",
      partner: "PARTNER",
      direction: "outbound",
      state: "open",
      localAddress: "192.0.2.100",
      remoteAddress: "198.51.100.1",
      reason: null,
    } as const;
    const report = () => ({ ...cluster.run("NODE2").report(), associations: [association] });
    cluster.renew("NODE2", { report: report() });
    expect(cluster.view().associations).toHaveLength(1);
    cluster.command({ type: "destroy", force: true });
    cluster.define(clusterOf({ Other: virtualServer(101) }));
    cluster.restart();
    cluster.hello("NODE2", { told: { associations: 1, notices: 0 } });
    cluster.renew("NODE2", { report: report() });
    expect(cluster.view().associations).toEqual([]);
  });

  test("DF14: the name stays the cluster's", () => {
    const cluster = up();
    destroy(cluster);
    const outcome = cluster.define({ ...again, cluster: "another" });
    expect(outcome).toMatchObject({ refusal: { code: "cluster-name-differs" } });
    expect(cluster.define(again).kind).toBe("done");
  });
});
