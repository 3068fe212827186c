import { describe, expect, test } from "vitest";
import { drainGrants } from "../../src/cluster/lease/draining.ts";
import { compareRevisions, type Revision } from "../../src/cluster/lease/generation.ts";
import { deafAfterAnswers, longestRenewMs, marginMs } from "../../src/cluster/lease/lease.ts";
import { clusterOf, disk, plainGroup, renewMs, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";
import { exchangeOnNode1 } from "./exchange.ts";

/** Two groups on NODE1, `A` of which has two seconds, four renewals, to go offline. */
function twoGroupsOnNode1(): Cluster {
  const a = plainGroup({
    Lower: disk({ PendingTimeout: 1_500 }),
    Upper: disk({ PendingTimeout: 500 }, { dependsOn: ["Lower"] }),
    Beside: disk({ PendingTimeout: 1_900 }),
  });
  const cluster = new Cluster(clusterOf({ A: a, B: virtualServer(101) }));
  cluster.up("NODE1", "NODE2");
  expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE1#1", "NODE1#1"]);
  return cluster;
}

const covered = (answer: ReturnType<Cluster["renew"]>): string[] =>
  answer.outcome.kind === "grant" ? answer.outcome.holds.map(({ group, epoch }) => `${group}#${epoch}`) : [];

describe("Grants, the object's side", () => {
  test("GR1: a grant names the renewal that it answers, what it covers and a duration, never a time", () => {
    const cluster = exchangeOnNode1();
    const { to, outcome } = cluster.renew("NODE1");
    expect(to).toBe(cluster.run("NODE1").renewals);
    expect(outcome).toEqual({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }], ttlMs });
  });

  test.each([
    [300, 50],
    [1_000, 50],
    [2_000, 100],
    [10_000, 500],
    [60_000, 3_000],
  ])("GR1: of a ttl of %d ms a holder gives %d ms away", (ttl, margin) => {
    expect(marginMs(ttl)).toBe(margin);
  });

  test("GR2: a grant to an owner writes the row of its run, whatever it owns, and before the answer", () => {
    const cluster = twoGroupsOnNode1();
    for (let times = 0; times < 3; times += 1) {
      cluster.advance(renewMs);
      cluster.renew("NODE1");
      expect(cluster.written).toEqual(["leases NODE1-run-1"]);
      expect(cluster.effects.map(({ type }) => type)).toEqual(["persist", "send"]);
    }
  });

  test("GR2: a renewal of a standby writes nothing", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE2");
    expect(cluster.effects.map(({ type }) => type)).toEqual(["send"]);
  });

  test("GR3: a grant that does not list an epoch moves neither its row nor what a witness counts", () => {
    const cluster = twoGroupsOnNode1();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    for (let times = 0; times < 4; times += 1) cluster.renew("NODE1");
    const before = { a: cluster.lease("A"), b: cluster.lease("B"), silences: cluster.renew("NODE2").silences };
    expect(covered(cluster.renew("NODE1"))).toEqual(["B#1"]);
    expect(cluster.lease("A")).toEqual(before.a);
    expect(cluster.lease("B").k).toBe(before.b.k + 1);
    const kOf = (silences: typeof before.silences, subject: string) =>
      silences.find((one) => one.subject === subject)?.k;
    const { silences } = cluster.renew("NODE2");
    expect(kOf(silences, "A#1")).toBe(kOf(before.silences, "A#1"));
    expect(kOf(silences, "B#1")).not.toBe(kOf(before.silences, "B#1"));
  });

  test("GR3: a group that is covered no longer ends by expiry while its owner goes on with another group", () => {
    const cluster = twoGroupsOnNode1();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    for (let times = 0; times < 4; times += 1) cluster.renew("NODE1");
    cluster.renew("NODE2");
    cluster.pass(ttlMs, "NODE1", "NODE2");
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE2#2", "NODE1#1"]);
  });

  test("GR4: answers are numbered upwards over all sessions, and each names its renewal", () => {
    const cluster = exchangeOnNode1();
    const answers = ["NODE1", "NODE2", "NODE2", "NODE1"].map((node) => cluster.renew(node));
    const first = answers[0]?.n ?? 0;
    expect(answers.map(({ n }) => n - first)).toEqual([0, 1, 2, 3]);
    const [one, two] = [cluster.run("NODE1").renewals, cluster.run("NODE2").renewals];
    expect(answers.map(({ to }) => to)).toEqual([one - 1, two - 1, two, one]);
  });

  test.each([
    [{ ttlMs: 2_000, renewMs: 500 }, 4],
    [{ ttlMs: 10_000, renewMs: 2_500 }, 4],
    [{ ttlMs: 60_000, renewMs: 5_000 }, 12],
    [{ ttlMs: 2_000, renewMs: 300 }, 7],
    [{ ttlMs: 2_000, renewMs: 2_000 }, 3],
  ])("GR5: with %j a session is deaf after %d answers", (lease, answers) => {
    expect(deafAfterAnswers(lease)).toBe(answers);
  });

  test("GR5: a session that confirmed none of its last answers is refused, and nothing is written for it", () => {
    const cluster = exchangeOnNode1();
    for (let times = 0; times < 4; times += 1) {
      expect(cluster.renewal("NODE1", {}, { deaf: true })?.outcome.kind).toBe("grant");
    }
    const before = cluster.lease("Exchange");
    const refusal = cluster.renewal("NODE1", {}, { deaf: true });
    expect(refusal?.outcome).toEqual({ kind: "refusal", code: "deaf" });
    expect(cluster.written).toEqual([]);
    expect(cluster.lease("Exchange")).toEqual(before);
  });

  test("GR5: a deaf session that confirms the refusal is extended by the next answer", () => {
    const cluster = exchangeOnNode1();
    for (let times = 0; times < 4; times += 1) cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.renew("NODE1").outcome.kind).toBe("refusal");
    expect(covered(cluster.renew("NODE1"))).toEqual(["Exchange#1"]);
  });

  test("GR5: confirming any one of the last answers is enough", () => {
    const cluster = exchangeOnNode1();
    const [first, ...others] = [1, 2, 3, 4].map(() => cluster.renewal("NODE1", {}, { deaf: true })?.n ?? 0);
    expect(others.length).toBe(3);
    expect(cluster.renewal("NODE1", { lastAnswer: first ?? 0 }, { deaf: true })?.outcome.kind).toBe("grant");
    expect(cluster.renewal("NODE1", { lastAnswer: first ?? 0 }, { deaf: true })?.outcome.kind).toBe("refusal");
  });

  test("GR5: a new connection begins with an empty list", () => {
    const cluster = exchangeOnNode1();
    for (let times = 0; times < 4; times += 1) cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.renewal("NODE1", {}, { deaf: true })?.outcome.kind).toBe("refusal");
    cluster.hello("NODE1");
    for (let times = 0; times < 4; times += 1) {
      expect(cluster.renewal("NODE1", {}, { deaf: true })?.outcome.kind).toBe("grant");
    }
    expect(cluster.renewal("NODE1", {}, { deaf: true })?.outcome.kind).toBe("refusal");
  });

  test("GR5: a deaf session gets no group", () => {
    const cluster = exchangeOnNode1();
    for (let times = 0; times < 5; times += 1) cluster.renewal("NODE2", {}, { deaf: true });
    expect(cluster.ask({ type: "move", group: "Exchange", target: "NODE2", at: null })).toBe("node-not-up");
  });

  test.each<[string, Revision, Revision | null, number]>([
    ["a later generation is newer, whatever its count", { generation: 2, n: 1 }, { generation: 1, n: 9 }, 1],
    ["within a generation the count decides", { generation: 2, n: 3 }, { generation: 2, n: 2 }, 1],
    ["an older generation is older", { generation: 1, n: 9 }, { generation: 2, n: 1 }, -1],
    ["a revision is as new as itself", { generation: 2, n: 2 }, { generation: 2, n: 2 }, 0],
    ["any is newer than none", { generation: 1, n: 1 }, null, 1],
  ])("GR6: %s", (_title, a, b, sign) => {
    expect(Math.sign(compareRevisions(a, b))).toBe(sign);
  });

  test("GR6: each assignment that a run is told has a higher revision than the one before, over starts too", () => {
    const cluster = exchangeOnNode1();
    const told = [cluster.assigned("NODE1").revision];
    for (const wanted of ["Offline", "Online", "Offline"] as const) {
      cluster.command({ type: "want", group: "Exchange", wanted });
      told.push(cluster.assigned("NODE1").revision);
      cluster.restart();
      told.push(cluster.hello("NODE1").assignment.revision);
    }
    told
      .slice(1)
      .forEach((revision, index) => expect(compareRevisions(revision, told[index] ?? null)).toBeGreaterThan(0));
    expect(told.at(-1)?.generation).toBe(4);
  });

  test("GR7: a renewal that mentions nothing, and a hello that mentions nothing, release nothing", () => {
    const cluster = exchangeOnNode1();
    const silent = {
      intact: [],
      released: [],
      claims: [],
      report: { revision: null, holds: [], associations: [], notices: [] },
    };
    expect(covered(cluster.renew("NODE1", silent))).toEqual(["Exchange#1"]);
    cluster.hello("NODE1", { released: [], seen: { generation: null, revision: null, epochs: {} } });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(covered(cluster.renew("NODE1", silent))).toEqual(["Exchange#1"]);
  });

  test("GR7: a report that is left out is the last one that was said", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    cluster.renew("NODE1", { report: null });
    expect(cluster.groupView("Exchange").state).toBe("Online");
  });

  test("GR8: a connection with a higher number replaces the lower one of its run", () => {
    const cluster = exchangeOnNode1();
    const old = cluster.run("NODE1").socket ?? "";
    cluster.hello("NODE1", { connection: 7 });
    expect(cluster.closed.get(old)).toBe("replaced");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(covered(cluster.renew("NODE1"))).toEqual(["Exchange#1"]);
  });

  test("GR8: what an older connection says is not heard", () => {
    const cluster = exchangeOnNode1();
    const run = cluster.run("NODE1");
    const old = run.socket ?? "";
    cluster.hello("NODE1");
    const message = { ...run.nextRenewal(cluster.now), released: [{ group: "Exchange", epoch: 1 }] };
    cluster.event({ type: "renewal", socket: old, message });
    expect(cluster.effects).toEqual([{ type: "close", socket: old, reason: "out-of-turn" }]);
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.event({ type: "closed", socket: old });
    expect(cluster.session("NODE1").connection.kind).toBe("open");
  });

  test.each([1, 2])(
    "GR8: after connection 2, a hello with number %d is turned away, also when that one is closed",
    (connection) => {
      const cluster = exchangeOnNode1();
      cluster.hello("NODE1", { connection: 2 });
      expect(cluster.turnedAway("NODE1", { connection })).toBe("out-of-turn");
      cluster.close("NODE1");
      expect(cluster.turnedAway("NODE1", { connection })).toBe("out-of-turn");
      expect(cluster.owner("Exchange")).toBe("NODE1#1");
    },
  );

  test("GR8: a second hello on one connection ends it, and the run counts as disconnected", () => {
    const cluster = exchangeOnNode1();
    const { socket, seen } = cluster.run("NODE1");
    const message = {
      type: "hello",
      protocol: 1,
      incarnation: "NODE1-run-1",
      connection: 2,
      seen,
      released: [],
      holding: [],
      machine: null,
      peer: null,
      told: { associations: 0, notices: 0 },
    } as const;
    cluster.event({ type: "hello", socket: socket ?? "", node: "NODE1", nonce: "fresh", message });
    expect(cluster.closed.get(socket ?? "")).toBe("out-of-turn");
    expect(cluster.session("NODE1").connection.kind).toBe("closed");
    expect(cluster.ask({ type: "confirm-down", node: "NODE1" })).toBe("done");
  });

  test("GR8: a renewal whose number does not grow is not heard, also on a new connection", () => {
    const cluster = exchangeOnNode1();
    const n = cluster.run("NODE1").renewals;
    const released = [{ group: "Exchange", epoch: 1 }];
    expect(cluster.renewal("NODE1", { n, released })).toBeNull();
    expect(cluster.effects).toEqual([]);
    cluster.hello("NODE1");
    expect(cluster.renewal("NODE1", { n: n - 1, released })).toBeNull();
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(cluster.renew("NODE1", { n: n + 10 }).to).toBe(n + 10);
  });

  test("GR9: a group that is moved stays covered, wanted offline, for the PendingTimeouts along its longest chain", () => {
    const cluster = twoGroupsOnNode1();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    expect(cluster.assigned("NODE1").groups.map(({ group, wanted }) => [group, wanted])).toEqual([
      ["A", "Offline"],
      ["B", "Online"],
    ]);
    const answers = [1, 2, 3, 4, 5, 6].map(() => covered(cluster.renew("NODE1")));
    expect(answers.map((holds) => holds.includes("A#1"))).toEqual([true, true, true, true, false, false]);
    expect(answers.every((holds) => holds.includes("B#1"))).toBe(true);
    expect(cluster.owner("A"), "what is covered no longer is not ended by that").toBe("NODE1#1 draining");
  });

  test("GR9: the time in which its open connections may finish comes on top, the longest of its addresses", () => {
    const timed = (DrainTimeout: number) => {
      const group = virtualServer(100);
      const resources = Object.entries(group.resources).map(([name, resource]) => {
        const own = resource.type === "IP Address" ? { DrainTimeout } : {};
        return [name, { ...resource, properties: { ...resource.properties, ...own, PendingTimeout: 1_000 } }] as const;
      });
      return { ...group, resources: Object.fromEntries(resources) };
    };
    const grants = [0, 1, 5_000].map((drainMs) => drainGrants(clusterOf({ A: timed(drainMs) }), timed(drainMs)));
    expect(grants).toEqual([4, 5, 14]);
  });

  test("GR9: what is released before is covered no longer at once, and its next owner holds the next epoch", () => {
    const cluster = twoGroupsOnNode1();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    expect(covered(cluster.renew("NODE1"))).toEqual(["A#1", "B#1"]);
    expect(covered(cluster.release("NODE1"))).toEqual(["B#1"]);
    expect(cluster.owner("A")).toBe("NODE2#2");
    expect(covered(cluster.renew("NODE2"))).toEqual(["A#2"]);
  });

  test("GR9: how often a draining group may still be covered is written, so a start does not begin it anew", () => {
    const cluster = twoGroupsOnNode1();
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.renew("NODE1");
    cluster.renew("NODE1");
    cluster.restart();
    cluster.hello("NODE1");
    cluster.hello("NODE2");
    const answers = [1, 2, 3].map(() => covered(cluster.renew("NODE1")));
    expect(answers.map((holds) => holds.includes("A#1"))).toEqual([true, true, false]);
  });

  test("GR10: an assignment is said as a whole at once, and not again in the steady state", () => {
    const cluster = twoGroupsOnNode1();
    cluster.command({ type: "want", group: "A", wanted: "Offline" });
    const [message, ...others] = cluster.effects.flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
    expect(others).toEqual([]);
    expect(message?.type).toBe("assignment");
    expect(message?.assignment?.groups.map(({ group }) => group)).toEqual(["A", "B"]);
    for (let times = 0; times < 3; times += 1) expect(cluster.renew("NODE1").assignment).toBeNull();
  });

  test("GR10: who names an older revision, or none, is told the whole again", () => {
    const cluster = twoGroupsOnNode1();
    const { revision } = cluster.assigned("NODE1");
    const older = [
      null,
      { ...revision, n: revision.n - 1 },
      { generation: revision.generation - 1, n: revision.n + 5 },
    ];
    for (const named of older) {
      expect(cluster.renew("NODE1", { revision: named }).assignment, JSON.stringify(named)).toEqual(
        cluster.assigned("NODE1"),
      );
    }
    expect(cluster.renew("NODE1").assignment).toBeNull();
  });

  test("DF5: four renewals fit into a ttl, and none is farther apart than five seconds", () => {
    expect([300, 2_000, 20_000, 60_000].map(longestRenewMs)).toEqual([75, 500, 5_000, 5_000]);
  });
});
