import { describe, expect, test } from "vitest";
import { mayComeOnline, mayGoOffline } from "../../src/cluster/definition/dependencies.ts";
import type { ReportedResource, ResourceState } from "../../src/cluster/messages.ts";
import { groupStateOf } from "../../src/cluster/policies/resources.ts";
import { clusterOf, disk, nodes, plainGroup, renewMs, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster, type Command } from "./driver.ts";

const exchange = clusterOf({ Exchange: virtualServer(100) });

function up(definition = exchange): Cluster {
  const cluster = new Cluster(definition);
  cluster.up(...Object.keys(definition.nodes));
  return cluster;
}

/** A group `A` of one resource, `Disk`, that fails as its properties say. */
function fragile(
  properties: Record<string, number>,
  group: Record<string, number> = {},
  names = ["NODE1", "NODE2"],
): Cluster {
  return up(
    clusterOf({ A: plainGroup({ Disk: disk(properties) }, { properties: group }) }, { nodes: nodes(...names) }),
  );
}

/** The owner of `A` says that its resource failed on the try that it was told to make. */
function fail(cluster: Cluster): void {
  const { node } = cluster.hold("A");
  cluster.renew(node, { report: cluster.report(node, { Disk: { state: "Failed" } }) });
}

const attempt = (cluster: Cluster): number | undefined =>
  cluster.state.durable.groups.get("A")?.troubles.resources["Disk"]?.attempt;
const givenUp = (cluster: Cluster): boolean => cluster.state.durable.groups.get("A")?.troubles.givenUp !== null;

describe("Groups", () => {
  const chain = { IP: { dependsOn: [] }, Name: { dependsOn: ["IP"] }, Mta: { dependsOn: ["Name", "constructor"] } };
  const states = (entries: Record<string, ResourceState>) => (name: string) => entries[name] ?? "Offline";

  test.each<[string, Record<string, ResourceState>, boolean]>([
    ["IP", {}, true],
    ["Name", {}, false],
    ["Name", { IP: "OnlinePending" }, false],
    ["Name", { IP: "Online" }, true],
    ["Mta", { IP: "Online", Name: "Failed" }, false],
    ["Mta", { Name: "Online" }, true],
  ])("GP1: %s with %j below it may come online: %s", (name, below, may) => {
    expect(mayComeOnline(chain, name, states(below))).toBe(may);
  });

  test.each<[string, Record<string, ResourceState>, boolean]>([
    ["Mta", { Mta: "Online" }, true],
    ["Name", { Mta: "Online" }, false],
    ["Name", { Mta: "OfflinePending" }, false],
    ["Name", { Mta: "Failed" }, true],
    ["IP", { Name: "Offline", Mta: "Online" }, true],
  ])("GP1: %s with %j above it may go offline: %s", (name, above, may) => {
    expect(mayGoOffline(chain, name, states(above))).toBe(may);
  });

  const three = (preferredOwners: readonly string[], group = virtualServer(100, { preferredOwners })) =>
    clusterOf({ Exchange: group }, { nodes: nodes("NODE1", "NODE2", "NODE3") });

  test.each<[string, readonly string[], string | null, string]>([
    ["without a preference the definition's order", [], null, "NODE2"],
    ["preferred owners first", ["NODE1", "NODE3"], null, "NODE3"],
    ["the target before all", ["NODE1", "NODE3"], "NODE2", "NODE2"],
  ])("GP2: a moved group goes to %s", (_title, preferred, target, next) => {
    const cluster = up(three(preferred));
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.command({ type: "move", group: "Exchange", target, at: null });
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe(`${next}#2`);
  });

  test("GP2: after a failover the order begins behind the node that is left, so all are tried", () => {
    const cluster = fragile({ RestartThreshold: 0 }, { FailoverThreshold: 9 }, ["NODE1", "NODE2", "NODE3"]);
    const owners = [cluster.hold("A").node];
    for (let times = 0; times < 3; times += 1) {
      fail(cluster);
      cluster.release(cluster.hold("A").node);
      owners.push(cluster.hold("A").node);
    }
    expect(owners).toEqual(["NODE1", "NODE2", "NODE3", "NODE1"]);
  });

  test("GP4: after a start a group is not given up because nobody else is known yet; it fails over when that is over", () => {
    const cluster = fragile({ RestartThreshold: 0 });
    cluster.restart();
    cluster.hello("NODE1");
    fail(cluster);
    expect([givenUp(cluster), cluster.count("resource.failed")]).toEqual([false, 0]);
    cluster.hello("NODE2");
    const failed = () => cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
    for (let passed = 0; passed < 2 * ttlMs; passed += renewMs) {
      cluster.advance(renewMs);
      cluster.renew("NODE2");
      failed();
    }
    expect([cluster.owner("A"), cluster.count("resource.failed")]).toEqual(["NODE1#1 draining", 1]);
  });

  test("GP2: a group goes only to a possible owner of all its resources", () => {
    const only = plainGroup({
      Disk: disk({}, { possibleOwners: ["NODE2", "NODE3"] }),
      Other: disk({}, { possibleOwners: ["NODE3"] }),
    });
    expect(up(three([], only)).owner("Exchange")).toBe("NODE3#1");
  });

  test("GP2: names that every object inherits are names as any other", () => {
    const group = plainGroup({
      toString: disk({ RestartThreshold: 1 }),
      valueOf: disk({}, { dependsOn: ["toString"] }),
    });
    const cluster = up(
      clusterOf({ constructor: group, hasOwnProperty: virtualServer(100) }, { nodes: nodes("isPrototypeOf", "NODE2") }),
    );
    expect(cluster.owner("constructor")).toBe("isPrototypeOf#1");
    expect(cluster.ask({ type: "move", group: "toString", target: null, at: null })).toBe("group-not-found");
    expect(cluster.ask({ type: "move", group: "constructor", target: "valueOf", at: null })).toBe("node-not-found");
    expect(cluster.verdict("toString", "NODE2")).toEqual({ decision: "DENY", reason: "no-such-group" });
    const failed: Partial<ReportedResource> = { state: "Failed" };
    cluster.renew("isPrototypeOf", { report: cluster.report("isPrototypeOf", { toString: failed }) });
    expect(cluster.groupView("constructor").state).toBe("Failed");
    cluster.restart();
    cluster.hello("isPrototypeOf");
    expect(cluster.renew("isPrototypeOf").outcome).toMatchObject({
      holds: [{ group: "constructor" }, { group: "hasOwnProperty" }],
    });
  });

  test("GP3: a try that the control plane does not remember, because its state was rolled back, has failed all the same", () => {
    const cluster = fragile({ RestartThreshold: 5 });
    const backup = cluster.rows.copy();
    fail(cluster);
    fail(cluster);
    expect(attempt(cluster)).toBe(3);
    cluster.restart(backup);
    cluster.hello("NODE1");
    expect(attempt(cluster)).toBeUndefined();
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed", attempt: 3 } }) });
    expect([attempt(cluster), cluster.owner("A")]).toEqual([4, "NODE1#1"]);
  });

  test("GP3: a failed resource is tried again on its node while its threshold lasts, and then the group fails over", () => {
    const cluster = fragile({ RestartThreshold: 2 });
    fail(cluster);
    fail(cluster);
    expect([attempt(cluster), cluster.owner("A")]).toEqual([3, "NODE1#1"]);
    fail(cluster);
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    expect(cluster.count("resource.failed")).toBe(3);
    expect(cluster.entry("resource.failed")).toMatchObject({ mscsId: 1069, resource: "Disk", epoch: 1 });
  });

  test("GP3: failures outside of RestartPeriod count no more", () => {
    const cluster = fragile({ RestartThreshold: 1, RestartPeriod: 60_000 });
    for (let times = 0; times < 5; times += 1) {
      fail(cluster);
      cluster.advance(60_000);
    }
    expect([attempt(cluster), cluster.owner("A")]).toEqual([6, "NODE1#1"]);
  });

  test("GP3: each failure is judged once, however often it is reported, and an earlier try's is not judged", () => {
    const cluster = fragile({ RestartThreshold: 5 });
    const report = cluster.report("NODE1", { Disk: { state: "Failed" } });
    for (let times = 0; times < 4; times += 1) cluster.renew("NODE1", { report });
    expect([attempt(cluster), cluster.count("resource.failed")]).toEqual([2, 1]);
  });

  test("GP3: what was judged is written, so a start does not judge it again", () => {
    const cluster = fragile({ RestartThreshold: 5 });
    const report = cluster.report("NODE1", { Disk: { state: "Failed" } });
    cluster.renew("NODE1", { report });
    cluster.restart();
    cluster.hello("NODE1");
    cluster.renew("NODE1", { report });
    expect(cluster.count("resource.failed")).toBe(1);
  });

  test("GP3: the failure of a try that a rolled-back state has forgotten is judged, and a higher one is made", () => {
    const cluster = fragile({ RestartThreshold: 5 });
    const backup = cluster.rows.copy();
    fail(cluster);
    fail(cluster);
    const report = cluster.report("NODE1", { Disk: { state: "Failed" } });
    cluster.restart(backup);
    cluster.hello("NODE1");
    expect(attempt(cluster)).toBeUndefined();
    for (let times = 0; times < 2; times += 1) cluster.renew("NODE1", { report });
    expect([attempt(cluster), cluster.owner("A")]).toEqual([4, "NODE1#1"]);
  });

  test.each([
    [0, "gives it up at once", 0, "NODE1#1", true],
    [1, "tries again, then stays", 1, "NODE1#1", true],
    [2, "tries again, then fails over", 1, "NODE1#1 draining", false],
  ])("GP3: RestartAction %d %s", (action, _title, restarts, owner, stays) => {
    const cluster = fragile({ RestartAction: action, RestartThreshold: 1 });
    for (let times = 0; times <= restarts; times += 1) fail(cluster);
    expect([attempt(cluster), cluster.owner("A"), givenUp(cluster)]).toEqual([restarts + 1, owner, stays]);
  });

  test("GP4: by default a group fails over as often as there are other nodes, then it is given up", () => {
    const cluster = fragile({ RestartThreshold: 0, RestartPeriod: 60_000, RetryPeriodOnFailure: 60_000 }, {}, [
      "NODE1",
      "NODE2",
      "NODE3",
    ]);
    for (const node of ["NODE1", "NODE2"]) {
      fail(cluster);
      cluster.release(node);
    }
    fail(cluster);
    expect([cluster.owner("A"), givenUp(cluster)]).toEqual(["NODE3#3", true]);
    expect(cluster.entry("group.given-up")).toMatchObject({ mscsId: 1254, epoch: 3 });
    expect(cluster.alarmAt).toBe(cluster.now + 60_000);
    cluster.alarm();
    expect([givenUp(cluster), cluster.assigned("NODE3").groups[0]?.resources["Disk"]?.attempt]).toEqual([false, 2]);
  });

  test("GP4: FailoverThreshold and FailoverPeriod bound the failovers", () => {
    const cluster = fragile({ RestartThreshold: 0 }, { FailoverThreshold: 1, FailoverPeriod: 1 });
    fail(cluster);
    cluster.release("NODE1");
    cluster.advance(3_600_000);
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    fail(cluster);
    expect(cluster.owner("A"), "the first failover was an hour ago").toBe("NODE2#2 draining");
    cluster.release("NODE2");
    fail(cluster);
    expect([cluster.owner("A"), givenUp(cluster)]).toEqual(["NODE1#3", true]);
  });

  test("GP4: a FailoverPeriod of 0 has no end, for within no time nothing would count", () => {
    const cluster = fragile({ RestartThreshold: 0 }, { FailoverThreshold: 1, FailoverPeriod: 0 });
    fail(cluster);
    cluster.release("NODE1");
    cluster.advance(30 * 3_600_000);
    for (const node of ["NODE1", "NODE2"]) cluster.renew(node);
    fail(cluster);
    expect([cluster.owner("A"), givenUp(cluster)]).toEqual(["NODE2#2", true]);
  });

  test("GP4: a group that nobody else can take is given up where it is", () => {
    const cluster = fragile({ RestartThreshold: 0 });
    cluster.close("NODE2");
    fail(cluster);
    expect([cluster.owner("A"), givenUp(cluster)]).toEqual(["NODE1#1", true]);
  });

  test("GP4: RetryPeriodOnFailure of the largest DWORD means never; an operator's online tries again", () => {
    const cluster = fragile({ RestartAction: 0, RetryPeriodOnFailure: 0xffff_ffff });
    fail(cluster);
    expect([givenUp(cluster), cluster.alarmAt]).toEqual([true, null]);
    expect(cluster.entry("group.given-up").sentence).toContain("not tried again before somebody asks");
    cluster.command({ type: "want", group: "A", wanted: "Online" });
    expect([givenUp(cluster), attempt(cluster)]).toEqual([false, 2]);
  });

  test("GP4: when it is tried again, the journal says so, once", () => {
    const cluster = fragile({ RestartAction: 0, RestartPeriod: 60_000, RetryPeriodOnFailure: 60_000 });
    fail(cluster);
    expect(cluster.entry("group.given-up").sentence).toContain("It is tried again after 60 s.");
    cluster.alarm();
    cluster.event({ type: "alarm" });
    expect([givenUp(cluster), cluster.count("group.starting")]).toEqual([false, 1]);
  });

  test("GP5: loss of a node counts to no threshold, however often", () => {
    const cluster = fragile({ RestartThreshold: 0 }, { FailoverThreshold: 1 });
    for (const node of ["NODE2", "NODE1", "NODE2", "NODE1"]) {
      cluster.renew(node);
      cluster.witness(node);
      expect(cluster.hold("A").node).toBe(node);
    }
    expect(cluster.state.durable.groups.get("A")?.troubles.failovers).toEqual([]);
  });

  /** Twice 2 s along the chain, and ten seconds of slack for the way. */
  const slow = {
    Lower: disk({ PendingTimeout: 2_000 }),
    Upper: disk({ PendingTimeout: 2_000 }, { dependsOn: ["Lower"] }),
  };

  function pending(): Cluster {
    const cluster = up(clusterOf({ A: plainGroup(slow) }));
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Upper: { state: "OnlinePending" } }) });
    return cluster;
  }

  test("GP6: a group that stays pending for longer than its PendingTimeouts is failed over", () => {
    const cluster = pending();
    expect(cluster.alarmAt).toBe(cluster.now + 14_000);
    cluster.alarm();
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    expect(cluster.hold("A").phase).toMatchObject({ because: "failover" });
  });

  test("GP6: a group that settles in time has no deadline any more", () => {
    const cluster = pending();
    cluster.advance(13_000);
    cluster.renew("NODE1");
    expect(cluster.alarmAt).toBeNull();
    cluster.advance(10_000);
    cluster.event({ type: "alarm" });
    expect(cluster.owner("A")).toBe("NODE1#1");
  });

  test("GP6: an alarm that comes early judges nothing, and is set again", () => {
    const cluster = pending();
    const at = cluster.alarmAt;
    cluster.alarmAt = undefined;
    cluster.event({ type: "alarm" });
    expect([cluster.owner("A"), cluster.alarmAt]).toEqual(["NODE1#1", at]);
  });

  test("GP6: an ownership that ends takes its deadline with it", () => {
    const cluster = pending();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(cluster.alarmAt).toBeNull();
  });

  test.each<[string, Command, string]>([
    ["no such group", { type: "move", group: "Nothing", target: null, at: null }, "group-not-found"],
    ["no such node", { type: "move", group: "Exchange", target: "NODE9", at: null }, "node-not-found"],
    ["not a possible owner", { type: "move", group: "Only1", target: "NODE2", at: null }, "node-not-possible-owner"],
    ["owner already", { type: "move", group: "Exchange", target: "NODE1", at: null }, "already-owner"],
    ["a target that is paused", { type: "move", group: "Exchange", target: "NODE2", at: null }, "node-not-up"],
    ["nobody to take it", { type: "move", group: "Exchange", target: null, at: null }, "no-other-owner"],
    ["want, no such group", { type: "want", group: "Nothing", wanted: "Online" }, "group-not-found"],
    ["pause, no such node", { type: "pause", node: "NODE9", drain: true, target: null }, "node-not-found"],
    ["resume, no such node", { type: "resume", node: "toString", failback: "policy" }, "node-not-found"],
    ["confirm-down, no such node", { type: "confirm-down", node: "NODE9" }, "node-not-found"],
  ])("GP7: refused with a code, and nothing changes: %s", (_title, command, code) => {
    const only1 = plainGroup({ Disk: disk({}, { possibleOwners: ["NODE1"] }) });
    const cluster = up(clusterOf({ Exchange: virtualServer(100), Only1: only1 }));
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    expect(cluster.ask(command)).toBe(code);
  });

  test("GP7: a name that differs from one that there is in nothing but case is refused with that one", () => {
    const cluster = up();
    const details = [
      { type: "move", group: "EXCHANGE", target: null, at: null },
      { type: "fail-resource", group: "exchange", resource: "IP" },
      { type: "pause", node: "node2", drain: false, target: null },
    ].map((command) => {
      const outcome = cluster.command(command as Command);
      return outcome.kind === "refused" ? outcome.refusal.detail : "done";
    });
    expect(details).toEqual([
      "there is no group EXCHANGE; there is Exchange, and a name is written as it was given",
      "there is no group exchange; there is Exchange, and a name is written as it was given",
      "there is no node node2; there is NODE2, and a name is written as it was given",
    ]);
  });

  test("GP7: a group in transition and one that nobody owns cannot be moved", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE2", at: null })).toBe("group-in-transition");
    const fresh = new Cluster(exchange);
    expect(fresh.ask({ type: "move", group: "Exchange", target: null, at: null })).toBe("group-not-owned");
    expect(new Cluster().ask({ type: "pause", node: "NODE1", drain: false, target: null })).toBe("cluster-not-defined");
  });

  test("GP8: a group that is wanted offline keeps its owner and its epoch, and is not pending for it", () => {
    const cluster = up();
    cluster.command({ type: "want", group: "Exchange", wanted: "Offline" });
    expect(cluster.assigned("NODE1").groups).toMatchObject([
      { wanted: "Online", resources: { IP: { wanted: "Offline" } } },
    ]);
    expect(cluster.renew("NODE1").outcome).toMatchObject({ holds: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.groupView("Exchange")).toMatchObject({ state: "Offline", owner: "NODE1", wanted: "Offline" });
    cluster.command({ type: "want", group: "Exchange", wanted: "Online" });
    cluster.renew("NODE1");
    expect([cluster.owner("Exchange"), cluster.groupView("Exchange").state]).toEqual(["NODE1#1", "Online"]);
  });

  test("GP9: a paused node keeps what it has and gets nothing more, and may again when it is resumed", () => {
    const cluster = up();
    cluster.command({ type: "pause", node: "NODE1", drain: false, target: null });
    cluster.define(
      clusterOf({ Exchange: virtualServer(100), Other: virtualServer(101, { preferredOwners: ["NODE1"] }) }),
    );
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["NODE1#1", "NODE2#1"]);
    cluster.command({ type: "resume", node: "NODE1", failback: "policy" });
    expect(cluster.ask({ type: "move", group: "Other", target: "NODE1", at: null })).toBe("done");
  });

  test("GP9: with drain the groups move away that can", () => {
    const only1 = plainGroup({ Disk: disk({}, { possibleOwners: ["NODE1"] }) });
    const cluster = up(clusterOf({ Exchange: virtualServer(100), Only1: only1 }));
    cluster.command({ type: "pause", node: "NODE1", drain: true, target: null });
    expect([cluster.owner("Exchange"), cluster.owner("Only1")]).toEqual(["NODE1#1 draining", "NODE1#1"]);
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("GP9: a pause is written, so a start does not end it", () => {
    const cluster = up();
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    cluster.restart();
    cluster.up("NODE1", "NODE2");
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE2", at: null })).toBe("node-not-up");
  });

  test.each<[string, readonly ResourceState[]]>([
    ["Online", ["Online", "Online"]],
    ["Offline", ["Offline", "Offline"]],
    ["PartialOnline", ["Online", "Offline"]],
    ["Pending", ["Online", "OnlinePending"]],
    ["Pending", ["OfflinePending", "Offline"]],
    ["Failed", ["Failed", "OnlinePending"]],
    ["Failed", ["Online", "Failed"]],
  ])("GP10: a group is %s when its resources are %j", (state, [first, second]) => {
    const resource = (one: ResourceState | undefined) => ({ state: one ?? "Offline", attempt: 1 });
    const group = plainGroup({ A: disk(), B: disk() });
    expect(groupStateOf(group, { A: resource(first), B: resource(second) })).toBe(state);
  });

  test("GP10: a resource that nobody has reported is offline", () => {
    expect(groupStateOf(plainGroup({ constructor: disk() }), {})).toBe("Offline");
  });

  test("GP11: a stopping node gets no group, and what it releases goes to another", () => {
    const cluster = up();
    cluster.renew("NODE1", { leaving: true });
    cluster.define(
      clusterOf({ Exchange: virtualServer(100), Other: virtualServer(101, { preferredOwners: ["NODE1"] }) }),
    );
    expect(cluster.owner("Other")).toBe("NODE2#1");
    cluster.renew("NODE1", { leaving: true, released: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    cluster.pass(ttlMs, "NODE2");
    cluster.advance(renewMs);
    expect(cluster.ask({ type: "move", group: "Other", target: "NODE1", at: null })).toBe("node-not-up");
  });
});
