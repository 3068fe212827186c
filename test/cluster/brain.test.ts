import { describe, expect, test } from "vitest";
import type { ClusterEvent } from "../../src/cluster/events.ts";
import { changesBetween } from "../../src/cluster/durable.ts";
import { step } from "../../src/cluster/step.ts";
import { clusterOf, disk, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const exchange = clusterOf({ Exchange: virtualServer(100) });

function up(definition = exchange): Cluster {
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

/** The driver checks purity, the order of effects and the rows after each step of every test; these say it once. */
describe("The brain itself", () => {
  test("BR1: the same arguments give the same result, and neither is changed", () => {
    const cluster = up();
    const event: ClusterEvent = {
      type: "move",
      group: "Exchange",
      target: "NODE2",
      at: null,
      actor: "operator",
      now: cluster.now,
    };
    const [state, copy] = [cluster.state, structuredClone(cluster.state)];
    const results = [step(state, event), step(state, event), step(copy, structuredClone(event))];
    expect(state).toEqual(copy);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test("BR2: a row that is put and put back within one step is not written", () => {
    const { durable } = up().state;
    const again = structuredClone(durable);
    expect(changesBetween(durable, again)).toEqual([]);
    const [name = "", group] = [...durable.groups][0] ?? [];
    if (group === undefined) throw new Error("there is a group");
    const changed = { ...again, groups: new Map([[name, { ...group, wanted: "Offline" as const }]]) };
    expect(changesBetween(durable, changed)).toEqual([{ table: "groups", key: name, row: changed.groups.get(name) }]);
  });

  test("BR2: what has to be written comes first, and what is sent, published and set comes after it", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    expect(cluster.effects.map(({ type }) => type)).toEqual(["persist", "send", "publish"]);
    expect(cluster.written).toEqual(["holds Exchange#1", "leases NODE1-run-1"]);
  });

  test("BR2: what is not changed is not written", () => {
    const cluster = up();
    cluster.command({ type: "want", group: "Exchange", wanted: "Online" });
    cluster.command({ type: "resume", node: "NODE1", failback: "policy" });
    expect(cluster.effects).toEqual([]);
    cluster.command({ type: "pause", node: "NODE1", drain: false, target: null });
    expect(cluster.written).toEqual(["nodes NODE1"]);
    cluster.define(clusterOf({ Exchange: virtualServer(100, { properties: { FailoverThreshold: 2 } }) }));
    expect(cluster.written).toEqual(["cluster"]);
  });

  test("BR2: the alarm is said when it changes, and once after each start", () => {
    const cluster = up(clusterOf({ A: plainGroup({ Disk: disk() }) }));
    const alarms = (): unknown[] => cluster.effects.filter(({ type }) => type === "alarm");
    const pending = (): void => {
      cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "OnlinePending" } }) });
    };
    pending();
    expect(alarms().length).toBe(1);
    pending();
    expect(alarms()).toEqual([]);
    cluster.renew("NODE1");
    expect(alarms()).toEqual([{ type: "alarm", at: null }]);
    cluster.renew("NODE1");
    expect(alarms()).toEqual([]);
    cluster.restart();
    cluster.hello("NODE1");
    expect(alarms()).toEqual([{ type: "alarm", at: null }]);
  });

  test("BR2: a refused command has no effects, and its state is the one that came in", () => {
    const cluster = up();
    const before = cluster.state;
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE1", at: null })).toBe("already-owner");
    expect(cluster.state).toBe(before);
    expect(cluster.effects).toEqual([]);
  });
});
