import { describe, expect, test } from "vitest";
import { clusterOf, disk, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const three = { nodes: nodes("NODE1", "NODE2", "NODE3") };
const host = (machine: string) => ({ machine });
/** A disk that is one on a host. */
const real = (properties = {}, device = "/dev/mail") => disk({ Device: device, ...properties });

/** NODE1 owns a group with a disk, and has fallen silent: NODE2 owns it. */
function lost(group = plainGroup({ Disk: real() })): Cluster {
  const cluster = new Cluster(clusterOf({ A: group }, three));
  const all = ["NODE1", "NODE2", "NODE3"];
  for (const node of all) cluster.hello(node, host(`machine of ${node}`));
  for (const node of all) cluster.renew(node);
  cluster.countStart(...all);
  for (const node of all) cluster.renew(node);
  expect(cluster.owner("A")).toBe("NODE1#1");
  cluster.witness("NODE2");
  expect(cluster.owner("A")).toBe("NODE2#2");
  return cluster;
}

const unfenced = (cluster: Cluster, node: string) => cluster.assigned(node).groups[0]?.unfenced;
const problem = { code: "holder-not-fenced", message: "NODE1 may write to it" };
/** NODE2 says that it cannot have the disk. */
const fail = (cluster: Cluster) =>
  cluster.renew("NODE2", { report: cluster.report("NODE2", { Disk: { state: "Failed", problem } }) });

describe("Owners of a disk that fell silent", () => {
  test("EN14: the next owner is told who has to be fenced, and so is the one after it, whoever has released meanwhile", () => {
    const cluster = lost();
    expect(unfenced(cluster, "NODE2")).toEqual(["NODE1"]);
    fail(cluster);
    cluster.command({ type: "move", group: "A", target: "NODE3", at: null });
    cluster.command({ type: "cancel", group: "A" });
    expect(unfenced(cluster, "NODE2"), "a move that is called off changes nothing").toEqual(["NODE1"]);
    cluster.command({ type: "move", group: "A", target: "NODE3", at: null });
    cluster.release("NODE2");
    expect(cluster.owner("A")).toBe("NODE3#3");
    expect(unfenced(cluster, "NODE3")).toEqual(["NODE1"]);
  });

  test("EN14: an owner that lets go leaves nobody to be fenced, nor does one of a group without a disk", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup({ Disk: real() }) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(unfenced(cluster, "NODE2")).toEqual([]);
    const without = lost(virtualServer(100));
    expect(without.assigned("NODE2").groups[0]?.unfenced).toEqual([]);
  });

  test("EN14: that somebody has fenced it, and has the disk online, proves nothing for the next owner: a fence holds while it is held", () => {
    const cluster = lost();
    cluster.renew("NODE2");
    cluster.command({ type: "move", group: "A", target: "NODE3", at: null });
    cluster.release("NODE2");
    expect(cluster.owner("A")).toBe("NODE3#3");
    expect(unfenced(cluster, "NODE3")).toEqual(["NODE1"]);
  });

  test("EN14: it is the disk that counts, in whatever group it is, and however often that was deleted and made anew", () => {
    const cluster = lost();
    fail(cluster);
    cluster.define(clusterOf({}, three));
    cluster.release("NODE2");
    cluster.define(
      clusterOf({ B: plainGroup({ Disk: real() }), C: plainGroup({ Disk: real({}, "/dev/other") }) }, three),
    );
    const told = ["NODE1", "NODE2", "NODE3"].flatMap((node) => cluster.assigned(node).groups);
    const of = (name: string) => told.find(({ group }) => group === name)?.unfenced;
    expect([of("B"), of("C")]).toEqual([cluster.owner("B").startsWith("NODE1") ? [] : ["NODE1"], []]);
  });

  test("EN14: an owner whose group is deleted, or loses its disk, while it is silent, is remembered with what it had", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup({ Disk: real() }) }, three));
    cluster.up("NODE1", "NODE2");
    cluster.define(clusterOf({ A: plainGroup({ Other: disk() }) }, three));
    cluster.witness("NODE2");
    expect(cluster.owner("A")).toBe("NODE2#2");
    cluster.renew("NODE2");
    cluster.define(clusterOf({ A: plainGroup({ Other: disk(), Disk: real() }) }, three));
    expect(unfenced(cluster, "NODE2")).toEqual(["NODE1"]);
  });

  test("EN14: a disk that comes to a group under its owner is its own from then on", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup() }, three));
    cluster.up("NODE1", "NODE2");
    cluster.define(clusterOf({ A: plainGroup({ Disk: real() }) }, three));
    cluster.witness("NODE2");
    expect(unfenced(cluster, "NODE2")).toEqual(["NODE1"]);
  });

  test("EN14: it is over when the silent run itself is back, and says that nothing is there", () => {
    const cluster = lost();
    fail(cluster);
    const left = { group: "A", epoch: 1, resources: { Disk: { state: "OfflinePending", attempt: 1 } } } as const;
    cluster.renew("NODE1", { report: { ...cluster.report("NODE1", {}), holds: [left] } });
    cluster.renew("NODE1", { report: { ...cluster.report("NODE1", {}), holds: [left] } });
    expect(unfenced(cluster, "NODE2"), "it still has it").toEqual(["NODE1"]);
    cluster.renew("NODE1", { report: { ...cluster.report("NODE1", {}), revision: { generation: 1, n: 1 } } });
    expect(unfenced(cluster, "NODE2"), "said before it knew").toEqual(["NODE1"]);
    cluster.renew("NODE1");
    expect(unfenced(cluster, "NODE2")).toEqual([]);
  });

  test("EN14: what failed for want of a fence is tried again when that is over", () => {
    const cluster = lost(plainGroup({ Disk: real({ RestartAction: 1 }) }));
    for (let n = 0; n < 8; n += 1) fail(cluster);
    const before = cluster.assigned("NODE2").groups[0]?.resources["Disk"]?.attempt ?? 0;
    cluster.renew("NODE1");
    cluster.renew("NODE1");
    expect(cluster.assigned("NODE2").groups[0]?.resources["Disk"]?.attempt).toBeGreaterThan(before);
  });

  test.each([
    ["a later run on the same machine, which begins with nothing", host("machine of NODE1"), []],
    ["the same machine, after a boot", host("machine of NODE1"), []],
    ["another machine of the same name", host("replacement"), ["NODE1"]],
    ["a host that does not say which it is", { machine: null }, ["NODE1"]],
  ])("EN14: what comes back as the silent node: %s", (_what, said, expected) => {
    const cluster = lost();
    fail(cluster);
    cluster.close("NODE1");
    cluster.hello("NODE1", { ...said, incarnation: "NODE1-run-2" });
    cluster.renew("NODE1-run-2");
    expect(unfenced(cluster, "NODE2")).toEqual(expected);
  });

  test.each([
    ["is the witness", ["NODE1-run-2"]],
    ["is not", ["NODE2", "NODE1-run-2"]],
  ])("EN14: a later run that has waited for the end of the silent one, and %s, proves it too", (_what, heard) => {
    const cluster = new Cluster(clusterOf({ A: plainGroup({ Disk: real() }) }, three));
    for (const node of ["NODE1", "NODE2"]) cluster.hello(node, host(`machine of ${node}`));
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    cluster.countStart("NODE1", "NODE2");
    cluster.renew("NODE1");
    expect(cluster.owner("A")).toBe("NODE1#1");
    cluster.close("NODE1");
    cluster.hello("NODE1", { ...host("machine of NODE1"), incarnation: "NODE1-run-2" });
    const [witness = "", ...others] = heard;
    cluster.witness(witness);
    for (const run of others) cluster.renew(run);
    const { groups, cluster: row } = cluster.state.durable;
    expect([groups.get("A")?.epoch, row?.silent]).toEqual([2, []]);
  });

  test("EN14: an operator confirms that the host is down, also when it holds nothing more, and when its name is another's now", () => {
    const gone = lost();
    fail(gone);
    gone.close("NODE1");
    expect(gone.ask({ type: "confirm-down", node: "NODE1" })).toBe("done");
    expect(unfenced(gone, "NODE2")).toEqual([]);
    const replaced = lost();
    expect(replaced.ask({ type: "confirm-down", node: "NODE1" }), "its own run is connected").toBe("node-is-connected");
    replaced.close("NODE1");
    replaced.hello("NODE1", { ...host("replacement"), incarnation: "NODE1-run-2" });
    replaced.renew("NODE1-run-2");
    expect(replaced.ask({ type: "confirm-down", node: "NODE1" })).toBe("done");
    expect(unfenced(replaced, "NODE2")).toEqual([]);
    expect(replaced.entry("node.confirmed-down")).toMatchObject({ node: "NODE1", details: { groups: "A" } });
    expect(replaced.ask({ type: "confirm-down", node: "NODE1" }), "nothing is left to confirm").toBe(
      "node-is-connected",
    );
  });

  test("EN14: the run that was silent is not fenced from what it gets again, and another one still is", () => {
    const cluster = lost();
    fail(cluster);
    cluster.witness("NODE3");
    expect(cluster.owner("A")).toBe("NODE3#3");
    expect(unfenced(cluster, "NODE3")).toEqual(["NODE1", "NODE2"]);
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.renew("NODE2", { report: null });
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.release("NODE3");
    expect(cluster.owner("A")).toBe("NODE2#4");
    expect(unfenced(cluster, "NODE2")).toEqual(["NODE1"]);
  });

  test("EN14: it outlives a start of the object", () => {
    const cluster = lost();
    cluster.restart();
    cluster.hello("NODE2");
    expect(unfenced(cluster, "NODE2")).toEqual(["NODE1"]);
  });
});
