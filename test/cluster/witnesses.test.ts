import { describe, expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import type { Claim } from "../../src/cluster/messages.ts";
import { clusterOf, nodes, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";
import { exchange, exchangeOnNode1 } from "./exchange.ts";

/** NODE2 has counted the owner's silence, and has not said so yet. */
function countedByNode2(): { cluster: Cluster; claim: Claim } {
  const cluster = exchangeOnNode1();
  cluster.renew("NODE2");
  cluster.pass(ttlMs, "NODE2");
  const [claim] = cluster.claims("NODE2");
  if (claim === undefined) throw new Error("there is nothing to claim");
  return { cluster, claim };
}

describe("Witnesses", () => {
  test("EN3: a claim that names the present value and has counted the ttl ends the ownership", () => {
    const { cluster, claim } = countedByNode2();
    cluster.renew("NODE2", { claims: [claim] });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
    expect(cluster.entry("group.expired")).toMatchObject({ mscsId: 1135, epoch: 1, node: "NODE1" });
  });

  test.each<[string, (claim: Claim) => Claim]>([
    ["an older k", (claim) => ({ ...claim, silence: { ...claim.silence, k: claim.silence.k - 1 } })],
    ["a later k", (claim) => ({ ...claim, silence: { ...claim.silence, k: claim.silence.k + 1 } })],
    ["another epoch", (claim) => ({ ...claim, silence: { ...claim.silence, subject: "Exchange#2" } })],
    ["another group", (claim) => ({ ...claim, silence: { ...claim.silence, subject: "toString#1" } })],
    [
      "an older generation",
      (claim) => ({ ...claim, silence: { ...claim.silence, generation: { number: 0, nonce: "nonce-1" } } }),
    ],
    [
      "another nonce",
      (claim) => ({ ...claim, silence: { ...claim.silence, generation: { number: 1, nonce: "other" } } }),
    ],
    ["less than the ttl held", (claim) => ({ ...claim, countedMs: ttlMs - 1 })],
    [
      "less, and says that less is enough",
      (claim) => ({ ...claim, countedMs: 10, silence: { ...claim.silence, ttlMs: 10 } }),
    ],
  ])("EN3: a claim that names %s ends nothing", (_title, wrong) => {
    const { cluster, claim } = countedByNode2();
    cluster.renew("NODE2", { claims: [wrong(claim)] });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN3: any grant changes the value, so the claim that was under way ends nothing", () => {
    const { cluster, claim } = countedByNode2();
    cluster.renew("NODE1");
    cluster.renew("NODE2", { claims: [claim] });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN3: any start of the object changes the value, though k is what it was", () => {
    const { cluster, claim } = countedByNode2();
    cluster.restart();
    cluster.hello("NODE2");
    cluster.renew("NODE2");
    const [silence] = cluster.renew("NODE2", { claims: [claim] }).silences;
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(silence?.k).toBe(claim.silence.k);
    expect(silence?.generation).not.toEqual(claim.silence.generation);
  });

  test("EN3: a claim of one ownership of a run ends that one and no other", () => {
    const cluster = new Cluster(clusterOf({ A: virtualServer(100), B: virtualServer(101) }));
    cluster.up("NODE1", "NODE2");
    cluster.renew("NODE2");
    cluster.pass(ttlMs, "NODE2");
    const claims = cluster.claims("NODE2").filter(({ silence }) => silence.subject === "A#1");
    expect(claims.length).toBe(1);
    cluster.renew("NODE2", { claims });
    expect([cluster.owner("A"), cluster.owner("B")]).toEqual(["NODE2#2", "NODE1#1"]);
  });

  const short = { ...exchange, lease: { ttlMs: 400, renewMs: 100 } };

  test("EN4: while a grant is unconfirmed, a shorter ttl by PUT does not shorten what a witness has to count", () => {
    const cluster = exchangeOnNode1();
    cluster.renewal("NODE1", {}, { deaf: true });
    cluster.define(short);
    cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
    expect(cluster.renew("NODE2").silences).toMatchObject([{ subject: "Exchange#1", ttlMs }]);
    cluster.advance(ttlMs - 1);
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.advance(1);
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("EN4: the shorter one is held when the owner says so, and has confirmed it", () => {
    const cluster = exchangeOnNode1();
    cluster.define(short);
    expect(cluster.renew("NODE1").outcome).toMatchObject({ ttlMs: 400 });
    cluster.renew("NODE1", { ttlHeldMs: 400 });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(400);
  });

  test("EN4: what an owner says it may hold for is held, whatever it has confirmed", () => {
    const cluster = exchangeOnNode1();
    cluster.define(short);
    for (let times = 0; times < 40; times += 1) {
      cluster.advance(40);
      expect(cluster.renew("NODE1").outcome).toMatchObject({ kind: "grant", ttlMs: 400 });
      expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
    }
    cluster.advance(400);
    cluster.renew("NODE1");
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(400);
    cluster.renew("NODE1", { ttlHeldMs: 60_000 });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(60_000);
  });

  test("EN4: what an owner that does not say was ever granted is held", () => {
    const cluster = exchangeOnNode1();
    cluster.define(short);
    for (let times = 0; times < 40; times += 1) cluster.renew("NODE1", { ttlHeldMs: null });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
  });

  test("EN4: of grants that are not confirmed the longest is held, and those of one ttl are kept as one", () => {
    const cluster = exchangeOnNode1();
    const held = (lastAnswer: number): number => {
      cluster.renewal("NODE1", { ttlHeldMs: 0, lastAnswer }, { deaf: true });
      return cluster.lease("Exchange").ttlHeldMs;
    };
    const longer = cluster.renewal("NODE1", {}, { deaf: true })?.n ?? 0;
    cluster.define(short);
    expect([held(longer - 1), held(longer - 1), held(longer)]).toEqual([ttlMs, ttlMs, 400]);
    expect(cluster.session("NODE1").connection).toMatchObject({ kind: "open", unconfirmed: [{ ttlMs: 400 }] });
  });

  test("EN4: grants of one ttl are confirmed with the last of them, and not with the first", () => {
    const cluster = exchangeOnNode1();
    const [first] = [1, 2].map(() => cluster.renewal("NODE1", {}, { deaf: true })?.n ?? 0);
    cluster.define(short);
    cluster.renewal("NODE1", { ttlHeldMs: 0, lastAnswer: first ?? 0 }, { deaf: true });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
  });

  test("EN4: what an owner says it may hold for is held from then on, also where it is not extended", () => {
    const cluster = exchangeOnNode1();
    const { k } = cluster.lease("Exchange");
    cluster.restart();
    cluster.hello("NODE1");
    cluster.renew("NODE1", { ttlHeldMs: 10_000, intact: [] });
    expect(cluster.lease("Exchange")).toMatchObject({ k, ttlHeldMs: 10_000 });
    cluster.renew("NODE1", { ttlHeldMs: 0, intact: [] });
    expect(cluster.lease("Exchange")).toMatchObject({ k, ttlHeldMs: 10_000 });
  });

  test("EN4: a longer ttl is held from the first grant of it", () => {
    const cluster = exchangeOnNode1({ ...exchange, lease: { ttlMs: 400, renewMs: 100 } });
    cluster.define(exchange);
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(400);
    cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
  });

  test("EN4: a new connection confirms nothing of what the one before it was granted", () => {
    const cluster = exchangeOnNode1();
    cluster.define(short);
    cluster.hello("NODE1");
    cluster.renewal("NODE1", {}, { deaf: true });
    cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
    cluster.advance(ttlMs);
    cluster.renew("NODE1");
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(400);
  });

  test("EN4: a start does not confirm what was granted before it", () => {
    const cluster = exchangeOnNode1();
    cluster.define(short);
    cluster.restart();
    cluster.hello("NODE1");
    cluster.renewal("NODE1", {}, { deaf: true });
    expect(cluster.lease("Exchange").ttlHeldMs).toBe(ttlMs);
  });

  test("EN5: the value that a witness counts stands until the owner is granted again", () => {
    const cluster = exchangeOnNode1();
    const values = [1, 2, 3].map(() => JSON.stringify(cluster.renew("NODE2").silences));
    expect(new Set(values).size).toBe(1);
    cluster.renew("NODE1");
    expect(JSON.stringify(cluster.renew("NODE2").silences)).not.toBe(values[0]);
  });

  test("EN5: a count that is complete when the renewal comes is taken by that renewal, and its answer grants", () => {
    const { cluster, claim } = countedByNode2();
    const { outcome, assignment } = cluster.renew("NODE2", { claims: [claim] });
    expect(outcome).toEqual({ kind: "grant", holds: [{ group: "Exchange", epoch: 2 }], ttlMs });
    expect(assignment?.groups).toMatchObject([{ group: "Exchange", epoch: 2, wanted: "Online" }]);
  });

  test("EN10: a run that is Joining may witness", () => {
    const cluster = exchangeOnNode1();
    cluster.close("NODE1");
    cluster.hello("NODE1", { incarnation: "NODE1-run-2" });
    expect(cluster.renew("NODE1").standing.kind).toBe("Joining");
    cluster.witness("NODE1");
    expect(cluster.hold("Exchange")).toMatchObject({ epoch: 2, incarnation: "NODE1-run-2" });
  });

  test("EN10: a run of a paused node may witness, and gets nothing by it", () => {
    const cluster = exchangeOnNode1();
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    cluster.witness("NODE2");
    expect(cluster.owner("Exchange")).toBe("nobody");
  });

  test("EN10: the holder is not told its own silence, and a claim of it ends nothing", () => {
    const { cluster, claim } = countedByNode2();
    expect(cluster.session("NODE1").incarnation).toBe(cluster.hold("Exchange").incarnation);
    const { silences } = cluster.renew("NODE1", { claims: [claim] });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    expect(silences).toEqual([]);
  });

  test("EN15: a session that owns nothing is told when the owner has renewed, and an owner is told nothing", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE1");
    cluster.advance(120);
    expect(cluster.renew("NODE2").ownerRenewedMs).toBe(120);
    expect(cluster.renew("NODE1").ownerRenewedMs).toBeNull();
    cluster.advance(-1_000);
    expect(cluster.renew("NODE2").ownerRenewedMs, "a clock that went back").toBe(0);
  });

  test("EN15: nobody is followed where nobody owns anything", () => {
    const cluster = new Cluster(clusterOf({}));
    cluster.up("NODE1", "NODE2");
    expect(cluster.renew("NODE2").ownerRenewedMs).toBeNull();
  });

  test("EN13: a count that is longer than the witness was told of the silence ends nothing", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE2");
    cluster.renew("NODE1");
    cluster.hello("NODE2", { incarnation: "thief" });
    cluster.renew("thief");
    const [claim] = cluster.claims("thief");
    if (claim === undefined) throw new Error("there is nothing to claim");
    for (const after of [50, ttlMs - 151]) {
      cluster.advance(after);
      cluster.renew("thief", { claims: [{ ...claim, countedMs: ttlMs }] });
      expect(cluster.owner("Exchange")).toBe("NODE1#1");
    }
    cluster.advance(1);
    cluster.renew("thief", { claims: [{ ...claim, countedMs: ttlMs }] });
    expect(cluster.owner("Exchange")).not.toBe("NODE1#1");
  });

  test("EN13: a silence that this session was never told of is believed of nobody", () => {
    const { cluster, claim } = countedByNode2();
    cluster.hello("NODE2", { incarnation: "thief" });
    cluster.renew("thief", { claims: [claim] });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
  });

  test("EN13: a witness that comes back again and again counts on", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE2");
    cluster.close("NODE1");
    for (let turn = 0; turn < 2; turn += 1) {
      cluster.pass(ttlMs / 2, "NODE2");
      cluster.close("NODE2");
      cluster.hello("NODE2");
      cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    }
    expect(cluster.owner("Exchange")).toBe("nobody");
    cluster.renew("NODE2");
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });

  test("EN13: what is kept of witnesses that are gone is bounded, and what is known of one that is there is kept", () => {
    const cluster = exchangeOnNode1();
    const { incarnation } = cluster.run("NODE2");
    cluster.renew(incarnation);
    cluster.close("NODE1");
    for (let run = 0; run < 3 * limits.sessionsPerNode; run += 1) {
      cluster.hello("NODE2", { incarnation: `run-${run}` });
      cluster.renew(`run-${run}`);
      cluster.close(`run-${run}`);
    }
    cluster.renew(incarnation);
    const kept = cluster.state.memory.witnesses;
    expect(kept.size).toBeLessThanOrEqual(limits.sessionsPerNode + 2);
    expect(kept.has(incarnation)).toBe(true);
    cluster.ask({ type: "edit", edit: { kind: "remove-node", node: "NODE2" }, force: true });
    cluster.hello("NODE1");
    cluster.renew("NODE1");
    expect([...cluster.state.memory.witnesses.values()].filter(({ node }) => node === "NODE2")).toEqual([]);
  });

  test.each([true, false])(
    "EN10: what is left of nodes that were evicted is a witness (destroyed: %s)",
    (isDestroyed) => {
      const groups = {
        A: virtualServer(100, { preferredOwners: ["NODE1"] }),
        B: virtualServer(101, { preferredOwners: ["NODE2"] }),
        C: virtualServer(102, { preferredOwners: ["NODE3"] }),
      };
      const all = Object.fromEntries(Object.keys(groups).map((name, n) => [name, virtualServer(100 + n)]));
      const cluster = new Cluster(clusterOf(groups, { nodes: nodes("NODE1", "NODE2", "NODE3") }));
      cluster.up("NODE1", "NODE2", "NODE3");
      if (isDestroyed) cluster.command({ type: "destroy", force: true });
      else cluster.define(clusterOf(all, { nodes: nodes("NODE4") }));
      cluster.close("NODE1");
      for (let i = 0; i < 16; i += 1) {
        cluster.advance(ttlMs / 4);
        for (const node of ["NODE2", "NODE3"]) {
          cluster.renewal(node, { claims: cluster.claims(node).filter(({ silence }) => silence.subject === "A#1") });
        }
      }
      expect(cluster.owner("A")).toBe("nobody");
    },
  );

  test("EN13: a clock of the object's that went back delays an end, and does not keep it away", () => {
    const cluster = exchangeOnNode1();
    cluster.renew("NODE2");
    cluster.stepMs -= 3_600_000;
    cluster.pass(ttlMs, "NODE2");
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE1#1");
    cluster.pass(ttlMs, "NODE2");
    cluster.renew("NODE2", { claims: cluster.claims("NODE2") });
    expect(cluster.owner("Exchange")).toBe("NODE2#2");
  });
});
