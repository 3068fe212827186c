import { describe, expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import type { Operation } from "../../src/cluster/commands/operation.ts";
import { clusterOf, disk, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster, type Command } from "./driver.ts";

const names = ["NODE1", "NODE2", "NODE3"];
const definition = (parts = {}) =>
  clusterOf(
    { A: plainGroup({ Disk: disk({ RestartAction: 0 }) }), B: plainGroup(), ...parts },
    { nodes: nodes(...names) },
  );

function up(): Cluster {
  const cluster = new Cluster(definition());
  cluster.up(...names);
  return cluster;
}

/** Asks for it under the name `op`. */
function begin(cluster: Cluster, command: Command, operation = "op"): void {
  expect(cluster.ask({ ...command, operation })).toBe("done");
}

function operation(cluster: Cluster, id = "op"): Operation | undefined {
  return cluster.state.durable.operations.get(id);
}

/** `Pending`, `Completed`, or `Failed given-up`. */
function status(cluster: Cluster, id = "op"): string {
  const found = operation(cluster, id)?.status;
  if (found === undefined) return "none";
  return "code" in found ? `${found.state} ${found.code}` : found.state;
}

const move = { type: "move", group: "A", target: "NODE2", at: null } as const;
const fail = (cluster: Cluster) =>
  cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });

/** The last that a node has to say that is not part of the cluster any more: it is not answered. */
const leave = (cluster: Cluster) =>
  cluster.renewal("NODE1", {
    intact: [],
    released: [
      { group: "A", epoch: 1 },
      { group: "B", epoch: 1 },
    ],
  });

describe("Operations", () => {
  test("GP23: a move is followed from its acceptance to its end, with who asked for it", () => {
    const cluster = up();
    begin(cluster, move);
    expect(operation(cluster)).toMatchObject({ kind: "move", actor: "operator", group: "A", node: "NODE2", epoch: 1 });
    expect(status(cluster)).toBe("Pending");
    cluster.release("NODE1");
    expect(status(cluster)).toBe("Pending");
    cluster.renew("NODE2");
    expect(operation(cluster)?.status).toEqual({ state: "Completed", at: cluster.now });
  });

  test("GP23: a move that waits for its time is not late before it, and is followed to its end", () => {
    const cluster = up();
    begin(cluster, { ...move, at: cluster.now + 2 * 3_600_000 });
    cluster.advance(3_600_001);
    cluster.event({ type: "alarm" });
    expect(status(cluster)).toBe("Pending");
    expect(cluster.journal.filter(({ kind }) => kind === "operation.failed")).toEqual([]);
    cluster.advance(3_600_000);
    cluster.event({ type: "alarm" });
    cluster.advance(3_600_001);
    cluster.event({ type: "alarm" });
    expect(status(cluster)).toBe("Failed timeout");
  });

  test("GP23: what needs no following up, and what ends something, is never turned away for too much that is pending", () => {
    const cluster = new Cluster(definition());
    const online = { type: "want", group: "A", wanted: "Online" } as const;
    for (let i = 0; i < limits.operationsPending; i += 1) begin(cluster, online, `op${i}`);
    expect(cluster.ask({ ...online, operation: "more" })).toBe("too-many-operations");
    begin(cluster, { type: "maintenance", on: true }, "m");
    begin(cluster, { type: "resume", node: "NODE1", failback: "policy" }, "r");
    begin(cluster, { type: "confirm-down", node: "NODE1" }, "c");
    begin(cluster, { type: "want", group: "A", wanted: "Offline" }, "off");
  });

  test("GP23: what ends something has room of its own, and that is bounded too", () => {
    const cluster = up();
    const offline = { type: "want", group: "A", wanted: "Offline" } as const;
    for (let i = 0; i < limits.operationsPendingInAll; i += 1) begin(cluster, offline, `off${i}`);
    expect(cluster.ask({ ...offline, operation: "more" })).toBe("too-many-operations");
  });

  type End = [title: string, command: Command, go: (cluster: Cluster) => void, end: string];
  test.each<End>([
    ["cancelled", move, (cluster) => cluster.command({ type: "cancel", group: "A" }), "Cancelled called-off"],
    [
      "that went elsewhere",
      move,
      (cluster) => {
        cluster.close("NODE2");
        cluster.release("NODE1");
      },
      "Failed went-elsewhere",
    ],
    [
      "of a group that is deleted",
      move,
      (cluster) => cluster.define(clusterOf({}, { nodes: nodes(...names) })),
      "Cancelled gone",
    ],
    [
      "asked otherwise",
      { type: "want", group: "A", wanted: "Offline" },
      (cluster) => cluster.command({ type: "want", group: "A", wanted: "Online" }),
      "Cancelled asked-otherwise",
    ],
    ["offline", { type: "want", group: "A", wanted: "Offline" }, (cluster) => cluster.renew("NODE1"), "Completed"],
    [
      "a resource offline",
      { type: "want-resource", group: "A", resource: "Disk", wanted: "Offline" },
      (cluster) => cluster.renew("NODE1"),
      "Completed",
    ],
    [
      "a drain",
      { type: "pause", node: "NODE1", drain: true, target: null },
      (cluster) => cluster.release("NODE1"),
      "Completed",
    ],
    [
      "a drain that is resumed",
      { type: "pause", node: "NODE1", drain: true, target: null },
      (cluster) => cluster.command({ type: "resume", node: "NODE1", failback: "policy" }),
      "Cancelled asked-otherwise",
    ],
    [
      "a drain that has nowhere to go",
      { type: "pause", node: "NODE1", drain: true, target: null },
      (cluster) => {
        cluster.close("NODE2");
        cluster.close("NODE3");
        cluster.renew("NODE1");
      },
      "Failed could-not-leave",
    ],
    ["an eviction", { type: "edit", edit: { kind: "remove-node", node: "NODE1" }, force: true }, leave, "Completed"],
    [
      "a deletion",
      { type: "edit", edit: { kind: "remove-group", group: "A", recursive: true }, force: true },
      (cluster) => cluster.release("NODE1"),
      "Completed",
    ],
    ["destruction", { type: "destroy", force: true }, leave, "Completed"],
    [
      "a failure",
      { type: "fail-resource", group: "A", resource: "Disk" },
      (cluster) => cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed", fails: 1 } }) }),
      "Completed",
    ],
    [
      "a restart",
      { type: "restart-resource", group: "A", resource: "Disk" },
      (cluster) => cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { restarts: 1 } }) }),
      "Completed",
    ],
  ])("GP23: %s comes to its end", (_title, command, go, end) => {
    const cluster = up();
    begin(cluster, command);
    expect(status(cluster)).toBe("Pending");
    go(cluster);
    expect(status(cluster)).toBe(end);
    if (end.startsWith("Failed")) expect(cluster.entry("operation.failed").details).toMatchObject({ operation: "op" });
  });

  test("GP23: bringing online what is given up again has failed", () => {
    const cluster = up();
    fail(cluster);
    begin(cluster, { type: "want", group: "A", wanted: "Online" });
    expect(status(cluster)).toBe("Pending");
    fail(cluster);
    expect(status(cluster)).toBe("Failed given-up");
  });

  test("GP23: taking offline what was given up comes to its end", () => {
    const cluster = up();
    fail(cluster);
    begin(cluster, { type: "want", group: "A", wanted: "Offline" });
    expect(status(cluster)).not.toContain("given-up");
    cluster.renew("NODE1");
    expect(status(cluster)).toBe("Completed");
  });

  test("GP23: a definition is applied when what it drives out is gone", () => {
    const cluster = new Cluster(clusterOf({ A: virtualServer(100) }));
    cluster.up("NODE1", "NODE2");
    begin(cluster, {
      type: "define",
      definition: clusterOf({ A: virtualServer(101), B: virtualServer(100) }),
      force: true,
    });
    expect(status(cluster)).toBe("Pending");
    cluster.release("NODE1");
    cluster.renew("NODE1");
    expect(status(cluster)).toBe("Completed");
  });

  test("GP23: a definition is applied when what it makes is online, or its group is given up", () => {
    const cluster = up();
    const lame = disk({ RestartThreshold: 0, RestartAction: 1 });
    const add = (resource: string) =>
      begin(cluster, {
        type: "edit",
        edit: { kind: "add-resource", group: "A", resource, definition: lame },
        force: false,
      });
    const said = (resource: string, state: "OnlinePending" | "Failed" | "Online") => {
      cluster.renew("NODE1", { report: cluster.report("NODE1", { [resource]: { state } }) });
    };
    add("New");
    said("New", "OnlinePending");
    expect(status(cluster)).toBe("Pending");
    said("New", "Online");
    expect(status(cluster)).toBe("Completed");
    add("Lame");
    said("Lame", "Failed");
    expect(status(cluster)).toBe("Failed given-up");
  });

  test("GP23: a changed definition is applied when its owner has said what came of it, and not by its last report", () => {
    const cluster = up();
    const changed = clusterOf({ A: plainGroup({ Disk: disk({ Device: "/dev/sdb" }) }) }, { nodes: nodes(...names) });
    begin(cluster, {
      type: "define",
      definition: { ...changed, groups: { ...definition().groups, ...changed.groups } },
      force: true,
    });
    expect(status(cluster)).toBe("Pending");
    cluster.renew("NODE1", { report: null });
    expect(status(cluster)).toBe("Pending");
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Online", outdated: true } }) });
    expect(status(cluster)).toBe("Pending");
    cluster.renew("NODE1");
    expect(status(cluster)).toBe("Completed");
  });

  test("GP23: what a resource type changes for its resources is waited for as well", () => {
    const ofType = (PendingTimeout: number) =>
      clusterOf(
        { A: plainGroup({ Disk: disk({}, { type: "Mail Disk" }) }), B: plainGroup() },
        { resourceTypes: { "Mail Disk": { basedOn: "Physical Disk", properties: { PendingTimeout } } } },
      );
    const cluster = new Cluster(ofType(9_000));
    cluster.up("NODE1", "NODE2");
    begin(cluster, { type: "define", definition: ofType(8_000), force: false });
    expect(operation(cluster)?.groups).toEqual(["A"]);
    expect(status(cluster)).toBe("Pending");
    cluster.renew("NODE1");
    expect(status(cluster)).toBe("Completed");
  });

  test("GP23: what is asked for anew is not come about by what was reported before", () => {
    const cluster = up();
    begin(cluster, { type: "want-resource", group: "A", resource: "Disk", wanted: "Offline" }, "off");
    begin(cluster, { type: "want-resource", group: "A", resource: "Disk", wanted: "Online" }, "on");
    expect(status(cluster, "on")).toBe("Pending");
    cluster.renew("NODE1");
    expect(status(cluster, "on")).toBe("Completed");
  });

  test("GP23: a definition waits for no group that nobody can own, and in maintenance for none", () => {
    const nobody = new Cluster(clusterOf({}));
    begin(nobody, { type: "define", definition: clusterOf({ A: virtualServer(100) }), force: false });
    expect(status(nobody)).toBe("Completed");
    const observed = up();
    observed.command({ type: "maintenance", on: true });
    begin(observed, {
      type: "define",
      definition: clusterOf({ B: plainGroup() }, { nodes: nodes(...names) }),
      force: true,
    });
    expect(status(observed)).toBe("Pending");
    observed.release("NODE1");
    expect(status(observed)).toBe("Completed");
  });

  test("GP23: where there is no room any more a definition is applied, and not followed up", () => {
    const cluster = up();
    for (let index = 0; index < limits.operationsPending; index += 1) {
      begin(cluster, { type: "move", group: "A", target: null, at: cluster.now + 60_000 });
    }
    const known = cluster.state.durable.operations.size;
    begin(cluster, {
      type: "define",
      definition: clusterOf({ B: plainGroup() }, { nodes: nodes(...names) }),
      force: true,
    });
    expect(cluster.state.durable.operations.size).toBe(known);
    expect(cluster.state.durable.groups.has("B")).toBe(true);
  });

  test("GP23: a scheduled move is pending until then, also over a failover, and called off with it", () => {
    const cluster = up();
    begin(cluster, { ...move, target: "NODE3", at: cluster.now + 60_000 });
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect(status(cluster)).toBe("Pending");
    cluster.command({ type: "cancel", group: "A" });
    expect(status(cluster)).toBe("Cancelled called-off");
  });

  test("GP23: a scheduled move that was not made is not told as completed", () => {
    const cluster = up();
    begin(cluster, { ...move, target: null, at: cluster.now + 60_000 });
    cluster.close("NODE1");
    cluster.witness("NODE2");
    cluster.command({ type: "maintenance", on: true });
    cluster.alarm();
    expect(status(cluster)).toBe("Failed not-made");
  });

  test("GP23: a scheduled move that is called off while nobody owns the group is not made by its first owner", () => {
    const cluster = new Cluster(definition());
    begin(cluster, { ...move, at: cluster.now + 3_600_000 });
    expect(cluster.ask({ type: "cancel", group: "A" })).toBe("done");
    cluster.up("NODE2");
    expect(cluster.owner("A")).toBe("NODE2#1");
    expect(status(cluster)).toBe("Cancelled called-off");
  });

  /** A goes from NODE1 to NODE2, and shall go on to NODE3 in a second. */
  const movedTwice = (): Cluster => {
    const cluster = up();
    cluster.command({ ...move, target: "NODE2", operation: "now" });
    cluster.command({ ...move, target: "NODE3", at: cluster.now + 1_000, operation: "later" });
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
    return cluster;
  };

  test("GP23: a scheduled move that cannot be made ends by itself, and not with it the one that is under way", () => {
    const cluster = movedTwice();
    cluster.advance(1_000);
    cluster.event({ type: "alarm" });
    expect([status(cluster, "now"), status(cluster, "later")]).toEqual(["Pending", "Failed not-made"]);
    cluster.release("NODE1");
    cluster.renew("NODE2");
    cluster.renew("NODE2");
    expect(status(cluster, "now")).toBe("Completed");
  });

  test("GP23: a move is over when it is made, though another one waits for its time", () => {
    const cluster = movedTwice();
    cluster.release("NODE1");
    cluster.renew("NODE2");
    cluster.renew("NODE2");
    expect([status(cluster, "now"), status(cluster, "later")]).toEqual(["Completed", "Pending"]);
  });

  test("GP21: what is called off between two owners is the move that waits, and what is under way both", () => {
    const between = movedTwice();
    between.restart();
    between.hello("NODE1", { released: [{ group: "A", epoch: 1 }] });
    expect(between.owner("A")).toBe("nobody");
    between.command({ type: "cancel", group: "A" });
    expect([status(between, "now"), status(between, "later")]).toEqual(["Pending", "Cancelled called-off"]);
    const underWay = movedTwice();
    underWay.command({ type: "cancel", group: "A" });
    expect([status(underWay, "now"), status(underWay, "later")]).toEqual([
      "Cancelled called-off",
      "Cancelled called-off",
    ]);
  });

  test("GP23: a move that was to come is over when another one takes its place", () => {
    const cluster = up();
    for (const operation of ["first", "second"]) {
      cluster.command({ ...move, at: cluster.now + 1_000, operation });
    }
    expect([status(cluster, "first"), status(cluster, "second")]).toEqual(["Cancelled asked-otherwise", "Pending"]);
    cluster.command({ ...move, operation: "now" });
    expect([status(cluster, "second"), status(cluster, "now")]).toEqual(["Cancelled asked-otherwise", "Pending"]);
    expect(cluster.count("group.move-cancelled"), "whoever asked for it reads of it").toBe(2);
  });

  test("GP23: a move that was scheduled for later than RequestReplyTimeout is not late when it is made", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: cluster.now + 2 * 3_600_000, operation: "op" });
    cluster.advance(2 * 3_600_000);
    cluster.event({ type: "alarm" });
    expect([cluster.owner("A"), status(cluster, "op")]).toEqual(["NODE1#1 draining", "Pending"]);
  });

  test("GP21: what is called off is the move that is under way, and not the one before, which was made", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null, operation: "one" });
    cluster.release("NODE1");
    cluster.renew("NODE2", { report: cluster.report("NODE2", { Disk: { state: "OnlinePending" } }) });
    cluster.command({ type: "move", group: "A", target: "NODE3", at: null, operation: "two" });
    cluster.command({ type: "cancel", group: "A" });
    cluster.renew("NODE2");
    cluster.renew("NODE2");
    expect([status(cluster, "one"), status(cluster, "two")]).toEqual(["Completed", "Cancelled called-off"]);
  });

  test("GP23: an eviction is over with what the node had, and not with what it gets when it is added again", () => {
    const cluster = up();
    begin(cluster, { type: "edit", edit: { kind: "remove-node", node: "NODE1" }, force: false });
    expect(operation(cluster)?.ends).toEqual(["A#1", "B#1"]);
    const again = { kind: "add-node", node: "NODE1", definition: { address: "192.0.2.1", properties: {} } } as const;
    cluster.command({ type: "edit", edit: again, force: false });
    for (const node of ["NODE2", "NODE3"]) cluster.command({ type: "pause", node, drain: false, target: null });
    cluster.release("NODE1");
    expect(cluster.owner("A")).toBe("NODE1#2");
    expect(status(cluster)).toBe("Completed");
  });

  test("GP23: a drain that could not empty its node says which groups stayed, and that it is paused", () => {
    const cluster = new Cluster(definition());
    cluster.up("NODE1");
    begin(cluster, { type: "pause", node: "NODE1", drain: true, target: null });
    const ended = operation(cluster)?.status;
    expect(ended).toMatchObject({ state: "Failed", code: "could-not-leave" });
    expect(ended !== undefined && "sentence" in ended ? ended.sentence : "").toBe(
      "A, B stayed, because no other node can take it now; node NODE1 is paused all the same.",
    );
  });

  test("GP23: what takes longer than an hour has failed, and the alarm rings for it once", () => {
    const cluster = up();
    begin(cluster, { type: "want", group: "A", wanted: "Offline" });
    expect(cluster.alarmAt).toBe(cluster.now + 3_600_000);
    cluster.alarm();
    expect([status(cluster), cluster.alarmAt]).toEqual(["Failed timeout", null]);
    expect(cluster.entry("operation.failed")).toMatchObject({ group: "A", details: { code: "timeout" } });
  });

  test("GP23: RequestReplyTimeout says how long that is, also of what is pending", () => {
    const cluster = up();
    begin(cluster, { type: "want", group: "A", wanted: "Offline" });
    const since = cluster.now;
    cluster.define({ ...definition(), properties: { RequestReplyTimeout: 5 } });
    expect(cluster.alarmAt).toBe(since + 300_000);
    cluster.alarm();
    expect(status(cluster)).toBe("Failed timeout");
  });

  test("GP23: operations survive a restart, and what nobody has reported since is not taken for done", () => {
    const cluster = up();
    begin(cluster, { type: "want", group: "A", wanted: "Offline" });
    cluster.restart();
    for (const node of names) cluster.hello(node);
    expect(status(cluster)).toBe("Pending");
    cluster.renew("NODE1");
    expect(status(cluster)).toBe("Completed");
  });

  test("GP23: what changed nothing, or is done when it is accepted, has no operation", () => {
    const cluster = up();
    begin(cluster, { type: "want", group: "A", wanted: "Online" });
    begin(cluster, { type: "pause", node: "NODE1", drain: false, target: null });
    begin(cluster, { type: "maintenance", on: true });
    expect(cluster.state.durable.operations.size).toBe(0);
  });

  test("GP23: pending ones are bounded in number, and finished ones make room, oldest first", () => {
    const cluster = up();
    const off = { type: "want", group: "A", wanted: "Offline" } as const;
    const on = { type: "want", group: "A", wanted: "Online" } as const;
    for (let n = 0; n < limits.operations + 5; n += 1) {
      begin(cluster, n % 2 === 0 ? off : on, `op${n}`);
      cluster.renew("NODE1");
    }
    expect(cluster.state.durable.operations.size).toBe(limits.operations);
    expect([status(cluster, "op4"), status(cluster, "op5")]).toEqual(["none", "Completed"]);
    const another = { type: "restart-resource", group: "B", resource: "Disk" } as const;
    const pending = [...cluster.state.durable.operations.values()].filter(({ status: of }) => of.state === "Pending");
    for (let n = pending.length; n < limits.operationsPending; n += 1) {
      begin(cluster, another, `restart${n}`);
    }
    expect(cluster.ask({ ...another, operation: "more" })).toBe("too-many-operations");
    expect(cluster.ask(another)).toBe("done");
  });
});
