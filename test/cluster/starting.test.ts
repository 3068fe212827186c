import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../src/cluster/definition/validate.ts";
import { clusterOf, disk, plainGroup, ttlMs } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const both = ["NODE1", "NODE2"];

/** `Web` comes after `Database`, which is called so as to sort behind it, with a delay of its own. */
function definition(delayMs = 0) {
  return clusterOf({
    Web: plainGroup(undefined, { dependsOn: ["constructor"], properties: { GroupStartDelay: delayMs } }),
    constructor: plainGroup({ Store: disk() }),
  });
}

function placed(of = definition()): Cluster {
  const cluster = new Cluster(of);
  for (const node of both) cluster.hello(node);
  for (const node of both) cluster.renew(node);
  cluster.countStart(...both);
  return cluster;
}

const starts = (cluster: Cluster, group = "Web") => {
  const resources = Object.values(cluster.groupView(group).resources);
  return resources.every(({ wanted }) => wanted === "Online");
};
const waiting = (cluster: Cluster) => cluster.groupView("Web").waiting;
const report = (cluster: Cluster, states: Parameters<Cluster["report"]>[1]) =>
  cluster.renew("NODE1", { report: cluster.report("NODE1", states) });

describe("The order of starting", () => {
  test("GP15: a group waits on its owner until the groups are online that it depends on", () => {
    const cluster = placed();
    expect([cluster.owner("Web"), starts(cluster), waiting(cluster)]).toEqual([
      "NODE1#1",
      false,
      { for: ["constructor"], until: null },
    ]);
    report(cluster, { Store: { state: "OnlinePending" } });
    expect(starts(cluster)).toBe(false);
    cluster.renew("NODE1");
    expect([starts(cluster), waiting(cluster)]).toEqual([true, null]);
    expect(cluster.entry("group.starting")).toMatchObject({ group: "Web", node: "NODE1", epoch: 1 });
  });

  test("GP15: it is an order of starting only: what is online stays so, whatever becomes of the others", () => {
    const cluster = placed();
    cluster.renew("NODE1");
    cluster.renew("NODE1");
    cluster.command({ type: "want", group: "constructor", wanted: "Offline" });
    cluster.renew("NODE1");
    expect(starts(cluster)).toBe(true);
  });

  test("GP15: a new owner waits anew", () => {
    const cluster = placed();
    cluster.renew("NODE1");
    cluster.renew("NODE1");
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect([cluster.owner("Web"), starts(cluster)]).toEqual(["NODE2#2", false]);
    cluster.renew("NODE2");
    expect(starts(cluster)).toBe(true);
  });

  test("GP15: GroupStartDelay counts from getting an owner, and the alarm rings when it is over", () => {
    const cluster = placed(clusterOf({ Web: plainGroup(undefined, { properties: { GroupStartDelay: 30_000 } }) }));
    const until = cluster.now + 30_000;
    expect([waiting(cluster), cluster.alarmAt]).toEqual([{ for: [], until }, until]);
    cluster.event({ type: "alarm" });
    expect([starts(cluster), cluster.alarmAt]).toEqual([false, until]);
    cluster.alarm();
    expect([starts(cluster), cluster.alarmAt]).toEqual([true, null]);
  });

  test("GP15: both are waited for; a delay that is over rings no alarm again", () => {
    const cluster = placed(definition(5_000));
    report(cluster, { Store: { state: "Offline" } });
    cluster.alarm();
    expect([starts(cluster), cluster.alarmAt]).toEqual([false, null]);
    cluster.event({ type: "alarm" });
    expect([starts(cluster), cluster.alarmAt]).toEqual([false, null]);
    cluster.renew("NODE1");
    expect(starts(cluster)).toBe(true);
  });

  test("GP15: a delay that is changed counts for a group that waits, from the same beginning", () => {
    const cluster = placed(definition(1_800_000));
    cluster.renew("NODE1");
    const since = cluster.now;
    cluster.advance(10_000);
    cluster.define(definition(60_000));
    expect([starts(cluster), cluster.alarmAt]).toEqual([false, since + 60_000]);
    cluster.define(definition(5_000));
    expect(starts(cluster)).toBe(true);
  });

  test("GP15: a delay keeps its length when the clock goes back, and over a restart", () => {
    const cluster = placed(definition(60_000));
    cluster.advance(-3_600_000);
    cluster.renew("NODE2");
    expect(waiting(cluster)?.until).toBe(cluster.now + 60_000);
    const { now } = cluster;
    cluster.restart();
    cluster.advance(1_000);
    cluster.hello("NODE1");
    expect(waiting(cluster)?.until).toBe(now + 60_000);
  });

  test("GP15: a group that is deleted is waited for no longer; one whose dependency changed starts by what it says now", () => {
    const cluster = placed();
    cluster.define(clusterOf({ Web: plainGroup() }));
    expect(starts(cluster)).toBe(true);
  });

  test("GP15: what an operator asks for is kept while it waits", () => {
    const cluster = placed();
    cluster.command({ type: "want-resource", group: "Web", resource: "Disk", wanted: "Offline" });
    cluster.renew("NODE1");
    cluster.renew("NODE1");
    expect([waiting(cluster), starts(cluster)]).toEqual([null, false]);
    cluster.command({ type: "want", group: "Web", wanted: "Online" });
    expect(starts(cluster)).toBe(true);
  });

  test("GP15: waiting costs nothing: a renewal of the owner writes its one row", () => {
    const cluster = placed(definition(60_000));
    report(cluster, { Store: { state: "OnlinePending" } });
    report(cluster, { Store: { state: "OnlinePending" } });
    expect(cluster.written).toEqual(["leases NODE1-run-1"]);
    expect(ttlMs).toBeGreaterThan(0);
  });

  test("GP15: groups that wait for each other, for themselves or for nobody are refused", () => {
    const problems = (dependsOn: Record<string, string[]>) =>
      validateDefinition(
        clusterOf(
          Object.fromEntries(Object.entries(dependsOn).map(([name, on]) => [name, plainGroup({}, { dependsOn: on })])),
        ),
      ).map(({ path, code }) => `${path} ${code}`);
    expect(problems({ A: ["B"], B: ["A"] })).toEqual(["/groups/A/dependsOn dependency-cycle"]);
    expect(problems({ A: ["A"] })).toEqual(["/groups/A/dependsOn dependency-cycle"]);
    expect(problems({ A: ["toString"] })).toEqual(["/groups/A/dependsOn/0 no-such-group"]);
  });
});
