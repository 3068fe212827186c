import { describe, expect, test } from "vitest";
import { clusterOf, nodes, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const hourMs = 3_600_000;
const names = ["NODE1", "NODE2", "NODE3"];
const groups = {
  A: virtualServer(100, { preferredOwners: ["NODE1"] }),
  B: plainGroup(undefined, { preferredOwners: ["NODE1"] }),
};

function up(properties: Record<string, number>, count = 3): Cluster {
  const cluster = new Cluster(clusterOf(groups, { properties, nodes: nodes(...names.slice(0, count)) }));
  cluster.up(...names.slice(0, count));
  return cluster;
}

/** NODE1 is silent until it has lost what it owns; then it is back as a new run. */
function loseOnce(cluster: Cluster, witness = "NODE2"): void {
  cluster.close("NODE1");
  cluster.witness(witness);
  cluster.hello("NODE1", { incarnation: `NODE1-run-${cluster.runs.length + 1}` });
  for (const { socket, incarnation } of cluster.runs) if (socket !== null) cluster.renew(incarnation);
  bring(cluster, "A");
}

/** To NODE1, if it may have it. */
function bring(cluster: Cluster, group: string): string {
  const from = cluster.hold(group).node;
  const outcome = cluster.ask({ type: "move", group, target: "NODE1", at: null });
  if (outcome === "done") cluster.release(from);
  for (const { socket, incarnation } of cluster.runs) if (socket !== null) cluster.renew(incarnation);
  return outcome;
}

const until = (cluster: Cluster): number | null | undefined => cluster.view().nodes["NODE1"]?.quarantinedUntil;
const losses = (cluster: Cluster) => cluster.state.durable.nodes.get("NODE1")?.stability.losses.length;

describe("Quarantine", () => {
  test("GP18: it is off by default: a node may lose its lease as often as it likes", () => {
    const cluster = up({});
    for (let times = 0; times < 5; times += 1) loseOnce(cluster);
    expect(until(cluster)).toBeNull();
    expect(cluster.count("node.quarantined")).toBe(0);
    expect(losses(cluster)).toBe(0);
  });

  test("GP18: QuarantineThreshold losses within an hour, and the node gets no group for QuarantineDuration; event 1672", () => {
    const cluster = up({ QuarantineThreshold: 2, QuarantineDuration: 60 });
    loseOnce(cluster);
    expect(until(cluster)).toBeNull();
    expect(losses(cluster)).toBe(1);
    cluster.close("NODE1");
    cluster.witness("NODE2");
    const since = cluster.now;
    expect(until(cluster)).toBe(since + 60_000);
    expect(cluster.entry("node.quarantined")).toMatchObject({ mscsId: 1672, node: "NODE1", severity: "warning" });
    cluster.hello("NODE1", { incarnation: "NODE1-again" });
    cluster.renew("NODE1");
    cluster.renew("NODE2");
    cluster.command({ type: "pause", node: "NODE2", drain: true, target: null });
    cluster.release("NODE2");
    expect(cluster.owner("A")).toBe("NODE3#5");
  });

  test("GP18: one silence is one loss, however many groups end with it", () => {
    const cluster = up({ QuarantineThreshold: 2, QuarantineDuration: 60 });
    expect([cluster.hold("A").node, cluster.hold("B").node]).toEqual(["NODE1", "NODE1"]);
    cluster.close("NODE1");
    cluster.witness("NODE2");
    expect([cluster.hold("A").node, cluster.hold("B").node]).not.toContain("NODE1");
    expect(losses(cluster)).toBe(1);
  });

  test("GP18: losses of more than an hour ago are forgotten", () => {
    const cluster = up({ QuarantineThreshold: 2, QuarantineDuration: 60 });
    loseOnce(cluster);
    cluster.advance(hourMs);
    for (const node of names) cluster.renew(node);
    loseOnce(cluster);
    expect(until(cluster)).toBeNull();
    expect(losses(cluster)).toBe(1);
  });

  test("GP18: a clock that went back hides no loss", () => {
    const cluster = up({ QuarantineThreshold: 2, QuarantineDuration: 60 });
    cluster.advance(2 * hourMs);
    loseOnce(cluster);
    cluster.advance(-hourMs);
    loseOnce(cluster);
    loseOnce(cluster);
    expect(cluster.count("node.quarantined")).toBe(1);
  });

  test("GP18: it is over by itself, and begins counting anew; the alarm comes once", () => {
    const cluster = up({ QuarantineThreshold: 1, QuarantineDuration: 60 });
    loseOnce(cluster);
    expect(cluster.alarmAt).toBe(until(cluster));
    cluster.event({ type: "alarm" });
    expect(cluster.count("node.quarantine-ended")).toBe(0);
    cluster.alarm();
    expect(until(cluster)).toBeNull();
    expect(cluster.entry("node.quarantine-ended")).toMatchObject({ node: "NODE1", actor: "cluster" });
    expect(cluster.alarmAt).toBeNull();
    cluster.event({ type: "alarm" });
    expect(cluster.count("node.quarantine-ended")).toBe(1);
  });

  test("GP18: an operator who resumes the node ends it", () => {
    const cluster = up({ QuarantineThreshold: 1, QuarantineDuration: 60 });
    loseOnce(cluster);
    cluster.command({ type: "resume", node: "NODE1", failback: "policy" });
    expect(until(cluster)).toBeNull();
    expect(cluster.entry("node.quarantine-ended").actor).toBe("operator");
    expect(bring(cluster, "A")).toBe("done");
    expect(cluster.hold("A").node).toBe("NODE1");
  });

  test("GP18: nobody is sent there by name either", () => {
    const cluster = up({ QuarantineThreshold: 1, QuarantineDuration: 60 });
    loseOnce(cluster);
    expect(bring(cluster, "A")).toBe("node-not-up");
    expect(cluster.ask({ type: "pause", node: "NODE2", drain: true, target: "NODE1" })).toBe("node-not-up");
  });

  test("GP18: it never takes the last owner", () => {
    const cluster = up({ QuarantineThreshold: 1, QuarantineDuration: 60 }, 2);
    loseOnce(cluster);
    expect(until(cluster)).not.toBeNull();
    cluster.close("NODE2");
    cluster.witness("NODE1");
    cluster.renew("NODE1");
    expect(cluster.hold("A").node).toBe("NODE1");
  });

  test("GP18: a group that fails goes to a quarantined node rather than be given up", () => {
    const cluster = up({ QuarantineThreshold: 1, QuarantineDuration: 60 }, 2);
    loseOnce(cluster);
    expect(cluster.hold("B").node).toBe("NODE2");
    for (let times = 0; times < 4; times += 1) {
      cluster.renew("NODE2", { report: cluster.report("NODE2", { Disk: { state: "Failed" } }) });
    }
    expect(cluster.count("group.given-up")).toBe(0);
    cluster.release("NODE2");
    expect(cluster.hold("B").node).toBe("NODE1");
  });

  test("GP18: it survives a restart, and keeps its length when the clock goes back", () => {
    const cluster = up({ QuarantineThreshold: 1, QuarantineDuration: 60 });
    loseOnce(cluster);
    cluster.restart();
    cluster.advance(-hourMs);
    for (const node of names) cluster.hello(node);
    expect(until(cluster)).toBe(cluster.now + 60_000);
    for (const node of names) cluster.renew(node);
    cluster.pass(60_000 + ttlMs, ...names);
    cluster.event({ type: "alarm" });
    expect(until(cluster)).toBeNull();
  });
});
