import { describe, expect, test } from "vitest";
import type { ScriptItem } from "../../src/cluster/simulate/script.ts";
import { simulationLimits } from "../../src/cluster/simulate/script.ts";
import { type Simulation, simulate, simulateInTurns } from "../../src/cluster/simulate/simulate.ts";
import { clusterOf, disk, nodes, plainGroup, renewMs, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

function clusterUp(): Cluster {
  const cluster = new Cluster(clusterOf({ VS: virtualServer(10, { preferredOwners: ["NODE1"] }) }));
  cluster.up("NODE1", "NODE2");
  return cluster;
}

function simulated({ state, now }: Cluster, ...script: readonly ScriptItem[]): Simulation {
  const result = simulate(state, script, now);
  if (!result.ok) throw new Error(result.code);
  return result.value;
}

const kinds = ({ entries }: Simulation): string[] => entries.map(({ kind, node }) => `${kind} ${node}`);
const refusals = ({ items }: Simulation): (string | null)[] => items.map(({ refused }) => refused);

describe("what would be", () => {
  test("EX6: it changes nothing, and is the same each time", () => {
    const cluster = clusterUp();
    const before = structuredClone(cluster.state);
    const first = simulated(cluster, { do: "node-down", node: "NODE1" }, { do: "pass", ms: null });
    expect(cluster.state).toEqual(before);
    expect(simulated(cluster, { do: "node-down", node: "NODE1" }, { do: "pass", ms: null })).toEqual(first);
    expect(
      simulate(
        before,
        [
          { do: "node-down", node: "NODE1" },
          { do: "pass", ms: null },
        ],
        cluster.now,
      ),
    ).toEqual({
      ok: true,
      value: first,
    });
  });

  test("EX6: without a script nothing happens that would not happen by itself", () => {
    expect(simulated(clusterUp())).toMatchObject({ items: [], entries: [], differences: [], durationMs: 0 });
    const cluster = clusterUp();
    cluster.close("NODE1");
    expect(kinds(simulated(cluster))).toEqual(["group.expired NODE1", "group.owned NODE2", "group.online NODE2"]);
  });

  test("EX6: a silence that is being counted already goes on", () => {
    const cluster = clusterUp();
    cluster.pass(ttlMs / 4, "NODE1", "NODE2");
    cluster.close("NODE1");
    cluster.pass(ttlMs / 2, "NODE2");
    const [expired] = simulated(cluster).entries;
    expect(expired).toMatchObject({ kind: "group.expired", at: ttlMs / 2 });
    cluster.pass(ttlMs / 2, "NODE2");
    expect(cluster.claims("NODE2").map(({ countedMs }) => countedMs)).toEqual([ttlMs]);
  });

  test("EX6: a run that is silent now is not taken for one that is well", () => {
    const cluster = clusterUp();
    cluster.pass(ttlMs + renewMs, "NODE2");
    expect(kinds(simulated(cluster))).toEqual(["group.expired NODE1", "group.owned NODE2", "group.online NODE2"]);
  });

  test("EX6: while the control plane has just started, the hold is counted first", () => {
    const cluster = clusterUp();
    cluster.restart();
    cluster.hello("NODE1");
    cluster.renew("NODE1");
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    const simulation = simulated(cluster, { do: "move", group: "VS", target: "NODE2" });
    const owned = simulation.entries.find(({ kind }) => kind === "group.owned");
    expect(owned).toMatchObject({ node: "NODE2" });
    expect(owned?.at).toBeGreaterThanOrEqual(ttlMs);
  });

  test("EX6: who is cut off loses its lease, and comes back without its group", () => {
    const simulation = simulated(clusterUp(), { do: "lease-lost", node: "NODE1" });
    expect(kinds(simulation)).toEqual([
      "node.left NODE1",
      "group.expired NODE1",
      "group.owned NODE2",
      "group.online NODE2",
      "node.joined NODE1",
    ]);
  });

  test("EX6: a resource that fails for good takes its group everywhere, and it is given up", () => {
    const cluster = new Cluster(clusterOf({ VS: plainGroup({ Disk: disk({ RestartThreshold: 1 }) }) }));
    cluster.up("NODE1", "NODE2");
    const simulation = simulated(cluster, { do: "resource-fails", group: "VS", resource: "Disk", times: 10 });
    expect(kinds(simulation)).toEqual([
      "resource.failed NODE1",
      "resource.failed NODE1",
      "group.draining NODE1",
      "group.released NODE1",
      "group.owned NODE2",
      "resource.failed NODE2",
      "resource.failed NODE2",
      "group.given-up NODE2",
    ]);
    expect(simulation.groups).toEqual({ VS: { owner: "NODE2", state: "Failed", epoch: 2 } });
  });
});

describe("bounds and refusals", () => {
  test("EX8: what cannot be carried out is told with its code, and the script goes on", () => {
    const simulation = simulated(
      clusterUp(),
      { do: "node-down", node: "NODE9" },
      { do: "node-up", node: "NODE1" },
      { do: "resource-fails", group: "VS", resource: "Disk", times: 1 },
      { do: "resource-fails", group: "None", resource: "Disk", times: 1 },
      { do: "cancel", group: "VS" },
      { do: "define", definition: clusterOf({}, { nodes: {} }), force: false },
      { do: "node-down", node: "NODE2" },
      { do: "lease-lost", node: "NODE2" },
      { do: "move", group: "VS", target: "NODE2" },
    );
    expect(refusals(simulation)).toEqual([
      "node-not-found",
      "node-is-connected",
      "resource-not-found",
      "group-not-found",
      "nothing-to-cancel",
      expect.any(String),
      null,
      "node-not-up",
      "node-not-up",
    ]);
    expect(kinds(simulation)).toEqual(["node.left NODE2"]);
  });

  test("EX8: items, time and steps are bounded", () => {
    const { state, now } = clusterUp();
    const passes = (count: number, ms: number): ScriptItem[] =>
      Array.from({ length: count }, () => ({ do: "pass", ms }));
    const tooLarge = { ok: false, code: "simulation-too-large" };
    expect(simulate(state, passes(simulationLimits.items + 1, 0), now)).toEqual(tooLarge);
    expect(simulate(state, passes(2, simulationLimits.durationMs / 2 + 1), now)).toEqual(tooLarge);
    const names = Array.from({ length: 12 }, (_, index) => `NODE${index + 1}`);
    const many = new Cluster(clusterOf({}, { nodes: nodes(...names) }));
    many.up(...names);
    expect(simulate(many.state, passes(1, simulationLimits.durationMs), many.now)).toEqual(tooLarge);
  });

  test("EX8: a cluster of many resources may do less of it, and others have their turn meanwhile", () => {
    const group = plainGroup(Object.fromEntries(Array.from({ length: 8 }, (_, index) => [`Disk ${index}`, disk()])));
    const groups = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`G${index}`, group]));
    const large = new Cluster(clusterOf(groups));
    large.up("NODE1", "NODE2");
    const hour: ScriptItem[] = [{ do: "pass", ms: 600_000 }];
    expect(simulate(large.state, hour, large.now)).toEqual({ ok: false, code: "simulation-too-large" });
    const { state, now } = clusterUp();
    expect(simulate(state, hour, now).ok).toBe(true);
    let turns = 0;
    const running = simulateInTurns(state, hour, now);
    while (running.next().done !== true) turns += 1;
    expect(turns).toBeGreaterThan(5);
  });

  test("EX9: a group may be called as what objects have anyway", () => {
    const cluster = clusterUp();
    const item: ScriptItem = { do: "define", definition: clusterOf({ constructor: plainGroup() }), force: true };
    expect(simulated(cluster, item).differences).toContainEqual(
      expect.objectContaining({ group: "constructor", before: null }),
    );
  });

  test("EX8: what never comes to rest is left after its time", () => {
    const properties = { RestartThreshold: 1_000, RestartPeriod: 0xffffffff, RetryPeriodOnFailure: 0xffffffff };
    const cluster = new Cluster(clusterOf({ VS: plainGroup({ Disk: disk(properties) }) }));
    cluster.up("NODE1", "NODE2");
    const fails: ScriptItem = { do: "resource-fails", group: "VS", resource: "Disk", times: 1e9 };
    const { durationMs } = simulated(cluster, fails);
    expect(durationMs).toBeGreaterThan(simulationLimits.settleMs / 2);
    expect(durationMs).toBeLessThanOrEqual(simulationLimits.settleMs);
  });
});

test("EX9: each entry has its time and its item, and the end is told with what is different", () => {
  const simulation = simulated(
    clusterUp(),
    { do: "pass", ms: 1_000 },
    { do: "move", group: "VS", target: "NODE2" },
    { do: "pass", ms: null },
    { do: "define", definition: clusterOf({ VS: virtualServer(10), New: plainGroup() }), force: false },
  );
  expect(simulation.items[1]).toEqual({ at: 1_000, refused: null });
  const items = simulation.entries.map(({ item }) => item);
  expect(items).toEqual(items.toSorted((a, b) => a - b));
  expect(simulation.entries[0]).toMatchObject({
    at: 1_000,
    item: 1,
    kind: "group.move-requested",
    group: "VS",
    epoch: 1,
  });
  expect(simulation.entries.at(-1)).toMatchObject({ item: 3, kind: "group.online", group: "New" });
  const before = { owner: "NODE1", state: "Online", epoch: 1 };
  expect(simulation.differences).toEqual([
    { group: "VS", before, after: { owner: "NODE2", state: "Online", epoch: 2 } },
    { group: "New", before: null, after: before },
  ]);
});
