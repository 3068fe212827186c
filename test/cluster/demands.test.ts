import { describe, expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import type { AssignedResource, ReportedResource } from "../../src/cluster/messages.ts";
import { clusterOf, disk, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster, type Command } from "./driver.ts";

const definition = clusterOf({ A: plainGroup({ Disk: disk(), Other: disk() }), Exchange: virtualServer(100) });

function up(): Cluster {
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

const fail = (resource: string, group = "A"): Command => ({ type: "fail-resource", group, resource });
const restart = (resource: string, group = "A"): Command => ({ type: "restart-resource", group, resource });

function assigned(cluster: Cluster, resource = "Disk", node = "NODE1"): Pick<AssignedResource, "fails" | "restarts"> {
  const spec = cluster.assigned(node).groups.find(({ group }) => group === "A")?.resources[resource];
  if (spec === undefined) throw new Error(`${resource} is not assigned to ${node}`);
  return { fails: spec.fails, restarts: spec.restarts };
}

describe("GP30 failing and restarting a resource on demand", () => {
  test("GP30: what is asked is journalled with its actor, and told to the owner at once, as a number that grows", () => {
    const cluster = up();
    expect(assigned(cluster)).toEqual({ fails: 0, restarts: 0 });
    expect(cluster.command(fail("Disk"))).toEqual({ kind: "done", changed: ["groups.A"] });
    expect(assigned(cluster)).toEqual({ fails: 1, restarts: 0 });
    cluster.command(restart("Disk"));
    cluster.command(fail("Disk"));
    expect(assigned(cluster)).toEqual({ fails: 2, restarts: 1 });
    expect(assigned(cluster, "Other")).toEqual({ fails: 0, restarts: 0 });
    const about = { group: "A", node: "NODE1", epoch: 1, resource: "Disk", actor: "operator" };
    expect(cluster.entry("resource.fail-requested")).toMatchObject(about);
    expect(cluster.entry("resource.restart-requested")).toMatchObject(about);
  });

  test("GP30: it is written, so that no start of the object forgets it", () => {
    const cluster = up();
    cluster.command(restart("Disk"));
    expect(cluster.written).toEqual(["groups A"]);
    cluster.restart();
    cluster.hello("NODE1");
    expect(assigned(cluster)).toEqual({ fails: 0, restarts: 1 });
  });

  test("GP30: the next epoch begins with nothing asked", () => {
    const cluster = up();
    cluster.command(fail("Disk"));
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(cluster.owner("A")).toBe("NODE2#2");
    expect(assigned(cluster, "Disk", "NODE2")).toEqual({ fails: 0, restarts: 0 });
  });

  test("GP30: a move that is called off forgets nothing", () => {
    const cluster = up();
    cluster.command(restart("Disk"));
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.close("NODE2");
    cluster.renew("NODE1");
    expect(cluster.owner("A")).toBe("NODE1#1");
    expect(assigned(cluster)).toEqual({ fails: 0, restarts: 1 });
  });

  test("GP30: the failure that follows is judged as any other", () => {
    const cluster = up();
    cluster.command(fail("Disk"));
    const problem = { code: "failed-by-operator", message: "an operator asked for this failure" };
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed", problem } }) });
    expect(cluster.entry("resource.failed")).toMatchObject({ mscsId: 1069, details: { code: "failed-by-operator" } });
    expect(cluster.assigned("NODE1").groups.find(({ group }) => group === "A")?.resources["Disk"]).toMatchObject({
      attempt: 2,
      fails: 1,
    });
  });

  test.each<[string, Command, string]>([
    ["no such group", fail("Disk", "Nothing"), "group-not-found"],
    ["no such resource", fail("Disk", "Exchange"), "resource-not-found"],
    ["a name that every object inherits", restart("constructor"), "resource-not-found"],
    ["what is offline", restart("Other"), "resource-not-online"],
    ["what is pending", fail("Disk"), "resource-not-online"],
  ])("GP30: refused with a code, and nothing changes: %s", (_title, command, code) => {
    const cluster = up();
    const states: Record<string, Partial<ReportedResource>> = {
      Disk: { state: "OnlinePending" },
      Other: { state: "Offline" },
    };
    cluster.renew("NODE1", { report: cluster.report("NODE1", states) });
    expect(cluster.ask(command)).toBe(code);
  });

  test("GP30: refused for a group that nobody owns, that is on its way, and whose owner has reported nothing yet", () => {
    expect(new Cluster(definition).ask(fail("Disk"))).toBe("group-not-owned");
    const cluster = up();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    expect(cluster.ask(restart("Disk"))).toBe("group-in-transition");
    const started = up();
    started.restart();
    expect(started.ask(fail("Disk"))).toBe("resource-not-online");
  });

  test("GP30: as many demands are kept as the limit says, those of what is defined among them", () => {
    const cluster = up();
    for (let turn = 0; turn < limits.demandsKept + 12; turn += 1) {
      const name = `R${turn}`;
      cluster.define(clusterOf({ A: plainGroup({ Disk: disk(), [name]: disk() }), Exchange: virtualServer(100) }));
      cluster.renew("NODE1");
      expect(cluster.ask(restart(name))).toBe("done");
      if (turn === 0) cluster.command(restart("Disk"));
    }
    const demands = cluster.state.durable.groups.get("A")?.demands ?? {};
    expect(Object.keys(demands).length).toBeLessThanOrEqual(limits.demandsKept);
    expect(demands["Disk"]).toEqual({ fails: 0, restarts: 1 });
    expect(demands[`R${limits.demandsKept + 11}`]).toEqual({ fails: 0, restarts: 1 });
  });
});

describe("GP31 progress of a pending group", () => {
  /** PendingTimeout 2 s, and ten seconds of slack for the way. */
  function pending(): Cluster {
    const cluster = new Cluster(clusterOf({ A: plainGroup({ Disk: disk({ PendingTimeout: 2_000 }) }) }));
    cluster.up("NODE1", "NODE2");
    say(cluster);
    return cluster;
  }

  function say(cluster: Cluster, checkpoint?: number): void {
    const state = { state: "OnlinePending", ...(checkpoint === undefined ? {} : { checkpoint }) } as const;
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: state }) });
  }

  /** What is left until the group is judged, if nothing more is heard. */
  const left = (cluster: Cluster): number | null => {
    const span = cluster.state.memory.pending.get("A#1");
    return span === undefined ? null : span.since + span.durationMs - cluster.now;
  };

  test("GP31: a checkpoint that rises begins the time anew, and one that does not leaves it", () => {
    const cluster = pending();
    expect(left(cluster)).toBe(12_000);
    cluster.advance(5_000);
    say(cluster, 0);
    expect(left(cluster)).toBe(12_000);
    cluster.advance(5_000);
    say(cluster, 0);
    say(cluster);
    expect(left(cluster)).toBe(7_000);
    say(cluster, 3);
    expect(left(cluster)).toBe(12_000);
    cluster.advance(12_000);
    cluster.event({ type: "alarm" });
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
  });

  test("GP31: ten PendingTimeouts in all are the end of it", () => {
    const cluster = pending();
    const start = cluster.now;
    for (let checkpoint = 0; cluster.now < start + 29_000; checkpoint += 1) {
      cluster.advance(1_000);
      say(cluster, checkpoint);
    }
    expect(left(cluster)).toBe(1_000);
    expect(cluster.owner("A")).toBe("NODE1#1");
    cluster.advance(1_000);
    cluster.event({ type: "alarm" });
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
  });

  test("GP31: a clock that goes back gives no more than a length of time", () => {
    const cluster = pending();
    cluster.advance(-60_000);
    say(cluster, 1);
    expect(left(cluster)).toBe(12_000);
    expect(cluster.state.memory.pending.get("A#1")?.totalLeftMs).toBe(30_000);
  });

  test("GP31: what has settled and is pending again has all of its time", () => {
    const cluster = pending();
    cluster.advance(8_000);
    say(cluster, 1);
    cluster.renew("NODE1");
    expect(left(cluster)).toBeNull();
    say(cluster);
    expect(cluster.state.memory.pending.get("A#1")).toMatchObject({ durationMs: 12_000, totalLeftMs: 30_000 });
  });
});

test("GP32: a health check that was never answered is event 1230, any other failure 1069", () => {
  const cluster = up();
  const failed = (code: string): Partial<ReportedResource> => ({ state: "Failed", problem: { code, message: "so" } });
  cluster.renew("NODE1", {
    report: cluster.report("NODE1", { Disk: failed("deadlock"), Other: failed("not-alive") }),
  });
  const entries = cluster.journal.filter(({ kind }) => kind === "resource.failed");
  expect(entries.map(({ mscsId, details }) => [mscsId, details])).toEqual([
    [1230, { code: "deadlock" }],
    [1069, { code: "not-alive" }],
  ]);
});
