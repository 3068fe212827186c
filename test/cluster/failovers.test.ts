import { describe, expect, test } from "vitest";
import { type Failover, failoverKinds, failoversIn } from "../../src/cluster/questions/failovers.ts";
import { clusterOf, disk, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

function up(definition = clusterOf({ Exchange: virtualServer(100) })): Cluster {
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

function history(cluster: Cluster): Failover[] {
  const kinds: readonly string[] = failoverKinds;
  return failoversIn(
    cluster.journal.filter(({ kind }) => kinds.includes(kind)),
    { group: null, limit: 200 },
  );
}

describe("The history of failovers", () => {
  test("JN5: the first owner of a group is no failover", () => {
    expect(history(up())).toEqual([]);
  });

  test("JN5: a lost owner: from its last sign of life, noticed when its connection was lost, to online", () => {
    const cluster = up();
    cluster.renew("NODE1");
    cluster.renew("NODE2");
    const lastSeen = cluster.now;
    cluster.advance(100);
    cluster.close("NODE1");
    const lost = cluster.now;
    cluster.witness("NODE2");
    const decided = cluster.now;
    cluster.renew("NODE2");
    const [failover, ...others] = history(cluster);
    expect(others).toEqual([]);
    expect(failover).toMatchObject({ group: "Exchange", epoch: 2, from: "NODE1", to: "NODE2", because: "expired" });
    expect(failover?.phases).toMatchObject({ detectedAt: lost, decidedAt: decided, releasedAt: decided });
    expect(failover?.phases.beganAt).toBeGreaterThanOrEqual(lastSeen);
    expect(failover?.phases.onlineAt).toBe(cluster.now);
    expect(failover?.durationMs).toBeGreaterThanOrEqual(ttlMs);
  });

  test("JN5: a move: asked for, taken offline, owned and online under the actor's name", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    const asked = cluster.now;
    cluster.advance(50);
    cluster.release("NODE1");
    const released = cluster.now;
    expect(history(cluster)).toMatchObject([{ phases: { onlineAt: null }, durationMs: null }]);
    cluster.advance(70);
    cluster.renew("NODE2");
    expect(history(cluster)).toEqual([
      {
        group: "Exchange",
        epoch: 2,
        from: "NODE1",
        to: "NODE2",
        because: "move",
        actor: "operator",
        phases: {
          beganAt: asked,
          detectedAt: asked,
          decidedAt: asked,
          releasedAt: released,
          ownedAt: released,
          onlineAt: cluster.now,
        },
        durationMs: 120,
      },
    ]);
  });

  test("JN5: what led to an earlier epoch is no part of it", () => {
    const cluster = up();
    cluster.ask({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1");
    cluster.renew("NODE2");
    cluster.renew("NODE2");
    cluster.pass(60_000, "NODE1", "NODE2");
    cluster.renew("NODE2", { leaving: true, released: [{ group: "Exchange", epoch: 2 }] });
    cluster.renew("NODE1");
    const [failover] = history(cluster);
    expect(failover).toMatchObject({ epoch: 3, from: "NODE2", to: "NODE1", actor: "cluster" });
    expect(failover?.durationMs).toBeLessThan(ttlMs);
  });

  test("JN5: a failure: from the failure on", () => {
    const cluster = up(clusterOf({ A: plainGroup({ Disk: disk({ RestartThreshold: 0 }) }) }));
    cluster.advance(10);
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
    const failed = cluster.now;
    cluster.advance(30);
    cluster.release("NODE1");
    expect(history(cluster)).toMatchObject([
      {
        because: "failover",
        phases: { beganAt: failed, detectedAt: failed, decidedAt: failed, releasedAt: failed + 30 },
      },
    ]);
  });

  test("JN5: newest first, and what the journal has forgotten is null", () => {
    const cluster = up();
    for (const target of ["NODE2", "NODE1"]) {
      const { node } = cluster.hold("Exchange");
      cluster.command({ type: "move", group: "Exchange", target, at: null });
      cluster.release(node);
      cluster.renew(target);
    }
    expect(history(cluster).map(({ epoch }) => epoch)).toEqual([3, 2]);
    const owned = cluster.journal.filter(({ kind }) => kind === "group.owned");
    expect(failoversIn(owned, { group: null, limit: 1 })).toMatchObject([{ epoch: 3 }]);
    expect(failoversIn(owned, { group: "Other", limit: 9 })).toEqual([]);
    expect(failoversIn(owned, { group: "Exchange", limit: 9 })).toMatchObject([
      { epoch: 3, phases: { beganAt: null, releasedAt: null, onlineAt: null }, durationMs: null },
      { epoch: 2 },
    ]);
  });
});
