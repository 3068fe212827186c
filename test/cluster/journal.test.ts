import { describe, expect, test } from "vitest";
import { journalKinds } from "../../src/cluster/journal.ts";
import { limits } from "../../src/cluster/limits.ts";
import type { ReportedAssociation } from "../../src/cluster/messages.ts";
import { clusterOf, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const exchange = clusterOf({ Exchange: virtualServer(100) });

function up(): Cluster {
  const cluster = new Cluster(exchange);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

function association(n: number, parts: Partial<ReportedAssociation> = {}): ReportedAssociation {
  return {
    n,
    group: "Exchange",
    partner: "peer.test",
    direction: "outbound",
    state: "open",
    localAddress: "192.0.2.100",
    remoteAddress: "198.51.100.7",
    reason: null,
    ...parts,
  };
}

const say = (cluster: Cluster, ...associations: readonly ReportedAssociation[]) =>
  cluster.renew("NODE1", { report: { ...cluster.report("NODE1", {}), associations } });

describe("Journal", () => {
  test("JN1: entries are numbered one by one, over starts too, each with a time and a sentence", () => {
    const cluster = up();
    cluster.restart();
    cluster.up("NODE1", "NODE2");
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(cluster.journal.map(({ seq }) => seq)).toEqual(cluster.journal.map((_entry, index) => index + 1));
    for (const { at, sentence, kind } of cluster.journal) {
      expect(at).toBeLessThanOrEqual(cluster.now);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      expect(journalKinds).toContain(kind);
    }
    expect(cluster.view().lastEvent).toBe(cluster.journal.length);
  });

  test("JN1: an operator's word carries who said it, and what the cluster does of itself carries its own name", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(cluster.entry("group.move-requested")).toMatchObject({ actor: "operator", group: "Exchange", epoch: 1 });
    expect(cluster.entry("group.owned")).toMatchObject({ actor: "cluster", node: "NODE2", epoch: 2 });
  });

  test("JN2: what is reported of associations is news once", () => {
    const cluster = up();
    say(cluster, association(1), association(2, { state: "refused", reason: "not your address" }));
    say(cluster, association(1), association(2), association(3, { state: "closed" }));
    const said = cluster.journal.filter(({ kind }) => kind.startsWith("association."));
    expect(said.map(({ kind, mscsId }) => [kind, mscsId])).toEqual([
      ["association.accepted", null],
      ["association.refused", 9301],
      ["association.closed", null],
    ]);
    expect(said[1]?.sentence).toBe(
      "NODE1 says: association with peer.test, from 192.0.2.100 to 198.51.100.7, is refused: not your address.",
    );
  });

  test("JN2: what was told to an earlier start of the object is no news to a later one, which shows it all the same", () => {
    const cluster = up();
    say(cluster, association(1), association(2));
    expect(cluster.count("association.accepted")).toBe(2);
    for (let again = 0; again < 2; again += 1) {
      cluster.restart();
      cluster.hello("NODE1", { told: { associations: 2, notices: 0 } });
      say(cluster, association(1), association(2), association(3, { state: "closed" }));
    }
    // The third was not said to have been told.
    expect([cluster.count("association.accepted"), cluster.count("association.closed")]).toEqual([2, 2]);
    expect(cluster.view().associations.map(({ state }) => state)).toEqual(["open", "open", "closed"]);
  });

  test("JN2: what a run without an ownership repeats on its next connection is shown once", () => {
    const cluster = new Cluster(clusterOf({ Exchange: virtualServer(100) }));
    cluster.up("NODE2", "NODE1");
    say(cluster, association(1));
    cluster.close("NODE1");
    cluster.hello("NODE1", { told: { associations: 1, notices: 0 } });
    say(cluster, association(1));
    expect([cluster.count("association.accepted"), cluster.view().associations.length]).toEqual([1, 1]);
  });

  test("JN7: what an agent tells of its host is journalled once, with how long ago it was", () => {
    const cluster = up();
    const notice = (n: number, agoMs: number) => ({
      n,
      at: cluster.now - agoMs,
      code: "loop-late",
      message: `late ${n}`,
    });
    const tell = (...notices: ReturnType<typeof notice>[]) =>
      cluster.renew("NODE2", { report: { ...cluster.report("NODE2", {}), notices } });
    tell(notice(1, 0));
    tell(notice(1, 0), notice(2, 14_000));
    const entries = cluster.journal.filter(({ kind }) => kind === "node.notice");
    expect(entries).toMatchObject([
      { sentence: "Node NODE2 says: late 1.", node: "NODE2", severity: "warning", details: { code: "loop-late" } },
      { sentence: "Node NODE2 says, of 14 s ago: late 2.", details: { at: cluster.now - 14_000 } },
    ]);
    cluster.restart();
    cluster.hello("NODE2", { told: { associations: 0, notices: 2 } });
    tell(notice(1, 0), notice(2, 14_000));
    expect(cluster.count("node.notice")).toBe(2);
  });

  test("JN2: one reporter's reports are bounded in rate, and others are not held up by it", () => {
    const cluster = up();
    const observe = (reporter: string) =>
      cluster.ask({ type: "observe", reporter, association: { ...association(1), state: "accepted" } });
    const answers = Array.from({ length: limits.reportsInTenSeconds + 1 }, () => observe("peer"));
    expect(answers.filter((answer) => answer === "done").length).toBe(limits.reportsInTenSeconds);
    expect(answers.at(-1)).toBe("rate-limited");
    expect(observe("another")).toBe("done");
    cluster.advance(10_000);
    expect(observe("peer")).toBe("done");
  });

  test("JN2: no more reporters are counted than the limit says", () => {
    const cluster = up();
    for (let n = 0; n <= limits.reporters; n += 1) {
      const reporter = `peer-${n}`;
      const said = cluster.ask({ type: "observe", reporter, association: { ...association(1), state: "accepted" } });
      expect(said).toBe("done");
      expect(cluster.state.memory.reporters.size).toBeLessThanOrEqual(limits.reporters);
    }
  });

  test("JN2: an agent that says too much is answered all the same", () => {
    const cluster = up();
    const many = Array.from({ length: limits.reportsInTenSeconds + 20 }, (_one, index) => association(index + 1));
    expect(say(cluster, ...many).outcome.kind).toBe("grant");
    expect(cluster.count("association.accepted")).toBe(limits.reportsInTenSeconds);
  });

  test("JN2: what readers are shown is bounded in number, newest last", () => {
    const cluster = up();
    for (let n = 1; n <= limits.associationsShown + 5; n += 1) say(cluster, association(n, { partner: `peer-${n}` }));
    const { associations } = cluster.view();
    expect(associations.length).toBe(limits.associationsShown);
    expect(associations.at(-1)?.partner).toBe(`peer-${limits.associationsShown + 5}`);
  });

  test("JN2: what is observed of a group that is not there is refused", () => {
    const observed = { ...association(1), group: "valueOf", state: "accepted" } as const;
    expect(up().ask({ type: "observe", reporter: "peer", association: observed })).toBe("group-not-found");
  });
});
