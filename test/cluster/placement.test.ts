import { describe, expect, test } from "vitest";
import type { GroupDefinition } from "../../src/cluster/definition/definition.ts";
import { clusterOf, disk, nodes, plainGroup, ttlMs } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const names = ["NODE1", "NODE2", "NODE3"];
const group = (properties: GroupDefinition["properties"], parts: Partial<GroupDefinition> = {}) =>
  plainGroup({ Disk: disk({ RestartThreshold: 0 }) }, { properties, ...parts });

function up(groups: Record<string, GroupDefinition>, count = 2, properties: Record<string, number> = {}): Cluster {
  const cluster = new Cluster(clusterOf(groups, { properties, nodes: nodes(...names.slice(0, count)) }));
  cluster.up(...names.slice(0, count));
  return cluster;
}

const wanted = (cluster: Cluster, name: string) => cluster.groupView(name).wanted;

describe("Priority", () => {
  test("GP14: groups of higher Priority get their owner first, equal ones in the order of the definition", () => {
    const cluster = up({ A: group({ Priority: 1_000 }), B: group({}), C: group({ Priority: 3_000 }), D: group({}) });
    const order = cluster.journal.flatMap(({ kind, group: name }) => (kind === "group.owned" ? [name] : []));
    expect(order).toEqual(["C", "B", "D", "A"]);
  });

  test("GP14: with Priority 0 a group begins offline, and comes online when it is told to", () => {
    const cluster = up({ A: group({ Priority: 0 }) });
    expect([cluster.owner("A"), wanted(cluster, "A")]).toEqual(["NODE1#1", "Offline"]);
    cluster.command({ type: "want", group: "A", wanted: "Online" });
    expect(wanted(cluster, "A")).toBe("Online");
  });

  type Way = [title: string, go: (cluster: Cluster) => void, becomes: string];
  test.each<Way>([
    [
      "its node is lost",
      (cluster) => {
        cluster.close("NODE1");
        cluster.witness("NODE2");
      },
      "Offline",
    ],
    [
      "its node stops",
      (cluster) => cluster.renew("NODE1", { leaving: true, released: [{ group: "A", epoch: 1 }], intact: [] }),
      "Offline",
    ],
    [
      "it fails over",
      (cluster) => {
        cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
        cluster.release("NODE1");
      },
      "Offline",
    ],
    [
      "an operator moves it",
      (cluster) => {
        cluster.command({ type: "move", group: "A", target: null, at: null });
        cluster.release("NODE1");
      },
      "Online",
    ],
    [
      "its node is drained",
      (cluster) => {
        cluster.command({ type: "pause", node: "NODE1", drain: true, target: null });
        cluster.release("NODE1");
      },
      "Online",
    ],
  ])("GP14: with Priority 0, when %s", (_title, go, becomes) => {
    const cluster = up({ A: group({ Priority: 0 }) });
    cluster.command({ type: "want", group: "A", wanted: "Online" });
    cluster.renew("NODE1");
    go(cluster);
    expect([cluster.owner("A"), wanted(cluster, "A")]).toEqual(["NODE2#2", becomes]);
    const told = cluster.journal.filter(({ kind, actor }) => kind === "group.wanted" && actor === "cluster");
    expect(told.map(({ node, epoch }) => [node, epoch])).toEqual(becomes === "Offline" ? [["NODE2", 2]] : []);
  });
});

describe("Anti-affinity", () => {
  const apart = (classes: string[], preferredOwners: readonly string[] = ["NODE1"]) =>
    group({ AntiAffinityClassNames: classes }, { preferredOwners });
  const enforced = { ClusterEnforcedAntiAffinity: 1 };

  test("GP16: groups that share a class go to different nodes while there are some", () => {
    const cluster = up({ A: apart(["mta"]), B: apart(["mta", "x"]), C: apart(["y"]), D: apart([]) });
    expect(["A", "B", "C", "D"].map((name) => cluster.hold(name).node)).toEqual(["NODE1", "NODE2", "NODE1", "NODE1"]);
  });

  test("GP16: soft, it gives way when there is no other node", () => {
    const cluster = up({ A: apart(["mta"]), B: apart(["mta"]) });
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect([cluster.hold("A").node, cluster.hold("B").node]).toEqual(["NODE2", "NODE2"]);
  });

  test("GP16: enforced, a group stays without an owner rather than share a node, and finds one when there is one", () => {
    const cluster = up({ A: apart(["mta"]), B: apart(["mta"]) }, 2, enforced);
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect(cluster.owner("A")).toBe("nobody");
    cluster.pass(4 * ttlMs, "NODE2");
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["nobody", "NODE2#1"]);
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.renew("NODE1");
    cluster.renew("NODE2");
    expect(cluster.owner("A")).toBe("NODE1#2");
  });

  test("GP16: enforced, a move to a node that is taken is refused, and so is one that has nowhere to go", () => {
    const cluster = up({ A: apart(["mta"]), B: apart(["mta"]) }, 3, enforced);
    expect(cluster.ask({ type: "move", group: "A", target: "NODE2", at: null })).toBe("node-not-up");
    expect(cluster.ask({ type: "move", group: "A", target: null, at: null })).toBe("done");
    cluster.release("NODE1");
    expect(cluster.hold("A").node).toBe("NODE3");
    cluster.close("NODE1");
    expect(cluster.ask({ type: "move", group: "A", target: null, at: null })).toBe("no-other-owner");
  });

  test("GP16: soft, an operator's target counts for more", () => {
    const cluster = up({ A: apart(["mta"]), B: apart(["mta"]) });
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect([cluster.hold("A").node, cluster.hold("B").node]).toEqual(["NODE2", "NODE2"]);
  });
});

describe("Drain", () => {
  const drain = (cluster: Cluster, target: string | null = null) =>
    cluster.ask({ type: "pause", node: "NODE1", drain: true, target });
  const status = (cluster: Cluster) => cluster.view().nodes["NODE1"]?.drain;
  const home = { preferredOwners: ["NODE1"] };

  test("GP22: everything that can leave does; the status says how far it has come", () => {
    const cluster = up({ A: group({}), B: group({}) });
    expect(status(cluster)).toBe("NotInitiated");
    expect(drain(cluster)).toBe("done");
    expect(status(cluster)).toBe("InProgress");
    cluster.release("NODE1");
    expect([status(cluster), cluster.hold("A").node, cluster.hold("B").node]).toEqual(["Completed", "NODE2", "NODE2"]);
    expect(cluster.entry("group.draining").actor).toBe("operator");
  });

  test("GP22: it goes to the target that was named", () => {
    const cluster = up({ A: group({}) }, 3);
    drain(cluster, "NODE3");
    cluster.release("NODE1");
    expect(cluster.hold("A").node).toBe("NODE3");
  });

  test.each([
    ["itself", "NODE1", "node-not-up"],
    ["a node that is not up", "NODE3", "node-not-up"],
    ["no node", "toString", "node-not-found"],
  ])("GP22: a target that is %s is refused, and nothing is paused", (_title, target, code) => {
    const cluster = up({ A: group({}) }, 3);
    cluster.close("NODE3");
    expect(drain(cluster, target)).toBe(code);
    expect(cluster.view().nodes["NODE1"]?.state).toBe("Up");
  });

  test("GP22: what cannot leave stays and goes on, and the status is Failed", () => {
    const stuck = plainGroup({ Disk: disk({}, { possibleOwners: ["NODE1"] }) });
    const cluster = up({ A: group({}), B: stuck });
    drain(cluster);
    cluster.release("NODE1");
    expect([cluster.owner("A"), cluster.owner("B"), status(cluster)]).toEqual(["NODE2#2", "NODE1#1", "Failed"]);
    expect(cluster.count("group.move-failed")).toBe(1);
    expect(cluster.entry("group.move-failed")).toMatchObject({ mscsId: 1137, group: "B", node: "NODE1", epoch: 1 });
  });

  test("GP22: a target that dies meanwhile is replaced, and without another node the drain is called off", () => {
    const cluster = up({ A: group({}) }, 3);
    drain(cluster, "NODE3");
    cluster.close("NODE3");
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    cluster.close("NODE2");
    expect([cluster.owner("A"), status(cluster)]).toEqual(["NODE1#1", "Failed"]);
  });

  type Resume = [failback: "no" | "immediate" | "policy", type: number, target: string | null, owner: string];
  test.each<Resume>([
    ["no", 1, null, "NODE2#2"],
    ["policy", 0, null, "NODE2#2"],
    ["policy", 1, null, "NODE2#2 draining"],
    ["immediate", 0, null, "NODE2#2 draining"],
    ["immediate", 0, "NODE2", "NODE2#2 draining"],
    ["policy", 1, "NODE2", "NODE2#2 draining"],
  ])("GP22: resumed with failback %s, AutoFailbackType %i, drained to %s", (failback, type, target, owner) => {
    const cluster = up({ A: group({ AutoFailbackType: type }, home) });
    drain(cluster, target);
    cluster.release("NODE1");
    cluster.renew("NODE2");
    cluster.command({ type: "resume", node: "NODE1", failback });
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    expect([cluster.owner("A"), status(cluster)]).toEqual([owner, "NotInitiated"]);
  });

  test("GP22: a pause and a drain survive a restart", () => {
    const cluster = up({ A: group({}) });
    drain(cluster);
    cluster.restart();
    for (const node of ["NODE1", "NODE2"]) cluster.hello(node);
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    expect([cluster.owner("A"), status(cluster), cluster.view().nodes["NODE1"]?.state]).toEqual([
      "NODE1#1 draining",
      "InProgress",
      "Paused",
    ]);
  });
});
