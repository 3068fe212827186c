import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { Seen } from "../../src/cluster/messages.ts";
import { limits } from "../../src/cluster/limits.ts";
import { withAddresses } from "../../src/agent/session-holds.ts";
import type { Holding } from "../../src/cluster/messages.ts";
import { clusterOf, disk, ipAddress, plainGroup, renewMs, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";
import { exchange, exchangeOnNode1 } from "./exchange.ts";

/** The object has started again, and these have said hello since. */
function restarted(...nodes: readonly string[]): Cluster {
  const cluster = exchangeOnNode1();
  cluster.restart();
  for (const node of nodes) cluster.hello(node);
  return cluster;
}

const holding = (cluster: Cluster): number | null => {
  const { start } = cluster.state.memory;
  return start.kind === "holding" ? start.holdMs : null;
};

describe("Starts", () => {
  test("ST1: a start is a new generation, and what was written before it is what is known after it", () => {
    const cluster = exchangeOnNode1();
    const before = cluster.state.durable;
    cluster.restart();
    expect(cluster.state.durable).toEqual({
      ...before,
      generation: { number: 2, nonce: cluster.state.durable.generation.nonce },
    });
    expect(cluster.state.durable.generation.nonce).not.toBe(before.generation.nonce);
    expect(cluster.entry("object.started").sentence).toContain("generation 2");
  });

  test("ST1: after a start no epoch begins before a run has counted the ttl, not even for a group that nobody owns", () => {
    const cluster = restarted("NODE1", "NODE2");
    cluster.define(clusterOf({ Exchange: virtualServer(100), Other: virtualServer(101) }));
    cluster.renew("NODE2", { generationAgeMs: ttlMs - 1 });
    expect([holding(cluster), cluster.owner("Other")]).toEqual([ttlMs, "nobody"]);
    cluster.renew("NODE2", { generationAgeMs: ttlMs });
    expect([holding(cluster), cluster.owner("Other")]).toEqual([null, "NODE2#1"]);
  });

  test("GP6: a group that is stuck is judged when it is known who else is there, not while the object is holding", () => {
    const slow = { Disk: disk({ PendingTimeout: 10 }) };
    const cluster = new Cluster(clusterOf({ A: plainGroup(slow) }, { lease: { ttlMs: 60_000, renewMs: 5_000 } }));
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "OnlinePending" } }) });
    cluster.restart();
    cluster.hello("NODE1");
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "OnlinePending" } }) });
    cluster.advance(12_000);
    cluster.event({ type: "alarm" });
    expect(holding(cluster)).not.toBeNull();
    expect(cluster.count("group.given-up")).toBe(0);
    expect(cluster.alarmAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(cluster.now);
  });

  test("ST1: a release while the object is holding ends the epoch, and the next one begins only after the hold", () => {
    const cluster = restarted("NODE1", "NODE2");
    cluster.renew("NODE2");
    cluster.renew("NODE1", { released: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.owner("Exchange")).toBe("nobody");
    cluster.pass(ttlMs - renewMs, "NODE1", "NODE2");
    expect(cluster.owner("Exchange")).toBe("nobody");
    cluster.pass(renewMs, "NODE1", "NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#2");
  });

  test("ST1: the count is of this generation, and who has heard no answer of it has counted nothing", () => {
    const cluster = restarted("NODE2");
    cluster.renew("NODE2", { generationAgeMs: null });
    cluster.renew("NODE2", { generationAgeMs: 10 * ttlMs, generation: 1 });
    expect(holding(cluster)).toBe(ttlMs);
  });

  test("ST1: the object's own clock does not end the hold", () => {
    const cluster = restarted("NODE2");
    cluster.advance(1_000 * ttlMs);
    cluster.event({ type: "alarm" });
    cluster.renew("NODE2");
    expect(holding(cluster)).toBe(ttlMs);
  });

  test("ST1: what is waited for is the longest ttl that an ownership may be held for, whatever the definition says since", () => {
    const cluster = exchangeOnNode1();
    cluster.define({ ...exchange, lease: { ttlMs: 400, renewMs: 100 } });
    cluster.restart();
    expect(holding(cluster)).toBe(ttlMs);
    cluster.hello("NODE1");
    for (let times = 0; times < 3; times += 1) {
      cluster.renew("NODE1");
      cluster.advance(ttlMs / 2);
    }
    cluster.restart();
    expect(holding(cluster)).toBe(400);
  });

  test("JN6: an owner that has said hello and has not reported yet is not judged by that", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    expect(cluster.count("group.online")).toBe(1);
    cluster.restart();
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    cluster.advance(ttlMs);
    cluster.hello("NODE1");
    cluster.renew("NODE2");
    expect(holding(cluster)).toBeNull();
    cluster.renew("NODE1");
    expect([cluster.count("group.offline"), cluster.count("group.online")]).toEqual([0, 1]);
  });

  test("JN6: over a start a group that went on is no news, and one that went offline meanwhile is told, and that it is back", () => {
    const cluster = restarted("NODE1", "NODE2");
    const toldSince = (seq: number) =>
      cluster.journal.flatMap(({ seq: number, kind, severity }) =>
        number > seq && /^group\.o[nf]/.test(kind) ? [`${kind} ${severity}`] : [],
      );
    const started = cluster.entry("object.started").seq;
    cluster.renew("NODE1");
    expect(toldSince(started)).toEqual([]);
    cluster.restart();
    cluster.hello("NODE1");
    const again = cluster.journal.length;
    cluster.renew("NODE1", {
      report: cluster.report("NODE1", { IP: { state: "Offline" }, Name: { state: "Offline" } }),
    });
    expect(toldSince(again)).toEqual(["group.offline warning"]);
    cluster.renew("NODE1");
    expect(toldSince(again)).toEqual(["group.offline warning", "group.online info"]);
  });

  test("ST1: each start begins the hold anew", () => {
    const cluster = restarted("NODE2");
    cluster.renew("NODE2");
    cluster.pass(ttlMs - renewMs, "NODE2");
    cluster.restart();
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    cluster.pass(ttlMs - renewMs, "NODE2");
    expect(holding(cluster)).toBe(ttlMs);
    cluster.pass(renewMs, "NODE2");
    expect(holding(cluster)).toBeNull();
  });

  test("ST1: a move that was under way when the object started is not lost, and waits for the hold", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.restart();
    cluster.hello("NODE1");
    cluster.renew("NODE1");
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE1#1 draining");
    cluster.pass(ttlMs, "NODE1", "NODE2");
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("ST2: an owner that was told of the start and whose fuse has not blown is extended at once", () => {
    const cluster = restarted("NODE1");
    expect(cluster.renew("NODE1").outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.written).toEqual(["leases NODE1-run-1"]);
  });

  test.each([
    ["its fuse has blown", { intact: [] }],
    ["it says so of another epoch", { intact: [{ group: "Exchange", epoch: 2 }] }],
    ["it says so of another group", { intact: [{ group: "constructor", epoch: 1 }] }],
    ["it was not told of the start", { generation: 1 }],
  ])("ST2: while the object is holding, an owner is not extended when %s", (_title, said) => {
    const cluster = restarted("NODE1");
    const { k } = cluster.lease("Exchange");
    expect(cluster.renew("NODE1", said).outcome).toEqual({ kind: "grant", holds: [], ttlMs });
    expect(cluster.lease("Exchange").k).toBe(k);
    expect(cluster.written).toEqual([]);
  });

  test("ST2: after the hold its owner is extended again, also one whose fuse had blown", () => {
    const cluster = restarted("NODE1");
    cluster.renew("NODE1", { intact: [] });
    cluster.pass(ttlMs, "NODE1");
    expect(holding(cluster)).toBeNull();
    expect(cluster.renew("NODE1").outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("ST2: an owner that speaks without being extended is not taken for silent by the standby", () => {
    const cluster = restarted("NODE1", "NODE2");
    cluster.renew("NODE2");
    for (let spoken = 0; spoken < 2 * ttlMs; spoken += renewMs) {
      cluster.advance(renewMs);
      cluster.renew("NODE1", { intact: [], generationAgeMs: null });
      cluster.renew("NODE2", { generationAgeMs: null, claims: cluster.claims("NODE2") });
    }
    expect([holding(cluster), cluster.owner("Exchange")]).toEqual([ttlMs, "NODE1#1"]);
  });

  test("ST2: an owner that was heard once and then fell silent is counted from then on", () => {
    const cluster = restarted("NODE1", "NODE2");
    cluster.renew("NODE2");
    cluster.advance(renewMs);
    cluster.renew("NODE1", { intact: [] });
    cluster.pass(ttlMs - renewMs, "NODE2");
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.pass(2 * renewMs, "NODE2");
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("ST2: an owner that does not come back is counted while the hold lasts, and followed at its end", () => {
    const cluster = restarted("NODE2");
    cluster.renew("NODE2");
    cluster.pass(ttlMs - renewMs, "NODE2");
    cluster.advance(renewMs);
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("ST3: what is merely found at a start is no reason for BIND, for whoever asks", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("BIND");
    cluster.restart();
    for (const node of ["NODE1", "NODE2"]) {
      expect(cluster.verdict("Exchange", node)).toMatchObject({ decision: "DEFER", reason: "starting" });
    }
    cluster.hello("NODE1");
    expect(cluster.verdict("Exchange", "NODE1")).toMatchObject({ decision: "DEFER", reason: "starting" });
    cluster.renew("NODE1");
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("BIND");
  });

  test("ST3: an owner that was heard after the start, and not extended, is no reason for BIND", () => {
    const cluster = restarted("NODE1");
    cluster.renew("NODE1", { intact: [] });
    expect(cluster.verdict("Exchange", "NODE1").decision).toBe("DEFER");
  });

  test("ST4: the same run resumes its epoch on another connection", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    expect(cluster.hello("NODE1").standing).toEqual({ kind: "Up" });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("ST4: another run of the owner's node is Joining, holds nothing and is refused", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    const welcome = cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    const standing = { kind: "Joining", reason: "an-earlier-run-still-owns", predecessor: "NODE1-run-1" };
    expect(welcome).toMatchObject({ standing, assignment: { groups: [] } });
    expect(cluster.renew("NODE1-run-2")).toMatchObject({ standing, outcome: { kind: "refusal", code: "joining" } });
    expect(cluster.entry("node.joining")).toMatchObject({ mscsId: 1070, node: "NODE1" });
    expect(cluster.view().nodes["NODE1"]).toMatchObject({ state: "Joining", reason: "an-earlier-run-still-owns" });
  });

  test("ST4: a second run becomes Up when the first one has released all and is gone", () => {
    const cluster = exchangeOnNode1();
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1-run-1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(cluster.renew("NODE1-run-2").standing).toMatchObject({
      kind: "Joining",
      reason: "another-run-is-connected",
    });
    cluster.close("NODE1-run-1");
    expect(cluster.renew("NODE1-run-2").standing).toEqual({ kind: "Up" });
  });

  test("ST4: a second run becomes Up by the release of a first one that is gone", () => {
    const cluster = exchangeOnNode1();
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.close("NODE1-run-1");
    expect(cluster.renew("NODE1-run-2").standing.kind).toBe("Joining");
    const holds = [{ group: "Exchange", epoch: 1 }];
    cluster.command({ type: "release", node: "NODE1", incarnation: "NODE1-run-1", holds });
    expect(cluster.renew("NODE1-run-2").standing).toEqual({ kind: "Up" });
  });

  test("ST4: a second run becomes Up when it has counted the silence of a first one that holds nothing", () => {
    const cluster = exchangeOnNode1();
    const { socket } = cluster.run("NODE2");
    cluster.hello("NODE2", { incarnation: "NODE2-run-2" });
    const subject = "run NODE2-run-1";
    expect(cluster.renew("NODE2-run-2").silences.map((silence) => silence.subject)).toContain(subject);
    cluster.pass(ttlMs, "NODE1", "NODE2-run-2");
    const claims = cluster.claims("NODE2-run-2").filter(({ silence }) => silence.subject === subject);
    expect(cluster.renew("NODE2-run-2", { claims }).standing).toEqual({ kind: "Up" });
    expect(cluster.knows("NODE2-run-1")).toBe(false);
    expect(cluster.closed.get(socket ?? "")).toBe("replaced");
  });

  test("ST4: a first run that is idle and speaks is not counted out", () => {
    const cluster = exchangeOnNode1();
    cluster.hello("NODE2", { incarnation: "NODE2-run-2" });
    cluster.renew("NODE2-run-2");
    cluster.pass(2 * ttlMs, "NODE1", "NODE2-run-1", "NODE2-run-2");
    const silences = cluster.claims("NODE2-run-2").map((claim) => ({ ...claim, countedMs: ttlMs }));
    cluster.renew("NODE2-run-1");
    expect(cluster.renew("NODE2-run-2", { claims: silences }).standing.kind).toBe("Joining");
    expect(cluster.knows("NODE2-run-1")).toBe(true);
  });

  test("ST4: only a run that waits for it may count an idle run out", () => {
    const cluster = exchangeOnNode1();
    const { generation } = cluster.state.durable;
    const k = cluster.session("NODE2").renewals;
    const claim = { silence: { subject: "run NODE2-run-1", generation, k, ttlMs }, countedMs: ttlMs, since: 1 };
    cluster.renew("NODE1", { claims: [claim] });
    expect(cluster.knows("NODE2")).toBe(true);
  });

  test("ST4: a second run counts the owning first one out twice while that is connected: its epoch, and then the run", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE2");
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.witness("NODE1-run-2");
    expect(cluster.owner("Exchange")).toBe("nobody");
    expect(cluster.session("NODE1-run-2").standing).toMatchObject({
      kind: "Joining",
      reason: "another-run-is-connected",
    });
    cluster.witness("NODE1-run-2");
    expect(cluster.hold("Exchange")).toMatchObject({ epoch: 2, incarnation: "NODE1-run-2" });
  });

  test("ST4: after a start the owning run is the node, though another one of it came back first", () => {
    const cluster = exchangeOnNode1();
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    cluster.restart();
    expect(cluster.hello("NODE1", { incarnation: "NODE1-run-2" }).standing.kind).toBe("Joining");
    expect(cluster.hello("NODE1", { incarnation: "NODE1-run-1" }).standing.kind).toBe("Up");
    cluster.hello("NODE2");
    for (const run of ["NODE1-run-2", "NODE1-run-1", "NODE2"]) cluster.renew(run);
    cluster.pass(ttlMs, "NODE1-run-2", "NODE1-run-1", "NODE2");
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1-run-1");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(cluster.session("NODE1-run-1").standing.kind).toBe("Up");
    expect(cluster.session("NODE1-run-2").standing).toMatchObject({
      kind: "Joining",
      reason: "another-run-is-connected",
    });
  });

  test("ST5: a folder that was restored is recognised by an agent that has seen a later start", () => {
    const cluster = exchangeOnNode1();
    const backup = cluster.rows.copy();
    cluster.restart();
    cluster.restart();
    cluster.hello("NODE2");
    cluster.restart(backup);
    expect(cluster.state.durable.generation.number).toBe(2);
    const welcome = cluster.hello("NODE2");
    expect(welcome.generation.number).toBe(4);
    expect(cluster.effects.map(({ type }) => type).slice(0, 2)).toEqual(["persist", "send"]);
    expect(cluster.written).toEqual(["generation"]);
    expect(cluster.entry("object.rolled-back")).toMatchObject({ severity: "error", mscsId: 1561 });
  });

  test("ST5: a folder that was restored is recognised by the nonce, when its start took a number that was used", () => {
    const cluster = exchangeOnNode1();
    const backup = cluster.rows.copy();
    cluster.restart();
    cluster.hello("NODE2");
    cluster.restart(backup);
    expect(cluster.run("NODE2").generation?.number).toBe(cluster.state.durable.generation.number);
    expect(cluster.hello("NODE2").generation.number).toBe(3);
    expect(cluster.count("object.rolled-back")).toBe(1);
  });

  test("ST5: a folder that was restored is recognised by a higher epoch, which is never used again", () => {
    const cluster = exchangeOnNode1();
    const backup = cluster.rows.copy();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1");
    cluster.restart(backup);
    const welcome = cluster.hello("NODE2", { seen: { generation: null, revision: null, epochs: { Exchange: 2 } } });
    expect(welcome.generation.number).toBe(3);
    expect(cluster.written).toEqual([
      "generation",
      "cluster",
      "groups Exchange",
      "holds Exchange#1",
      "leases NODE1-run-1",
    ]);
    expect(cluster.owner("Exchange"), "what is older than the forgotten epoch may end, and no more").toBe(
      "NODE1#1 draining",
    );
    cluster.hello("NODE1");
    expect(cluster.renew("NODE1").outcome).toEqual({ kind: "grant", holds: [], ttlMs });
    cluster.renew("NODE2");
    cluster.pass(ttlMs, "NODE1", "NODE2");
    cluster.renew("NODE1", { released: [{ group: "Exchange", epoch: 1 }] });
    expect(cluster.hold("Exchange").epoch).toBe(3);
  });

  test("ST5: epochs of a group that is not defined are above what was seen when it is", () => {
    const cluster = new Cluster(clusterOf({}));
    cluster.hello("NODE1", { seen: { generation: null, revision: null, epochs: { toString: 7, Exchange: 5 } } });
    cluster.define(exchange);
    cluster.renew("NODE1");
    cluster.pass(ttlMs, "NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE1#8");
  });

  const exchange1 = [{ group: "Exchange", epoch: 1 }];

  test("ST5: an address that an owner got is its own until its end, though nobody here remembers it", () => {
    const cluster = exchangeOnNode1();
    const backup = cluster.rows.copy();
    cluster.define(clusterOf({ Exchange: virtualServer(100, { resources: { More: ipAddress(101) } }) }));
    expect(cluster.hold("Exchange").addresses).toEqual(["192.0.2.100", "192.0.2.101"]);
    cluster.renew("NODE1");
    cluster.restart(backup);
    cluster.define(clusterOf({ Exchange: virtualServer(100), Other: virtualServer(101) }));
    cluster.hello("NODE1");
    expect(cluster.entry("object.rolled-back")).toMatchObject({ node: "NODE1", mscsId: 1561 });
    expect(cluster.hold("Exchange").addresses).toEqual(["192.0.2.100", "192.0.2.101"]);
    cluster.hello("NODE2");
    cluster.renew("NODE1", { intact: exchange1 });
    cluster.pass(2 * ttlMs, "NODE1", "NODE2");
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["NODE1#1 draining", "nobody"]);
    cluster.release("NODE1");
    cluster.renew("NODE2");
    expect([cluster.hold("Exchange").epoch, cluster.hold("Other").epoch]).toEqual([2, 1]);
  });

  test("ST5: an address that the restored state gives to another ownership costs its last owner every further grant", () => {
    const Other = virtualServer(101, { preferredOwners: ["NODE2"] });
    const cluster = new Cluster(clusterOf({ Exchange: virtualServer(100), Other }));
    cluster.up("NODE1", "NODE2");
    expect([cluster.owner("Exchange"), cluster.owner("Other")]).toEqual(["NODE1#1", "NODE2#1"]);
    const backup = cluster.rows.copy();
    cluster.command({ type: "edit", edit: { kind: "remove-group", group: "Other", recursive: true }, force: true });
    cluster.release("NODE2");
    cluster.define(clusterOf({ Exchange: virtualServer(100, { resources: { More: ipAddress(101) } }) }));
    cluster.renew("NODE1");
    cluster.restart(backup);
    cluster.hello("NODE1");
    expect(cluster.hold("Exchange").phase).toMatchObject({ kind: "draining", because: "rolled-back" });
    expect(cluster.renew("NODE1", { intact: exchange1 }).outcome).toMatchObject({ kind: "grant", holds: [] });
  });

  /** Exchange has got 101 (and 103) under its epoch; the state that is restored gives 101 to Other. */
  const conflict = () => {
    const Other = virtualServer(101, { preferredOwners: ["NODE2"] });
    const cluster = new Cluster(clusterOf({ Exchange: virtualServer(100), Other }));
    cluster.up("NODE1", "NODE2");
    const backup = cluster.rows.copy();
    cluster.command({ type: "edit", edit: { kind: "remove-group", group: "Other", recursive: true }, force: true });
    cluster.release("NODE2");
    const resources = { More: ipAddress(101), Third: ipAddress(103) };
    cluster.define(clusterOf({ Exchange: virtualServer(100, { resources }) }));
    cluster.renew("NODE1");
    cluster.restart(backup);
    cluster.hello("NODE1");
    return cluster;
  };

  test("ST5: a roll-back is found once, and not at each hello of an owner whose address is another's", () => {
    const cluster = conflict();
    const { number } = cluster.state.durable.generation;
    cluster.close("NODE1");
    cluster.hello("NODE1");
    expect([cluster.count("object.rolled-back"), cluster.state.durable.generation.number]).toEqual([1, number]);
  });

  test("ST5: an address that nobody else has is in the ownership, whatever becomes of the others", () => {
    expect(conflict().hold("Exchange").addresses).toContain("192.0.2.103");
  });

  const six = (Address: string) => ({
    type: "IP Address",
    dependsOn: [],
    possibleOwners: [],
    properties: { Address, SubnetMask: "64", Network: "six" },
  });

  test("ST5: an address that was written in two ways is one", () => {
    const client = { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} } as const;
    const networks = { client, six: { ...client, cidr: "2001:db8::/64" } };
    const having = (resources = {}) => clusterOf({ Exchange: virtualServer(100, { resources }) }, { networks });
    const cluster = new Cluster(having());
    cluster.up("NODE1", "NODE2");
    const backup = cluster.rows.copy();
    for (const address of ["2001:db8::a", "2001:DB8::A"]) {
      cluster.define(having({ More: six(address) }));
      cluster.renew("NODE1");
    }
    cluster.restart(backup);
    cluster.hello("NODE1");
    expect(cluster.hold("Exchange").addresses).toHaveLength(2);
  });

  test("ST5: a hello names an address once, however often it is written otherwise", () => {
    let holding: ReadonlyMap<string, Holding> = new Map();
    for (const form of ["2001:db8::", "2001:DB8::", "2001:db8:0::", "2001:0db8::", "2001:db8:0:0:0:0:0:"]) {
      const one = { wanted: "Online", attempt: 1, fails: 0, restarts: 0 } as const;
      const ips = Array.from({ length: 63 }, (_, n) => [
        `IP${n}`,
        { ...six(`${form}${(n + 1).toString(16)}`), ...one },
      ]);
      const of = {
        group: "A",
        epoch: 1,
        wanted: "Online",
        observe: false,
        heldBefore: {},
        unfenced: [],
        peers: [],
      } as const;
      const groups = [{ ...of, resources: Object.fromEntries(ips) }];
      const lease = { ttlMs, renewMs: 500 };
      holding = withAddresses(holding, {
        revision: { generation: 1, n: 1 },
        lease,
        groups,
        mayCome: [],
        vouchesFor: [],
      });
    }
    // What the protocol takes: 2 * limits.addressesHeld. Beyond it every hello is malformed.
    expect(holding.get("A#1")?.addresses.length).toBeLessThanOrEqual(2 * limits.addressesHeld);
  });

  test("ST5: what an owner is believed to have is bounded, over all of its hellos", () => {
    const cluster = new Cluster(clusterOf({ Exchange: virtualServer(100) }));
    cluster.up("NODE1", "NODE2");
    cluster.restart();
    for (let i = 0; i < 4; i += 1) {
      const addresses = Array.from({ length: 256 }, (_, n) => `2001:db8::${i.toString(16)}:${n.toString(16)}`);
      cluster.hello("NODE1", { holding: [{ group: "Exchange", epoch: 1, addresses }] });
    }
    expect(cluster.hold("Exchange").addresses.length).toBeLessThanOrEqual(2 * limits.addressesHeld);
  });

  /** Ten ttl, in which NODE1 does as it is told. */
  const goOn = (cluster: Cluster): void => {
    for (let i = 0; i < 10; i += 1) {
      cluster.pass(ttlMs, "NODE1", "NODE2");
      if (cluster.hold("Exchange").phase.kind === "draining") cluster.release("NODE1");
      cluster.renew("NODE2");
    }
  };

  test("EN12: an owner that is reminded of an address which another group is defined to have gives it up", () => {
    const cluster = new Cluster(clusterOf({ Exchange: virtualServer(100) }));
    cluster.up("NODE1", "NODE2");
    const backup = cluster.rows.copy();
    cluster.define(clusterOf({ Exchange: virtualServer(100, { resources: { More: ipAddress(101) } }) }));
    cluster.renew("NODE1");
    cluster.restart(backup);
    cluster.define(clusterOf({ Exchange: virtualServer(100), Other: virtualServer(101) }));
    for (const node of ["NODE1", "NODE2"]) cluster.hello(node);
    cluster.renew("NODE1", { intact: [{ group: "Exchange", epoch: 1 }] });
    goOn(cluster);
    expect(cluster.owner("Other")).not.toBe("nobody");
  });

  test("ST5: an owner on its way that is reminded of another group's address does not stay when its move is called off", () => {
    const cluster = new Cluster(clusterOf({ Exchange: virtualServer(100) }));
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    const backup = cluster.rows.copy();
    cluster.command({ type: "cancel", group: "Exchange" });
    cluster.define(clusterOf({ Exchange: virtualServer(100, { resources: { More: ipAddress(101) } }) }));
    cluster.renew("NODE1");
    cluster.restart(backup);
    cluster.define(clusterOf({ Exchange: virtualServer(100), Other: virtualServer(101) }));
    for (const node of ["NODE1", "NODE2"]) cluster.hello(node);
    expect(cluster.hold("Exchange").addresses).toContain("192.0.2.101");
    cluster.command({ type: "cancel", group: "Exchange" });
    cluster.renew("NODE1", { intact: [{ group: "Exchange", epoch: 1 }] });
    goOn(cluster);
    expect(cluster.owner("Other")).not.toBe("nobody");
  });

  test("ST5: what is told of an ownership that this start has extended, or that is another run's, is not believed", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    const holding = [{ group: "Exchange", epoch: 1, addresses: ["192.0.2.101"] }];
    const before = cluster.hold("Exchange");
    cluster.hello("NODE1", { holding });
    cluster.hello("NODE2", { holding });
    expect(cluster.hold("Exchange")).toEqual(before);
    expect(cluster.count("object.rolled-back")).toBe(0);
    const malformed = [{ group: "Exchange", epoch: 1, addresses: ["192.0.2"] }];
    expect(cluster.turnedAway("NODE1", { holding: malformed })).toBe("malformed");
  });

  test("ST5: an owner that was extended and has just connected again goes on as well", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    cluster.hello("NODE1");
    cluster.hello("NODE2", { seen: { generation: null, revision: null, epochs: { Exchange: 9 } } });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("ST5: an owner that this start has extended goes on, whatever another node says that it has seen", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    cluster.hello("NODE2", { seen: { generation: null, revision: null, epochs: { Exchange: 9 } } });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(cluster.entry("object.rolled-back")).toMatchObject({ node: "NODE2" });
    expect(cluster.renew("NODE1", { intact: [{ group: "Exchange", epoch: 1 }] }).outcome).toMatchObject({
      holds: [{ epoch: 1 }],
    });
    expect(cluster.groupView("Exchange")).toMatchObject({ owner: "NODE1", epoch: 1 });
    cluster.renew("NODE2");
    cluster.pass(ttlMs, "NODE1", "NODE2");
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null, operation: "op" });
    expect(cluster.state.durable.operations.get("op")?.status.state).toBe("Pending");
    cluster.release("NODE1");
    expect(cluster.owner("Exchange")).toBe("NODE2#10");
  });

  test("ST5: the hold begins anew with a roll-back that is found while it was over", () => {
    const cluster = exchangeOnNode1();
    expect(holding(cluster)).toBeNull();
    cluster.hello("NODE2", { seen: { generation: { number: 5, nonce: "lost" }, revision: null, epochs: {} } });
    expect(holding(cluster)).toBe(ttlMs);
    expect(cluster.renew("NODE1", { generation: 1 }).outcome).toEqual({ kind: "grant", holds: [], ttlMs });
    expect(cluster.renew("NODE1", { intact: [{ group: "Exchange", epoch: 1 }] }).outcome).toMatchObject({
      holds: [{ epoch: 1 }],
    });
  });

  test.each<[string, Seen]>([
    ["nothing", { generation: null, revision: null, epochs: {} }],
    ["an earlier start", { generation: { number: 1, nonce: "nonce-1" }, revision: null, epochs: { Exchange: 1 } }],
    ["an earlier epoch", { generation: null, revision: { generation: 1, n: 400 }, epochs: { Exchange: 0 } }],
  ])("ST5: an agent that has seen %s shows no roll-back", (_title, seen) => {
    const cluster = restarted();
    cluster.hello("NODE2", { seen });
    expect(cluster.state.durable.generation.number).toBe(2);
    expect(cluster.count("object.rolled-back")).toBe(0);
  });

  test.each<[string, Partial<Seen>]>([
    ["a generation", { generation: { number: 2 + limits.plausibleJump, nonce: "far" } }],
    ["an epoch", { epochs: { Exchange: 2 + limits.plausibleJump } }],
    ["an epoch of a group that is not defined", { epochs: { Other: 2 + limits.plausibleJump } }],
  ])("ST5: %s beyond plausibility is refused, and uses up no number", (_title, seen) => {
    const cluster = exchangeOnNode1();
    const before = cluster.state.durable;
    expect(cluster.turnedAway("NODE2", { seen: { generation: null, revision: null, epochs: {}, ...seen } })).toBe(
      "malformed",
    );
    expect(cluster.state.durable).toBe(before);
  });

  test("ST6: when the clock goes back, a group that is pending has no longer than it had", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup({ Disk: disk({ PendingTimeout: 5_000 }) }) }));
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "OnlinePending" } }) });
    const length = (cluster.alarmAt ?? 0) - cluster.now;
    cluster.now -= 3_600_000;
    cluster.renew("NODE1", { report: null });
    expect((cluster.alarmAt ?? 0) - cluster.now).toBe(length);
  });

  test("ST6: when the clock goes back, a group that was given up is tried again no later than it was to be", () => {
    const definition = clusterOf({
      A: plainGroup({ Disk: disk({ RestartAction: 0, RestartPeriod: 60_000, RetryPeriodOnFailure: 60_000 }) }),
    });
    const cluster = new Cluster(definition);
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
    expect((cluster.alarmAt ?? 0) - cluster.now).toBe(60_000);
    cluster.now -= 3_600_000;
    cluster.renew("NODE1", { report: null });
    expect((cluster.alarmAt ?? 0) - cluster.now).toBe(60_000);
    cluster.alarm();
    expect(cluster.assigned("NODE1").groups).toMatchObject([{ resources: { Disk: { attempt: 2 } } }]);
  });

  test("ST6: when the clock goes back, what is asked for is waited for no longer than before", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "want", group: "Exchange", wanted: "Offline", operation: "op" });
    cluster.stepMs -= 86_400_000;
    cluster.renew("NODE2");
    expect(cluster.alarmAt).toBe(cluster.objectNow + 3_600_000);
    cluster.alarm();
    expect(cluster.state.durable.operations.get("op")?.status.state).toBe("Failed");
  });

  test("ST6: when the clock goes back, an owner's age is not negative", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    cluster.now -= 60_000;
    expect(cluster.groupView("Exchange").ageMs).toBe(0);
  });

  test("ST7: another node's hello under a run's name is turned away, while the run lives and after a start", () => {
    const cluster = exchangeOnNode1();
    expect(cluster.turnedAway("NODE2", { incarnation: "NODE1-run-1", connection: 99 })).toBe("out-of-turn");
    expect(cluster.session("NODE1").connection.kind).toBe("open");
    cluster.close("NODE1");
    expect(cluster.turnedAway("NODE2", { incarnation: "NODE1-run-1", connection: 99 })).toBe("out-of-turn");
    cluster.restart();
    const released = [{ group: "Exchange", epoch: 1 }];
    expect(cluster.turnedAway("NODE2", { incarnation: "NODE1-run-1", connection: 99, released })).toBe("out-of-turn");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("ST7: a release with another node's token releases nothing, though the run is named", () => {
    const cluster = exchangeOnNode1();
    const holds = [{ group: "Exchange", epoch: 1 }];
    expect(cluster.ask({ type: "release", node: "NODE2", incarnation: "NODE1-run-1", holds })).toBe("run-not-known");
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  /** Its owner is asked for a move, or dies, and before anybody has it the object starts again, or not. */
  const afterLoss = (restarts: boolean, definition: ClusterDefinition, lose: (cluster: Cluster) => void): Cluster => {
    const cluster = new Cluster(definition);
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE1");
    lose(cluster);
    if (restarts) {
      cluster.restart();
      cluster.hello("NODE2");
      cluster.renew("NODE2");
      cluster.countStart("NODE2");
    }
    cluster.renew("NODE2");
    cluster.renew("NODE2");
    return cluster;
  };

  test.each([false, true])(
    "ST8: a move that was begun in maintenance is carried out, object restarted: %s",
    (restarts) => {
      const cluster = afterLoss(restarts, exchange, (one) => {
        one.ask({ type: "maintenance", on: true });
        one.ask({ type: "move", group: "Exchange", target: "NODE2", at: null });
        one.close("NODE1");
        one.witness("NODE2", { leaving: true });
      });
      expect(cluster.owner("Exchange")).toBe("NODE2#2");
    },
  );

  test.each([false, true])(
    "ST8: a group that is not started by itself stays offline after a loss, object restarted: %s",
    (restarts) => {
      const byHand = clusterOf({ Exchange: virtualServer(100, { properties: { Priority: 0 } }) });
      const cluster = afterLoss(restarts, byHand, (one) => {
        one.close("NODE1");
        one.witness("NODE2", { leaving: true });
      });
      expect([cluster.owner("Exchange"), cluster.groupView("Exchange").wanted]).toEqual(["NODE2#2", "Offline"]);
    },
  );
});
