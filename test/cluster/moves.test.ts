import { describe, expect, test } from "vitest";
import { clusterOf, nodes, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const names = ["NODE1", "NODE2", "NODE3"];
const minuteMs = 60_000;

function up(count = 3): Cluster {
  const groups = { Exchange: virtualServer(100), constructor: plainGroup() };
  const cluster = new Cluster(clusterOf(groups, { nodes: nodes(...names.slice(0, count)) }));
  cluster.up(...names.slice(0, count));
  return cluster;
}

/** A move of `Exchange`, a minute from now. */
function schedule(cluster: Cluster, target: string | null = "NODE2"): number {
  const at = cluster.now + minuteMs;
  expect(cluster.ask({ type: "move", group: "Exchange", target, at })).toBe("done");
  return at;
}

const planned = (cluster: Cluster) => cluster.groupView("Exchange").scheduled;
/** An alarm that has done its work is not asked for again at a time that is over. */
function alarmLiesAhead(cluster: Cluster): boolean {
  return cluster.alarmAt == null || cluster.alarmAt > cluster.now;
}

describe("Scheduled moves", () => {
  test("GP20: a move at a time waits for it, is seen in the view, and is made then", () => {
    const cluster = up();
    const at = schedule(cluster);
    expect([cluster.alarmAt, planned(cluster)]).toEqual([at, { at, target: "NODE2" }]);
    expect(cluster.entry("group.move-scheduled")).toMatchObject({
      actor: "operator",
      details: { at, target: "NODE2" },
    });
    cluster.pass(minuteMs - 1, ...names);
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.alarm();
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    expect([planned(cluster), alarmLiesAhead(cluster)]).toEqual([null, true]);
    expect(cluster.entry("group.move-requested").actor).toBe("operator");
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("GP20: a time that is over is now", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: cluster.now });
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
  });

  test("GP20: an early alarm moves nothing, a second one neither", () => {
    const cluster = up();
    const at = schedule(cluster);
    cluster.event({ type: "alarm" });
    expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE1#1", at]);
    cluster.alarm();
    cluster.event({ type: "alarm" });
    expect(cluster.count("group.draining")).toBe(1);
    expect(cluster.count("group.move-failed")).toBe(0);
  });

  test("GP20: it survives a restart, and one that came due meanwhile is made as soon as epochs may begin", () => {
    const cluster = up();
    schedule(cluster);
    cluster.restart();
    cluster.advance(2 * minuteMs);
    cluster.event({ type: "alarm" });
    expect([cluster.count("group.move-failed"), alarmLiesAhead(cluster)]).toEqual([0, true]);
    for (const node of names) cluster.hello(node);
    for (const node of names) cluster.renew(node);
    cluster.event({ type: "alarm" });
    expect([cluster.owner("Exchange"), alarmLiesAhead(cluster)]).toEqual(["NODE1#1", true]);
    cluster.countStart(...names);
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
  });

  test("GP20: a clock that goes back puts it off, one that jumps brings it about", () => {
    const cluster = up();
    const at = schedule(cluster);
    cluster.advance(-minuteMs);
    for (const node of names) cluster.renew(node);
    expect([cluster.owner("Exchange"), cluster.alarmAt]).toEqual(["NODE1#1", at]);
    cluster.advance(10 * minuteMs);
    cluster.renew("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
  });

  type Obstacle = [title: string, prepare: (cluster: Cluster) => void, code: string];
  test.each<Obstacle>([
    ["its target is gone", (cluster) => cluster.close("NODE2"), "node-not-up"],
    [
      "its target was paused",
      (cluster) => cluster.command({ type: "pause", node: "NODE2", drain: false, target: null }),
      "node-not-up",
    ],
    [
      "its target was evicted",
      (cluster) => cluster.define(clusterOf({ Exchange: virtualServer(100) }, { nodes: nodes("NODE1") })),
      "node-not-found",
    ],
    [
      "the group is under way already",
      (cluster) => cluster.command({ type: "move", group: "Exchange", target: "NODE3", at: null }),
      "",
    ],
    [
      "it is there already",
      (cluster) => {
        cluster.close("NODE3");
        cluster.close("NODE1");
        cluster.witness("NODE2");
      },
      "already-owner",
    ],
    ["of maintenance", (cluster) => cluster.command({ type: "maintenance", on: true }), "in-maintenance"],
  ])("GP20: what cannot be carried out is told with event 1137, once: %s", (_title, prepare, code) => {
    const cluster = up();
    schedule(cluster);
    prepare(cluster);
    if (cluster.alarmAt !== null) cluster.alarm();
    cluster.event({ type: "alarm" });
    expect([planned(cluster), alarmLiesAhead(cluster)]).toEqual([null, true]);
    // A move that is made at once takes the place of the one that was planned.
    expect(cluster.count("group.move-failed")).toBe(code === "" ? 0 : 1);
    if (code === "") return;
    expect(cluster.entry("group.move-failed")).toMatchObject({ mscsId: 1137, severity: "warning", details: { code } });
  });

  test("GP20: a second one takes the place of the first", () => {
    const cluster = up();
    schedule(cluster, "NODE2");
    cluster.advance(1_000);
    const at = schedule(cluster, "NODE3");
    expect([cluster.alarmAt, planned(cluster)]).toEqual([at, { at, target: "NODE3" }]);
  });

  test("GP20: with its group goes what was planned, and a new one of its name begins without", () => {
    const cluster = up();
    schedule(cluster);
    cluster.define(clusterOf({}, { nodes: nodes(...names) }));
    expect(cluster.alarmAt).toBeNull();
    cluster.define(clusterOf({ Exchange: virtualServer(100) }, { nodes: nodes(...names) }));
    expect(planned(cluster)).toBeNull();
  });

  test("GP20: a failover meanwhile does not lose it", () => {
    const cluster = up();
    schedule(cluster, "NODE3");
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    cluster.renew("NODE3");
    cluster.alarm();
    expect(cluster.hold("Exchange").phase).toMatchObject({ because: "move", target: "NODE3" });
  });

  test("GP20: planning costs nothing: a renewal of the owner writes its one row", () => {
    const cluster = up(2);
    schedule(cluster);
    cluster.renew("NODE1");
    expect(cluster.written).toEqual(["leases NODE1-run-1"]);
  });

  test.each(["constructor", "toString", "__proto__"])("GP20: a group called %s is found if there is one", (name) => {
    const cluster = up();
    const at = cluster.now + minuteMs;
    expect(cluster.ask({ type: "move", group: name, target: null, at })).toBe(
      name === "constructor" ? "done" : "group-not-found",
    );
    expect(cluster.ask({ type: "move", group: "Exchange", target: name, at })).toBe("node-not-found");
  });
});

describe("Calling off", () => {
  test("GP21: a move that waits is called off, and nobody is woken for it", () => {
    const cluster = up();
    schedule(cluster);
    expect(cluster.ask({ type: "cancel", group: "Exchange" })).toBe("done");
    expect([planned(cluster), cluster.alarmAt]).toEqual([null, null]);
    expect(cluster.entry("group.move-cancelled").actor).toBe("operator");
    cluster.pass(2 * minuteMs, ...names);
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("GP21: a move under way is called off: the owner goes on under its epoch", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    expect(cluster.ask({ type: "cancel", group: "Exchange" })).toBe("done");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(cluster.assigned("NODE1").groups[0]).toMatchObject({ group: "Exchange", epoch: 1, wanted: "Online" });
    expect(cluster.lease("Exchange").drainGrantsLeft).toBeNull();
  });

  test("GP21: an agent that had released before it heard of that is believed, and the group finds an owner", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    const released = [{ group: "Exchange", epoch: 1 }];
    cluster.command({ type: "cancel", group: "Exchange" });
    cluster.renew("NODE1", { released, intact: [] });
    expect(cluster.owner("Exchange")).toBe("NODE1#2");
  });

  test("GP21: a drain of one group is called off, and so is its way home, which is then not tried again", () => {
    const cluster = up();
    cluster.command({ type: "pause", node: "NODE1", drain: true, target: null });
    expect(cluster.ask({ type: "cancel", group: "Exchange" })).toBe("done");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    const back = new Cluster(
      clusterOf({
        G: plainGroup(undefined, { preferredOwners: ["NODE1", "NODE2"], properties: { AutoFailbackType: 1 } }),
      }),
    );
    back.up("NODE2");
    back.hello("NODE1");
    back.renew("NODE1");
    back.renew("NODE2");
    expect(back.hold("G").phase).toMatchObject({ because: "failback" });
    back.command({ type: "cancel", group: "G" });
    back.pass(4 * ttlMs, "NODE1", "NODE2");
    expect(back.owner("G")).toBe("NODE2#1");
  });

  test("GP21: what is not wished for but needed is not called off, nor what is on no way", () => {
    const cluster = up();
    expect(cluster.ask({ type: "cancel", group: "Exchange" })).toBe("nothing-to-cancel");
    expect(cluster.ask({ type: "cancel", group: "toString" })).toBe("group-not-found");
    const exchanged = { Exchange: virtualServer(101), Other: virtualServer(100) };
    cluster.define(clusterOf(exchanged, { nodes: nodes(...names) }));
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    expect(cluster.ask({ type: "cancel", group: "Exchange" })).toBe("nothing-to-cancel");
  });
});

test("GP2: a move without a target, and a drain, go to the most preferred node that may have it, not to the one behind", () => {
  const group = virtualServer(100, { preferredOwners: ["NODE1", "NODE2"] });
  const cluster = new Cluster(clusterOf({ A: group }, { nodes: nodes("NODE1", "NODE2", "NODE3") }));
  cluster.up("NODE1", "NODE2", "NODE3");
  cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
  cluster.release("NODE1");
  cluster.renew("NODE2");
  expect(cluster.owner("A")).toBe("NODE2#2");
  cluster.command({ type: "move", group: "A", target: null, at: null });
  cluster.release("NODE2");
  cluster.renew("NODE1");
  expect(cluster.owner("A")).toBe("NODE1#3");
});
