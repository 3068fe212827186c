import { describe, expect, test } from "vitest";
import type { GroupDefinition } from "../../src/cluster/definition/definition.ts";
import { clusterOf, nodes, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const hourMs = 3_600_000;
/** 1970-01-02, midnight in UTC. */
const midnight = 24 * hourMs;
const both = ["NODE1", "NODE2"];

function definitionOf(properties: GroupDefinition["properties"] = {}, timeZone = "UTC", preferredOwners = both) {
  const names = preferredOwners.length > 2 ? preferredOwners : both;
  const group = virtualServer(100, { preferredOwners, properties: { AutoFailbackType: 1, ...properties } });
  return clusterOf({ Exchange: group }, { timeZone, nodes: nodes(...names) });
}

/** At this time of day the node of these is lost that owns the group, and another one has it. */
function lost(definition = definitionOf(), at = midnight): Cluster {
  const cluster = new Cluster(definition);
  cluster.now = at;
  cluster.up(...Object.keys(definition.nodes));
  lose(cluster, "NODE1");
  return cluster;
}

function lose(cluster: Cluster, node: string): void {
  cluster.close(node);
  const witness = cluster.runs.find(({ socket }) => socket !== null)?.node ?? "nobody";
  cluster.witness(witness);
  connected(cluster);
}

function connected(cluster: Cluster): void {
  for (const { socket, incarnation } of cluster.runs) if (socket !== null) cluster.renew(incarnation);
}

/** The node is back as a new run, and everybody has renewed since. */
function back(cluster: Cluster, node: string): void {
  cluster.hello(node, { incarnation: `${node}-run-${cluster.runs.length + 1}` });
  connected(cluster);
  connected(cluster);
}

const owed = (cluster: Cluster): boolean => cluster.groupView("Exchange").failbackDue;

describe("Failback", () => {
  test("GP17: a group goes back at once when the node returns that was not there for it", () => {
    const cluster = lost();
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(owed(cluster)).toBe(true);
    back(cluster, "NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
    cluster.release("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#3");
    expect(owed(cluster)).toBe(false);
  });

  test("GP17: AutoFailbackType 0 keeps it where it is, though it is still owed; set to 1, it goes", () => {
    const cluster = lost(definitionOf({ AutoFailbackType: 0 }));
    back(cluster, "NODE1");
    cluster.pass(10 * ttlMs, ...both);
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    cluster.define(definitionOf());
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  test("GP17: it waits until the group has settled", () => {
    const cluster = lost();
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.renew("NODE1");
    const pending = cluster.report("NODE2", { Name: { state: "OnlinePending" } });
    cluster.renew("NODE2", { report: pending });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    cluster.renew("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  test.each([
    ["a node that was moved away from by name", "NODE2"],
    ["a node that was moved away from to the next best", null],
  ])("GP17: nothing is owed to %s", (_title, target) => {
    const cluster = new Cluster(definitionOf());
    cluster.up(...both);
    cluster.command({ type: "move", group: "Exchange", target, at: null });
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(owed(cluster)).toBe(false);
    cluster.pass(10 * ttlMs, ...both);
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("GP17: a group that failed on a node is not brought back there, though another node is awaited", () => {
    const definition = definitionOf({}, "UTC", ["NODE1", "NODE2", "NODE3"]);
    const cluster = lost(definition);
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    fail(cluster, "NODE2");
    cluster.release("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE3#3");
    cluster.pass(4 * ttlMs, "NODE2", "NODE3");
    expect(cluster.owner("Exchange")).toBe("NODE3#3");
    back(cluster, "NODE1");
    expect(cluster.hold("Exchange").phase).toMatchObject({ because: "failback", target: "NODE1" });
  });

  test("GP17: it goes back step by step, to the best of those that are there", () => {
    const definition = definitionOf({}, "UTC", ["NODE1", "NODE2", "NODE3"]);
    const cluster = new Cluster(definition);
    cluster.now = midnight;
    cluster.up("NODE1", "NODE2", "NODE3");
    cluster.close("NODE2");
    lose(cluster, "NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE3#2");
    back(cluster, "NODE2");
    cluster.release("NODE3");
    expect(cluster.owner("Exchange")).toBe("NODE2#3");
    connected(cluster);
    back(cluster, "NODE1");
    cluster.release("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#4");
    expect(owed(cluster)).toBe(false);
  });

  test("GP17: a way home whose target dies is called off, and owed again", () => {
    const cluster = lost();
    back(cluster, "NODE1");
    cluster.close("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(owed(cluster)).toBe(true);
    back(cluster, "NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  type Window = [title: string, start: number, end: number, lostAt: number, opensAt: number];
  test.each<Window>([
    ["within the day", 2, 4, 1, 2],
    ["over midnight, before it", 22, 3, 20, 22],
    ["over midnight, from the day before", 22, 3, 4, 22],
    ["that is over for today", 2, 4, 12, 26],
  ])("GP17: a window %s is waited for", (_title, start, end, lostAt, opensAt) => {
    const window = { FailbackWindowStart: start, FailbackWindowEnd: end };
    const cluster = lost(definitionOf(window), midnight + lostAt * hourMs);
    back(cluster, "NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(cluster.alarmAt).toBe(midnight + opensAt * hourMs);
    cluster.alarm();
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
    expect(cluster.alarmAt === null || Number(cluster.alarmAt) > cluster.now).toBe(true);
  });

  test.each([
    ["in the middle", 2, 4, 3],
    ["over midnight, after it", 22, 3, 1],
    ["of equal hours, which is the whole day", 5, 5, 17],
  ])("GP17: a window that is open is not waited for: %s", (_title, start, end, hour) => {
    const window = { FailbackWindowStart: start, FailbackWindowEnd: end };
    const cluster = lost(definitionOf(window), midnight + hour * hourMs);
    back(cluster, "NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  test("GP17: hours are those of the definition's time zone", () => {
    const window = { FailbackWindowStart: 2, FailbackWindowEnd: 4 };
    const cluster = lost(definitionOf(window, "Asia/Kolkata"), midnight);
    back(cluster, "NODE1");
    // 05:30 there; 02:00 there is 20:30 in UTC.
    expect(cluster.alarmAt).toBe(midnight + 20.5 * hourMs);
  });

  test("GP17: an alarm that is early or late, or comes twice, changes nothing of it", () => {
    const cluster = lost(definitionOf({ FailbackWindowStart: 2, FailbackWindowEnd: 4 }));
    back(cluster, "NODE1");
    const opensAt = cluster.alarmAt;
    for (const times of [1, 2]) {
      cluster.advance(times);
      cluster.event({ type: "alarm" });
      expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE2#2", opensAt]);
    }
    cluster.now = midnight + 4 * hourMs;
    cluster.event({ type: "alarm" });
    // Too late: the window is over, and the next one is tomorrow's.
    expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE2#2", midnight + 26 * hourMs]);
  });

  test("GP17: without a way home at its hour nobody is woken again and again; the next window is not missed", () => {
    const cluster = lost(definitionOf({ FailbackWindowStart: 2, FailbackWindowEnd: 4 }));
    back(cluster, "NODE1");
    cluster.command({ type: "pause", node: "NODE1", drain: false, target: null });
    cluster.alarm();
    expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE2#2", null]);
    cluster.now = midnight + 6 * hourMs;
    cluster.command({ type: "resume", node: "NODE1", failback: "policy" });
    expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE2#2", midnight + 26 * hourMs]);
  });

  test("GP17: a window that is changed counts from then on, also when it was waited for", () => {
    const cluster = lost(definitionOf({ FailbackWindowStart: 2, FailbackWindowEnd: 4 }));
    back(cluster, "NODE1");
    cluster.define(definitionOf({ FailbackWindowStart: 1, FailbackWindowEnd: 4 }));
    expect(cluster.alarmAt).toBe(midnight + hourMs);
    cluster.define(definitionOf({ FailbackWindowStart: 1, FailbackWindowEnd: 4 }, "Europe/Berlin"));
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  test("GP17: a window that was reckoned by a clock that has gone back since is reckoned anew", () => {
    const tenDays = 10 * 24 * hourMs;
    const cluster = lost(definitionOf({ FailbackWindowStart: 2, FailbackWindowEnd: 4 }), midnight + tenDays);
    back(cluster, "NODE1");
    expect(cluster.alarmAt).toBe(midnight + tenDays + 2 * hourMs);
    cluster.stepMs -= tenDays;
    cluster.renew("NODE2");
    expect(cluster.alarmAt).toBe(midnight + 2 * hourMs);
    cluster.alarm();
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  test("GP17: what is owed survives a restart of the object", () => {
    const cluster = lost(definitionOf({ FailbackWindowStart: 2, FailbackWindowEnd: 4 }));
    back(cluster, "NODE1");
    cluster.restart();
    for (const node of both) cluster.hello(node);
    connected(cluster);
    cluster.countStart(...both);
    connected(cluster);
    expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE2#2", midnight + 2 * hourMs]);
    cluster.alarm();
    expect(cluster.owner("Exchange")).toBe("NODE2#2 draining");
  });

  test("GP17: waiting costs nothing: a renewal of the owner writes its one row", () => {
    const cluster = lost(definitionOf({ FailbackWindowStart: 2, FailbackWindowEnd: 4 }));
    back(cluster, "NODE1");
    cluster.renew("NODE2");
    expect(cluster.written).toEqual(["leases NODE2-run-1"]);
    cluster.renew("NODE1");
    expect(cluster.written).toEqual([]);
  });
});

/** Its resource fails there once too often. */
function fail(cluster: Cluster, node: string): void {
  for (let times = 0; cluster.hold("Exchange").phase.kind === "owned" && times < 9; times += 1) {
    cluster.renew(node, { report: cluster.report(node, { Name: { state: "Failed" } }) });
  }
}
