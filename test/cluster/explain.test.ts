import { describe, expect, test } from "vitest";
import { rejectionCodes } from "../../src/cluster/policies/candidates.ts";
import type { CandidateExplanation } from "../../src/cluster/explain/explain-candidates.ts";
import { notHereCodes } from "../../src/cluster/explain/explain-candidates.ts";
import { explainGroup, type GroupExplanation } from "../../src/cluster/explain/explain.ts";
import { notOnlineCodes } from "../../src/cluster/explain/explain-resources.ts";
import { nextCodes } from "../../src/cluster/explain/explain-next.ts";
import { clusterOf, disk, ipAddress, nodes, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const seen = { rejected: new Set<string>(), notHere: new Set<string>(), resources: new Set<string>(), next: new Set() };

function explained(cluster: Cluster, group = "VS"): GroupExplanation {
  const before = structuredClone(cluster.state);
  const explanation = explainGroup(cluster.state, group, cluster.now, cluster.journal);
  expect(cluster.state).toEqual(before);
  if (explanation === null) throw new Error(`there is no group ${group}`);
  for (const { rejected, notHere } of explanation.candidates) {
    if (rejected !== null) seen.rejected.add(rejected.code);
    if (notHere !== null) seen.notHere.add(notHere.code);
  }
  for (const { code } of explanation.resources) seen.resources.add(code);
  for (const { code } of explanation.next) seen.next.add(code);
  return explanation;
}

function candidate(cluster: Cluster, node: string, group = "VS"): CandidateExplanation {
  const found = explained(cluster, group).candidates.find((one) => one.node === node);
  if (found === undefined) throw new Error(`${node} is no candidate`);
  return found;
}

const rejection = (cluster: Cluster, node: string, group = "VS"): string | undefined =>
  candidate(cluster, node, group).rejected?.code;
const notHere = (cluster: Cluster, node: string, group = "VS"): string | undefined =>
  candidate(cluster, node, group).notHere?.code;

const preferred = { preferredOwners: ["NODE1", "NODE2"] };
const goesBack = { ...preferred, properties: { AutoFailbackType: 1 } };

/** NODE1 is killed, NODE2 takes its group, and NODE1 is back. */
function afterLoss(parts: Parameters<typeof virtualServer>[1] = preferred, properties = {}): Cluster {
  const cluster = new Cluster(clusterOf({ VS: virtualServer(10, parts) }, { properties }));
  cluster.up("NODE1", "NODE2");
  cluster.close("NODE1");
  cluster.witness("NODE2");
  return cluster;
}

function isBack(cluster: Cluster): void {
  cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
  cluster.renew("NODE1");
}

describe("why a group is here", () => {
  test("EX1: that nothing comes by itself while no agent is connected is said", () => {
    const nobody = explained(new Cluster(clusterOf({ VS: virtualServer(10) })));
    for (const { sentence } of [nobody.because, ...nobody.blocked, ...nobody.next]) {
      expect(sentence).toContain("No agent is connected");
    }
    expect(nobody.next.length).toBe(1);
  });

  test("EX1: the first candidate that may own a group is the one that gets it", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10, { preferredOwners: ["NODE2", "NODE1"] }) }));
    cluster.hello("NODE1");
    cluster.renew("NODE1");
    expect(explained(cluster)).toMatchObject({ owner: null, because: { code: "starting", rule: "ST1" } });
    expect(explained(cluster).because.sentence).not.toContain("No agent");
    cluster.up("NODE1", "NODE2");
    expect(explained(cluster)).toMatchObject({ owner: "NODE2", epoch: 1, because: { code: "new", rule: "GP2" } });
    cluster.close("NODE2");
    const first = explained(cluster).candidates.find(({ mayOwn }) => mayOwn);
    cluster.witness("NODE1");
    expect(cluster.hold("VS").node).toBe(first?.node);
    expect(explained(cluster).because).toMatchObject({
      code: "expired",
      rule: "EN3",
      sentence:
        "NODE1 owns it under epoch 2: NODE2 lost its lease, and it was then the first in the order that could take it.",
    });
  });

  test("EX1: how it came here is told with who asked for it", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10, preferred) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "VS", target: "NODE2", at: null });
    expect(explained(cluster)).toMatchObject({
      because: { code: "draining", rule: "GR9" },
      next: [{ code: "released", rule: "GR9", at: null }],
    });
    expect(notHere(cluster, "NODE2")).toBe("on-its-way");
    cluster.release("NODE1");
    expect(explained(cluster).because.sentence).toBe("NODE2 owns it under epoch 2: operator moved it away from NODE1.");
    expect(explainGroup(cluster.state, "VS", cluster.now, [])?.because).toMatchObject({
      code: "not-told",
      rule: "JN5",
    });
  });

  test("EX1: an owner that is silent holds it still", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10) }));
    cluster.up("NODE1", "NODE2");
    cluster.pass(ttlMs + 1, "NODE2");
    expect(explained(cluster)).toMatchObject({
      owner: "NODE1",
      state: "Unknown",
      because: { code: "owner-silent", rule: "EN3" },
      resources: [{ resource: "IP", code: "owner-silent" }, { resource: "Name" }],
      next: [{ code: "witnessed", rule: "EN3" }],
    });
  });

  test("EX1: of what there is not, nothing is explained", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10) }));
    expect(explainGroup(cluster.state, "Other", cluster.now, [])).toBeNull();
    expect(explainGroup(new Cluster().state, "VS", 0, [])).toBeNull();
  });
});

describe("why a node is passed over", () => {
  test("EX2: every node has its place, and what speaks against it", () => {
    const resources = { Disk: disk({}, { possibleOwners: ["NODE1", "NODE2", "NODE4"] }) };
    const cluster = new Cluster(
      clusterOf({ VS: plainGroup(resources, preferred) }, { nodes: nodes("NODE1", "NODE2", "NODE3", "NODE4") }),
    );
    cluster.up("NODE1", "NODE2", "NODE3");
    cluster.hello("NODE4");
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    expect(explained(cluster).candidates).toMatchObject([
      { node: "NODE1", place: 1, mayOwn: true, isOwner: true, rejected: null, sentence: "NODE1 owns it." },
      { node: "NODE2", place: 2, mayOwn: false, rejected: { code: "paused", rule: "GP9" } },
      { node: "NODE4", place: 3, rejected: { code: "not-answered", rule: "EN7" } },
      { node: "NODE3", place: null, rejected: { code: "not-possible-owner", rule: "GP2" } },
    ]);
    cluster.command({ type: "pause", node: "NODE1", drain: false, target: null });
    expect(candidate(cluster, "NODE1")).toMatchObject({ isOwner: true, mayOwn: false });
    expect(candidate(cluster, "NODE1").sentence).toContain("would not be given it now. NODE1 is paused.");
  });

  test("EX2: a run that is gone, lost its lease, waits for an earlier one, is deaf or is stopping", () => {
    const cluster = afterLoss();
    expect(rejection(cluster, "NODE1")).toBe("not-joined");
    const waits = new Cluster(clusterOf({ VS: virtualServer(10) }));
    waits.up("NODE1", "NODE2");
    waits.close("NODE1");
    waits.hello("NODE1", { incarnation: "NODE1-run-2" });
    expect(rejection(waits, "NODE1")).toBe("joining");
    const expired = new Cluster(clusterOf({ VS: virtualServer(10) }));
    expired.up("NODE1", "NODE2");
    expired.witness("NODE2");
    expect(rejection(expired, "NODE1")).toBe("expired");
    const deaf = new Cluster(clusterOf({ VS: virtualServer(10) }));
    deaf.up("NODE1", "NODE2");
    for (let n = 0; n < 6; n += 1) deaf.renewal("NODE2", {}, { deaf: true });
    expect(rejection(deaf, "NODE2")).toBe("deaf");
    const leaving = new Cluster(clusterOf({ VS: virtualServer(10) }));
    leaving.up("NODE1", "NODE2");
    leaving.renew("NODE2", { leaving: true });
    expect(rejection(leaving, "NODE2")).toBe("leaving");
  });

  test("EX2: who has not been heard since the owner fell silent may be gone as well", () => {
    const resources = { Disk: disk({}, { possibleOwners: ["NODE1", "NODE2"] }) };
    const cluster = new Cluster(clusterOf({ VS: plainGroup(resources) }, { nodes: nodes("NODE1", "NODE2", "NODE3") }));
    cluster.up("NODE1", "NODE2", "NODE3");
    cluster.witness("NODE3");
    expect(rejection(cluster, "NODE2")).toBe("not-heard-since");
    expect(explained(cluster).because).toMatchObject({ code: "no-candidate", rule: "GP2" });
    expect(explained(cluster).because.sentence).toContain("since NODE1 lost it");
  });

  test("EX2: quarantine and groups that are to stay apart", () => {
    const quarantine = { QuarantineDuration: 60, QuarantineThreshold: 1 };
    const cluster = afterLoss(preferred, quarantine);
    isBack(cluster);
    expect(candidate(cluster, "NODE1").rejected).toMatchObject({ code: "quarantined", rule: "GP18" });
    expect(explained(cluster).next).toMatchObject([{ code: "quarantine-ends", rule: "GP18" }]);
    const classes = { properties: { AntiAffinityClassNames: ["mail"] } };
    const apart = new Cluster(
      clusterOf(
        { VS: plainGroup(undefined, classes), Other: plainGroup(undefined, classes) },
        {
          properties: { ClusterEnforcedAntiAffinity: 1 },
        },
      ),
    );
    apart.up("NODE1", "NODE2");
    expect(candidate(apart, "NODE2").rejected).toMatchObject({ code: "anti-affinity", rule: "GP16" });
  });
});

describe("why the group is not there, though the node comes before", () => {
  test("EX3: failback: not wanted, not yet settled, outside of its window, or in maintenance", () => {
    const stays = afterLoss();
    isBack(stays);
    expect(candidate(stays, "NODE1").notHere).toEqual({
      code: "failback-prevented",
      rule: "GP17",
      sentence: "NODE1 is preferred and back, but AutoFailbackType 0 prevents failback: the group stays on NODE2.",
    });
    expect(stays.view().groups["VS"]?.failbackDue).toBe(false);
    const unsettled = afterLoss(goesBack);
    const failed = unsettled.report("NODE2", { IP: { state: "OnlinePending" } });
    unsettled.renew("NODE2", { report: failed });
    isBack(unsettled);
    expect(notHere(unsettled, "NODE1")).toBe("not-settled");

    const hour = new Date(stays.now).getUTCHours();
    const window = { AutoFailbackType: 1, FailbackWindowStart: (hour + 3) % 24, FailbackWindowEnd: (hour + 4) % 24 };
    const waits = afterLoss({ ...preferred, properties: window });
    waits.renew("NODE2");
    isBack(waits);
    expect(notHere(waits, "NODE1")).toBe("failback-window");
    const opens = explained(waits).next.find(({ code }) => code === "goes-home");
    expect(new Date(opens?.at ?? 0).getUTCHours()).toBe((hour + 3) % 24);

    const observed = afterLoss(goesBack);
    observed.command({ type: "maintenance", on: true });
    observed.renew("NODE2");
    isBack(observed);
    expect(candidate(observed, "NODE1").notHere).toMatchObject({ code: "maintenance", rule: "GP19" });
    expect(explained(observed).blocked).toMatchObject([{ code: "maintenance", rule: "GP19" }]);
  });

  test("EX3: it failed there, or an operator took it away", () => {
    const cluster = new Cluster(clusterOf({ VS: plainGroup({ Disk: disk({ RestartThreshold: 0 }) }, goesBack) }));
    cluster.up("NODE1", "NODE2");
    const report = cluster.report("NODE1", { Disk: { state: "Failed" } });
    cluster.renew("NODE1", { report });
    cluster.release("NODE1");
    expect(cluster.owner("VS")).toBe("NODE2#2");
    expect(notHere(cluster, "NODE1")).toBe("failed-there");
    expect(explained(cluster).because).toMatchObject({ code: "failover", rule: "GP4" });
    const moved = new Cluster(clusterOf({ VS: virtualServer(10, goesBack) }));
    moved.up("NODE1", "NODE2");
    moved.command({ type: "move", group: "VS", target: "NODE2", at: null });
    moved.release("NODE1");
    expect(candidate(moved, "NODE1").notHere).toMatchObject({
      code: "moved-by-operator",
      sentence: "operator moved it to NODE2, so it does not go to NODE1 by itself.",
    });
  });

  test("EX3: it is not preferred, or was not kept waiting for it", () => {
    const cluster = afterLoss({});
    isBack(cluster);
    expect(notHere(cluster, "NODE1")).toBe("not-preferred");
    const late = new Cluster(clusterOf({ VS: virtualServer(10, { preferredOwners: ["NODE2"] }) }));
    late.up("NODE1", "NODE2");
    expect(late.owner("VS")).toBe("NODE2#1");
    late.define(clusterOf({ VS: virtualServer(10, goesBack) }));
    expect(notHere(late, "NODE1")).toBe("not-owed");
  });

  test("EX3: nobody is given anything while the control plane has just started", () => {
    const cluster = afterLoss();
    isBack(cluster);
    cluster.restart();
    cluster.hello("NODE1");
    cluster.hello("NODE2");
    cluster.renew("NODE1");
    cluster.renew("NODE2");
    expect(notHere(cluster, "NODE1")).toBe("starting");
    expect(explained(cluster).next).toMatchObject([{ code: "hold-ends", rule: "ST1" }]);
  });

  test("EX3: it would go back at once, to the first of those that it is owed to", () => {
    const three = { preferredOwners: ["NODE1", "NODE2", "NODE3"], properties: {} };
    const definition = (properties: object) =>
      clusterOf(
        { VS: virtualServer(10, { ...three, properties: { ...properties } }) },
        {
          nodes: nodes("NODE1", "NODE2", "NODE3"),
        },
      );
    const cluster = new Cluster(definition({}));
    cluster.up("NODE3");
    cluster.hello("NODE1");
    cluster.renew("NODE1");
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    const back = structuredClone(cluster.state);
    const group = { ...virtualServer(10, { ...three, properties: { AutoFailbackType: 1 } }) };
    const stored = back.durable.cluster;
    if (stored === null) throw new Error("nothing is defined");
    cluster.state = {
      ...back,
      durable: { ...back.durable, cluster: { ...stored, definition: { ...stored.definition, groups: { VS: group } } } },
    };
    expect(notHere(cluster, "NODE1")).toBe("failback-due");
    expect(notHere(cluster, "NODE2")).toBe("later-in-order");
  });
});

describe("why a resource is not online", () => {
  test("EX4: it waits for what it stands on, or is still on its way", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10) }));
    cluster.up("NODE1", "NODE2");
    const states = { IP: { state: "OnlinePending", checkpoint: 7 }, Name: { state: "Offline" } } as const;
    cluster.renew("NODE1", { report: cluster.report("NODE1", states) });
    expect(explained(cluster).resources).toMatchObject([
      { resource: "IP", code: "pending", rule: "GP6", state: "OnlinePending", waitsFor: [] },
      { resource: "Name", code: "waits-for-resources", rule: "GP1", waitsFor: ["IP"] },
    ]);
    expect(explained(cluster).resources[0]?.sentence).toContain("checkpoint is 7");
    expect(explained(cluster).next).toMatchObject([{ code: "stuck", rule: "GP6" }]);
    const online = { IP: { state: "Online" }, Name: { state: "Offline" } } as const;
    cluster.renew("NODE1", { report: cluster.report("NODE1", online) });
    expect(explained(cluster).resources).toMatchObject([{ resource: "Name", code: "ordered", rule: "GR10" }]);
  });

  test("EX4: it failed: what its agent said, and how far from its thresholds it and its group are", () => {
    const group = plainGroup({ Disk: disk({ RestartThreshold: 0 }) }, { properties: { FailoverThreshold: 5 } });
    const cluster = new Cluster(clusterOf({ VS: group }));
    cluster.up("NODE1", "NODE2");
    const problem = { code: "no-space", message: "the disk is full" };
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed", problem } }) });
    const { resources, failovers } = explained(cluster);
    expect(failovers).toEqual({ counted: 1, threshold: 5, periodMs: 6 * 3_600_000 });
    expect(resources).toMatchObject([{ problem, failures: 1, restartThreshold: 0 }]);
  });

  test("EX4: it failed: how often, and when it is tried again", () => {
    const properties = { RestartThreshold: 1, RestartPeriod: 60_000, RetryPeriodOnFailure: 400_000 };
    const group = plainGroup({ Disk: disk({ ...properties, RestartAction: 1 }) });
    const cluster = new Cluster(clusterOf({ VS: group }));
    cluster.up("NODE1", "NODE2");
    const fail = (attempt: number): void => {
      cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed", attempt } }) });
    };
    fail(1);
    expect(explained(cluster).resources).toMatchObject([
      { code: "restarting", rule: "GP3", failures: 1, attempt: 2, triedAgainAt: cluster.now + 500 },
    ]);
    fail(2);
    const again = cluster.now + 400_000;
    expect(explained(cluster)).toMatchObject({
      resources: [{ code: "given-up", rule: "GP4", failures: 2, triedAgainAt: again }],
      next: [{ code: "retried", rule: "GP4", at: again }],
    });
    const never = new Cluster(clusterOf({ VS: plainGroup({ Disk: disk(), Other: disk({ RestartAction: 0 }) }) }));
    never.up("NODE1", "NODE2");
    never.command({ type: "maintenance", on: true });
    never.renew("NODE1", { report: never.report("NODE1", { Other: { state: "Failed" } }) });
    expect(explained(never).resources).toMatchObject([{ resource: "Other", code: "maintenance", rule: "GP19" }]);
  });

  test("EX4: what failed and is not judged yet is not tried again by itself", () => {
    const cluster = new Cluster(clusterOf({ VS: plainGroup({ Disk: disk({ RestartAction: 0 }) }) }));
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
    cluster.command({ type: "want", group: "VS", wanted: "Online" });
    expect(explained(cluster).resources).toMatchObject([{ code: "restarting", attempt: 2 }]);
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed", attempt: 7 } }) });
    const { groups } = cluster.state.durable;
    const row = groups.get("VS");
    if (row === undefined) throw new Error("no row");
    const troubles = {
      failovers: [],
      givenUp: null,
      resources: { Disk: { attempt: 2, judged: 2, failedAt: [cluster.now] } },
    };
    const durable = { ...cluster.state.durable, groups: new Map([["VS", { ...row, troubles }]]) };
    cluster.state = { ...cluster.state, durable };
    expect(explained(cluster).resources).toMatchObject([{ code: "failed-for-good", rule: "GP3", triedAgainAt: null }]);
  });

  test("EX4: it is wanted offline, waits for its start, or nobody owns it", () => {
    const groups = {
      First: plainGroup(),
      VS: plainGroup({ Disk: disk() }, { dependsOn: ["First"], properties: { GroupStartDelay: 5_000 } }),
    };
    const cluster = new Cluster(clusterOf(groups));
    expect(explained(cluster).resources).toMatchObject([{ code: "group-not-owned", rule: "GP2" }]);
    cluster.up("NODE1", "NODE2");
    expect(explained(cluster)).toMatchObject({
      resources: [{ code: "waits-for-start", rule: "GP15" }],
      next: [{ code: "starts", rule: "GP15" }],
    });
    cluster.command({ type: "want", group: "First", wanted: "Offline" });
    cluster.pass(5_000, "NODE1", "NODE2");
    expect(explained(cluster)).toMatchObject({
      resources: [{ code: "waits-for-groups", waitsFor: ["First"] }],
      next: [{ code: "starts-after", at: null }],
    });
    expect(explained(cluster, "First").resources).toMatchObject([{ code: "wanted-offline", rule: "GP8" }]);
    cluster.command({ type: "want", group: "First", wanted: "Online" });
    cluster.command({ type: "want-resource", group: "First", resource: "Disk", wanted: "Offline" });
    cluster.renew("NODE1");
    expect(explained(cluster, "First").resources).toMatchObject([{ code: "wanted-offline", rule: "GP12" }]);
  });

  test("EX4: its group is on its way", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "VS", target: null, at: null });
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Name: { state: "Offline" } }) });
    expect(explained(cluster).resources.map(({ code }) => code)).toContain("draining");
  });
});

describe("what keeps it, and what comes by itself", () => {
  test("EX5: an address that an earlier group still holds", () => {
    const cluster = new Cluster(clusterOf({ Old: virtualServer(10) }));
    cluster.up("NODE1", "NODE2");
    cluster.define(clusterOf({ VS: { ...virtualServer(10), resources: { IP: ipAddress(10) } } }));
    expect(explained(cluster)).toMatchObject({
      owner: null,
      because: { code: "address-held", rule: "EN9" },
      blocked: [{ code: "address-held", sentence: expect.stringContaining("NODE1, with group Old under epoch 1") }],
    });
    expect(notHere(cluster, "NODE2")).toBe("next");
  });

  test("EX5: a move that waits for its time", () => {
    const cluster = new Cluster(clusterOf({ VS: virtualServer(10) }));
    cluster.up("NODE1", "NODE2");
    const at = cluster.now + 60_000;
    cluster.command({ type: "move", group: "VS", target: "NODE2", at });
    expect(explained(cluster).next).toMatchObject([{ code: "moves", rule: "GP20", at }]);
  });
});

test("EX2: each code has occurred in a test above", () => {
  expect([...seen.rejected].sort()).toEqual([...rejectionCodes].sort());
  expect([...seen.notHere].sort()).toEqual([...notHereCodes].sort());
  expect([...seen.resources].sort()).toEqual([...notOnlineCodes].sort());
  expect([...seen.next].sort()).toEqual([...nextCodes].sort());
});
