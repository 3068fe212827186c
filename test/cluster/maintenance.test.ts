import { describe, expect, test } from "vitest";
import { clusterOf, disk, nodes, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const names = ["NODE1", "NODE2", "NODE3"];

function up(properties: Record<string, number> = {}, group: Record<string, number> = {}): Cluster {
  const groups = { Exchange: virtualServer(100), A: plainGroup({ Disk: disk(properties) }, { properties: group }) };
  const cluster = new Cluster(clusterOf(groups, { nodes: nodes(...names) }));
  cluster.up(...names);
  return cluster;
}

function maintain(cluster: Cluster, on = true): void {
  expect(cluster.ask({ type: "maintenance", on })).toBe("done");
}

function fail(cluster: Cluster, node = "NODE1"): void {
  cluster.renew(node, { report: cluster.report(node, { Disk: { state: "Failed" } }) });
}

const observed = (cluster: Cluster, node: string, group = "A") =>
  cluster.assigned(node).groups.find((one) => one.group === group)?.observe;
const attempt = (cluster: Cluster) => cluster.state.durable.groups.get("A")?.troubles.resources["Disk"]?.attempt ?? 1;

describe("Maintenance", () => {
  test("GP19: agents are told to observe, readers see it, and the journal says who asked for it", () => {
    const cluster = up();
    maintain(cluster);
    expect([observed(cluster, "NODE1"), cluster.view().maintenance]).toEqual([true, true]);
    expect(cluster.entry("cluster.maintenance")).toMatchObject({ actor: "operator", details: { on: 1 } });
    expect(cluster.command({ type: "maintenance", on: true })).toEqual({ kind: "done", changed: [] });
    maintain(cluster, false);
    expect([observed(cluster, "NODE1"), cluster.view().maintenance]).toEqual([false, false]);
  });

  test("GP19: leases go on, one row for each renewal, and a silent owner still expires", () => {
    const cluster = up();
    maintain(cluster);
    cluster.renew("NODE1");
    expect(cluster.written).toEqual(["leases NODE1-run-1"]);
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("BIND");
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect([cluster.owner("A"), cluster.verdict("Exchange", "NODE1").decision]).toEqual(["nobody", "DEFER"]);
  });

  test("GP19: what has lost its owner gets another one when maintenance is over", () => {
    const cluster = up();
    maintain(cluster);
    cluster.close("NODE1");
    cluster.witness("NODE2");
    for (const node of ["NODE2", "NODE3"]) cluster.pass(4 * ttlMs, node);
    expect(cluster.owner("A")).toBe("nobody");
    for (const node of ["NODE2", "NODE3"]) cluster.renew(node);
    maintain(cluster, false);
    expect(cluster.owner("A")).toBe("NODE2#2");
  });

  test("GP19: a failure is observed and not judged; when maintenance is over, it is, once", () => {
    const cluster = up();
    maintain(cluster);
    for (let times = 0; times < 3; times += 1) fail(cluster);
    expect([attempt(cluster), cluster.count("resource.failed")]).toEqual([1, 0]);
    expect(cluster.groupView("A").state).toBe("Failed");
    maintain(cluster, false);
    expect([attempt(cluster), cluster.count("resource.failed")]).toEqual([2, 1]);
  });

  test("GP19: a resource that is well again by then is not judged at all", () => {
    const cluster = up();
    maintain(cluster);
    fail(cluster);
    cluster.renew("NODE1");
    maintain(cluster, false);
    expect(cluster.count("resource.failed")).toBe(0);
  });

  test("GP19: what is pending or was given up waits, and no alarm rings for it", () => {
    const cluster = up({ RestartThreshold: 0 }, { FailoverThreshold: 0 });
    fail(cluster);
    expect(cluster.groupView("A").givenUpUntil).toBe(cluster.now + 3_600_000);
    maintain(cluster);
    expect(cluster.alarmAt).toBeNull();
    cluster.advance(2 * 3_600_000);
    cluster.event({ type: "alarm" });
    expect([cluster.groupView("A").givenUpUntil === null, cluster.alarmAt]).toEqual([false, null]);
    maintain(cluster, false);
    cluster.alarm();
    expect(cluster.groupView("A").givenUpUntil).toBeNull();
  });

  type Way = [title: string, send: (cluster: Cluster) => void];
  test.each<Way>([
    ["a move", (cluster) => cluster.command({ type: "move", group: "A", target: "NODE2", at: null })],
    ["a drain", (cluster) => cluster.command({ type: "pause", node: "NODE1", drain: true, target: null })],
  ])(
    "GP19: %s by an operator is carried out, and its group is brought online before it is only observed",
    (_t, send) => {
      const cluster = up({}, { GroupStartDelay: 5_000 });
      cluster.pass(6_000, ...names);
      maintain(cluster);
      send(cluster);
      cluster.release("NODE1");
      expect([cluster.owner("A"), observed(cluster, "NODE2")]).toEqual(["NODE2#2", false]);
      expect(cluster.groupView("A").resources["Disk"]?.wanted).toBe("Offline");
      cluster.pass(5_000, "NODE2");
      expect(cluster.groupView("A").resources["Disk"]?.wanted).toBe("Online");
      cluster.renew("NODE2", { report: cluster.report("NODE2", { Disk: { state: "OnlinePending" } }) });
      expect(observed(cluster, "NODE2")).toBe(false);
      cluster.renew("NODE2");
      expect(observed(cluster, "NODE2")).toBe(true);
    },
  );

  test("GP19: so it is with a group whose address an operator changes", () => {
    const cluster = up();
    maintain(cluster);
    cluster.define(clusterOf({ Exchange: virtualServer(101), A: plainGroup() }, { nodes: nodes(...names) }));
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE1#2");
    expect(observed(cluster, "NODE1", "Exchange")).toBe(false);
  });

  test("GP19: nothing is sent home meanwhile", () => {
    const group = plainGroup(undefined, { preferredOwners: ["NODE1", "NODE2"], properties: { AutoFailbackType: 1 } });
    const cluster = new Cluster(clusterOf({ A: group }));
    cluster.up("NODE2");
    maintain(cluster);
    cluster.hello("NODE1");
    cluster.pass(4 * ttlMs, "NODE1", "NODE2");
    expect(cluster.owner("A")).toBe("NODE2#1");
    maintain(cluster, false);
    expect(cluster.owner("A")).toBe("NODE2#1 draining");
  });

  test("GP19: it survives a restart, and nothing is judged by that", () => {
    const cluster = up();
    maintain(cluster);
    fail(cluster);
    cluster.restart();
    for (const node of names) cluster.hello(node);
    fail(cluster);
    for (const node of names) cluster.renew(node, { report: cluster.report(node, { Disk: { state: "Failed" } }) });
    cluster.countStart("NODE2", "NODE3");
    expect([cluster.view().maintenance, observed(cluster, "NODE1"), cluster.count("resource.failed")]).toEqual([
      true,
      true,
      0,
    ]);
  });

  test("GP19: asking a resource to fail or restart is refused", () => {
    const cluster = up();
    maintain(cluster);
    for (const type of ["fail-resource", "restart-resource"] as const) {
      expect(cluster.ask({ type, group: "A", resource: "Disk" })).toBe("in-maintenance");
    }
  });
});
