import { describe, expect, test } from "vitest";
import type { GroupDefinition } from "../../src/cluster/definition/definition.ts";
import type { Wanted } from "../../src/cluster/messages.ts";
import { clusterOf, disk, plainGroup } from "./definitions.ts";
import { Cluster } from "./driver.ts";

/** Top stands on Middle, Middle on Bottom; constructor on nothing. */
const resources = {
  Bottom: disk(),
  Middle: disk({}, { dependsOn: ["Bottom"] }),
  Top: disk({}, { dependsOn: ["Middle"] }),
  constructor: disk(),
};

function up(group: GroupDefinition = plainGroup(resources)): Cluster {
  const cluster = new Cluster(clusterOf({ A: group }));
  cluster.up("NODE1", "NODE2");
  return cluster;
}

function wanted(cluster: Cluster): Record<string, Wanted> {
  const group = cluster.groupView("A");
  return Object.fromEntries(Object.entries(group.resources).map(([name, one]) => [name, one.wanted]));
}

const online = (cluster: Cluster): string[] =>
  Object.entries(wanted(cluster)).flatMap(([name, state]) => (state === "Online" ? [name] : []));
const ask = (cluster: Cluster, resource: string, state: Wanted) =>
  cluster.command({ type: "want-resource", group: "A", resource, wanted: state });
const all = Object.keys(resources);

describe("Resources by themselves", () => {
  test("GP12: offline takes what stands on it, and leaves the rest", () => {
    const cluster = up();
    expect(ask(cluster, "Middle", "Offline")).toEqual({ kind: "done", changed: ["groups.A.Middle", "groups.A.Top"] });
    expect(online(cluster)).toEqual(["Bottom", "constructor"]);
    expect(cluster.entry("resource.wanted")).toMatchObject({
      sentence: "Resource Middle of group A shall be offline, and Top above it.",
      actor: "operator",
    });
    expect(cluster.owner("A")).toBe("NODE1#1");
  });

  test("GP12: online brings what it stands on, and nothing above it", () => {
    const cluster = up();
    ask(cluster, "Bottom", "Offline");
    expect(online(cluster)).toEqual(["constructor"]);
    expect(ask(cluster, "Middle", "Online")).toMatchObject({ changed: ["groups.A.Middle", "groups.A.Bottom"] });
    expect(online(cluster)).toEqual(["Bottom", "Middle", "constructor"]);
  });

  test("GP12: of a group that is offline, one resource comes online with what it stands on", () => {
    const cluster = up();
    cluster.command({ type: "want", group: "A", wanted: "Offline" });
    ask(cluster, "Middle", "Online");
    expect(online(cluster)).toEqual(["Bottom", "Middle"]);
    expect(cluster.groupView("A").wanted).toBe("Offline");
  });

  test.each<Wanted>(["Online", "Offline"])("GP12: a command for the group counts for all of it: %s", (state) => {
    const cluster = up();
    ask(cluster, "Middle", "Offline");
    cluster.command({ type: "want", group: "A", wanted: state });
    expect(online(cluster)).toEqual(state === "Online" ? all : []);
    expect(cluster.command({ type: "want", group: "A", wanted: state })).toEqual({ kind: "done", changed: [] });
  });

  test("GP12: what is so already changes nothing", () => {
    const cluster = up();
    expect(ask(cluster, "Top", "Online")).toEqual({ kind: "done", changed: [] });
    expect(cluster.effects).toEqual([]);
  });

  test("GP12: an exception survives a failover and a restart of the object", () => {
    const cluster = up();
    ask(cluster, "Top", "Offline");
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect([cluster.owner("A"), online(cluster)]).toEqual(["NODE2#2", ["Bottom", "Middle", "constructor"]]);
    cluster.restart();
    cluster.hello("NODE2");
    expect(online(cluster)).toEqual(["Bottom", "Middle", "constructor"]);
    expect(cluster.assigned("NODE2").groups[0]?.resources["Top"]?.wanted).toBe("Offline");
  });

  test("GP6: a group of which a resource is offline by an operator's word is settled, and not stuck", () => {
    const cluster = up();
    ask(cluster, "Top", "Offline");
    const going = { Top: { state: "OfflinePending" } } as const;
    cluster.renew("NODE1", { report: cluster.report("NODE1", going) });
    expect(cluster.alarmAt).not.toBeNull();
    cluster.renew("NODE1");
    expect([cluster.groupView("A").state, cluster.alarmAt]).toEqual(["PartialOnline", null]);
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Middle: { state: "Offline" } }) });
    expect(cluster.alarmAt).not.toBeNull();
  });

  test("GP12: with its resource goes the exception, and a new one of its name begins without", () => {
    const cluster = up();
    ask(cluster, "constructor", "Offline");
    expect(online(cluster)).not.toContain("constructor");
    const { constructor: _gone, ...rest } = resources;
    cluster.define(clusterOf({ A: plainGroup(rest) }));
    cluster.define(clusterOf({ A: plainGroup(resources) }));
    expect(online(cluster)).toEqual(all);
  });

  test("GP12: what is not there is refused", () => {
    const cluster = up();
    for (const resource of ["toString", "__proto__", "", "top"]) {
      expect(cluster.ask({ type: "want-resource", group: "A", resource, wanted: "Online" })).toBe("resource-not-found");
    }
    expect(cluster.ask({ type: "want-resource", group: "valueOf", resource: "Top", wanted: "Online" })).toBe(
      "group-not-found",
    );
  });

  test.each([
    ["the group", { type: "want", group: "A", wanted: "Online" }],
    ["the resource", { type: "want-resource", group: "A", resource: "Disk", wanted: "Online" }],
  ] as const)("GP12: online for %s also tries again what was given up, and says so", (_title, command) => {
    const cluster = up(plainGroup({ Disk: disk({ RestartAction: 0 }) }));
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
    expect(cluster.groupView("A").givenUpUntil).not.toBeNull();
    const outcome = cluster.command(command);
    expect(outcome.kind === "done" && outcome.changed.length).toBe(1);
    expect(cluster.groupView("A").givenUpUntil).toBeNull();
    expect(cluster.assigned("NODE1").groups[0]?.resources["Disk"]?.attempt).toBe(2);
    expect(cluster.journal.at(-1)?.actor).toBe("operator");
  });
});

describe("PersistentState", () => {
  const off = { PersistentState: 0 };

  test("GP13: a group and a resource begin as it says", () => {
    const group = plainGroup({ ...resources, Top: disk(off, { dependsOn: ["Middle"] }) });
    expect(online(up(group))).toEqual(["Bottom", "Middle", "constructor"]);
    expect(online(up(plainGroup(resources, { properties: off })))).toEqual([]);
  });

  test("GP13: from then on a group is what it was last told to be, over failovers, restarts and definitions", () => {
    const cluster = up(plainGroup(resources, { properties: off }));
    cluster.command({ type: "want", group: "A", wanted: "Online" });
    cluster.define(clusterOf({ A: plainGroup(resources, { properties: { ...off, FailoverPeriod: 1 } }) }));
    cluster.close("NODE1");
    cluster.witness("NODE2");
    cluster.restart();
    cluster.hello("NODE2");
    expect(online(cluster)).toEqual(all);
  });

  test("GP13: a resource that is added later begins as it says too", () => {
    const cluster = up();
    cluster.define(clusterOf({ A: plainGroup({ ...resources, New: disk(off), Other: disk() }) }));
    expect(online(cluster)).toEqual([...all, "Other"]);
  });
});

test("GP13: a resource that an operator took offline stays so in another group", () => {
  const cluster = new Cluster(clusterOf({ A: plainGroup({ X: disk(), Y: disk() }), B: plainGroup() }));
  cluster.up("NODE1", "NODE2");
  cluster.command({ type: "want-resource", group: "A", resource: "X", wanted: "Offline" });
  for (const resource of ["X", "Y"]) {
    cluster.command({ type: "edit", force: false, edit: { kind: "change-group", group: "A", resource, to: "B" } });
  }
  const { resources } = cluster.view().groups["B"] ?? {};
  expect([resources?.["X"]?.wanted, resources?.["Y"]?.wanted]).toEqual(["Offline", "Online"]);
});
