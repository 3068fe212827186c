import { describe, expect, test } from "vitest";
import { type LeaseTerms, leasePresets } from "../../../src/cluster/lease/lease.ts";
import { wordsOf } from "../../../src/agent/session-words.ts";
import { extending, group, reportOf, seenBefore, SessionDriver, silence } from "./session-driver.ts";

const exchange = { group: "Exchange", epoch: 3 };

function owner(lease = leasePresets.lan as LeaseTerms): SessionDriver {
  const agent = new SessionDriver({ lease });
  agent.replies = extending(exchange);
  agent.join([group("Exchange", 3)]);
  return agent;
}

describe("AM1 a line that is lost is opened again", () => {
  test("AM1 renewMs/4 later after one that joined and was never answered", () => {
    const agent = new SessionDriver();
    agent.replies = () => null;
    agent.join([]);
    agent.clear();
    const lost = agent.now;
    agent.close();
    agent.advance(126);
    expect(agent.connects.map(({ at }) => at - lost)).toEqual([125]);
  });

  test("AM1 at once after one that had been answered, then renewMs/4 apart", () => {
    const agent = owner();
    agent.clear();
    const lost = agent.now;
    agent.close();
    agent.close();
    agent.advance(124);
    expect(agent.connects.map(({ at }) => at - lost)).toEqual([0]);
    for (let tries = 0; tries < 3; tries += 1) {
      agent.advanceTo(lost + 125 * (tries + 1));
      agent.close();
    }
    expect(agent.connects.map(({ at }) => at - lost)).toEqual([0, 125, 250, 375]);
  });

  test("AM1 each connection has a higher number, and hellos and renewals go on it alone", () => {
    const agent = owner();
    agent.close();
    agent.join([group("Exchange", 3)]);
    agent.close();
    agent.join([group("Exchange", 3)]);
    expect(agent.hellos.map((hello) => hello.connection)).toEqual([1, 2, 3]);
    const numbers = agent.renewals.map(({ n }) => n);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("AM1 a connection that is not made within ttl/4 is given up by whoever makes it", () => {
    const agent = owner();
    agent.clear();
    agent.close();
    expect(agent.effects.find(({ type }) => type === "connect")).toMatchObject({ timeoutMs: 500 });
  });

  test("AM1 a connection that is not greeted within ttl/4 is dropped, and another one made", () => {
    const agent = owner();
    agent.close();
    agent.open();
    agent.clear();
    agent.advance(499);
    expect(agent.connects).toEqual([]);
    agent.advance(1 + 125);
    expect(agent.effects).toContainEqual({ type: "disconnect", connection: 2 });
    expect(agent.connects.map(({ connection }) => connection)).toEqual([3]);
  });

  test("AG11 that the control plane answers again is noted, though nothing else has changed", () => {
    const agent = owner();
    agent.clear();
    agent.close();
    agent.advance(1_000);
    agent.open();
    agent.receive(agent.object.welcome(agent.connection, []));
    expect(agent.notes).toEqual(["connection-lost", "reconnected"]);
  });

  test("AG11 a connection that is gone, and one that was silent, are each told in a whole sentence", () => {
    const sentences = (agent: SessionDriver) =>
      agent.effects.flatMap((effect) => (effect.type === "note" ? [wordsOf(effect.code, effect.detail).sentence] : []));
    const rest = "and another one is tried; what this node holds it holds until its lease ends";
    const lost = owner();
    lost.clear();
    lost.close();
    expect(sentences(lost)).toEqual([`connection 1 is gone, ${rest}`]);
    const silent = owner();
    silent.replies = () => null;
    silent.clear();
    silent.advance(1_000);
    expect(sentences(silent)[0]).toBe(`connection 1 was silent and is given up, ${rest}`);
  });

  test("AM1 a connection that is silent for ttl/2 is dropped at that moment, and another one made at once", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.clear();
    const heard = agent.now;
    agent.advance(999);
    expect(agent.connects).toEqual([]);
    agent.advance(1);
    expect(agent.effects).toContainEqual({ type: "disconnect", connection: 1 });
    expect(agent.connects).toEqual([{ connection: 2, at: heard + 1_000 }]);
    expect(agent.notes).toContain("connection-lost");
  });

  test("AM1 an assignment is no answer: it does not keep a silent connection alive", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(900);
    agent.assign(group("Exchange", 3));
    agent.clear();
    agent.advance(100);
    expect(agent.connects).toHaveLength(1);
  });

  test("AM1 an object that greets with another nonce each time is not asked without a pause", () => {
    const agent = new SessionDriver({ seen: seenBefore({}, 1, "x") });
    const began = agent.now;
    for (let turn = 0; turn < 40; turn += 1) {
      if (agent.state.link.kind === "connecting") agent.join();
      agent.advance(25);
    }
    // renewMs is that of the default lease as long as no assignment has said another one: 2.5 s.
    expect(agent.connects.map(({ at }) => at - began)).toEqual([0, 625]);
  });

  test("AM1 wakes that are early, late or many send nothing more", () => {
    const agent = owner();
    agent.clear();
    for (let n = 0; n < 50; n += 1) agent.wake();
    expect(agent.sent).toEqual([]);
    agent.advance(500);
    expect(agent.renewals).toHaveLength(1);
  });

  test("AM1 events of a connection that is not the present one change nothing", () => {
    const agent = owner();
    const { state } = agent;
    agent.close(7);
    agent.open(1);
    agent.open(2);
    agent.close(0);
    expect(agent.state).toEqual(state);
  });
});

describe("AM2 a fuse that blew while the process did not run has blown", () => {
  test("AM2 the grant that wakes it brings all up again only after it was taken down", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(500);
    const renewal = agent.lastRenewal;
    agent.clear();
    agent.freeze(1_450);
    agent.receive(agent.object.grant(renewal, [exchange]));
    expect(agent.modesOf(exchange)).toEqual(["cut", "up"]);
    expect(agent.notes).toEqual(["fuse-blown"]);
  });

  test.each([
    { event: "an assignment", wake: (agent: SessionDriver) => agent.assign(group("Exchange", 3)) },
    { event: "a closed connection", wake: (agent: SessionDriver) => agent.close() },
    { event: "a word of the host", wake: (agent: SessionDriver) => agent.says({}) },
    { event: "its timer", wake: (agent: SessionDriver) => agent.wake() },
    { event: "the order to stop", wake: (agent: SessionDriver) => agent.event({ type: "stop" }) },
  ])("AM2 $event that wakes it late finds the fuse blown", ({ wake }) => {
    const agent = owner();
    agent.replies = () => null;
    agent.clear();
    agent.freeze(1_900);
    wake(agent);
    expect(agent.modesOf(exchange)[0]).toBe("cut");
    expect(agent.modesOf(exchange)).not.toContain("up");
  });

  test("AM2 a renewal after that does not call the ownership intact", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(500);
    expect(agent.lastRenewal.intact).toEqual([exchange]);
    agent.freeze(1_450);
    agent.wake();
    agent.join([group("Exchange", 3)]);
    expect(agent.lastRenewal.intact).toEqual([]);
  });

  test("AM2 a process that slept for less than its fuse loses nothing", () => {
    const agent = owner();
    agent.clear();
    agent.freeze(990);
    agent.wake();
    agent.advance(1_000);
    expect(agent.modesOf(exchange)).toEqual(["up"]);
  });
});

describe("AM3 what was seen is on disk first", () => {
  const kinds = (agent: SessionDriver): string[] =>
    agent.effects.map(({ type }) => type).filter((type) => type !== "wake");

  test("AM3 a welcome's generation and epochs are remembered before they are obeyed", () => {
    const agent = new SessionDriver();
    agent.open();
    agent.clear();
    agent.receive(agent.object.welcome(agent.connection, [group("Exchange", 3)]));
    expect(kinds(agent).slice(0, 1)).toEqual(["remember"]);
    expect(agent.effects[0]).toMatchObject({ seen: { generation: { number: 1 }, epochs: { Exchange: 3 } } });
    expect(kinds(agent).indexOf("orders")).toBeGreaterThan(0);
    expect(kinds(agent).indexOf("send")).toBeGreaterThan(0);
  });

  test("AM3 so is an assignment, an answer of a new generation, and others' epochs that a silence names", () => {
    const agent = owner();
    agent.clear();
    agent.assign(group("Exchange", 4));
    expect(kinds(agent).slice(0, 2)).toEqual(["remember", "orders"]);
    agent.replies = () => null;
    agent.advance(500);
    const renewal = agent.lastRenewal;
    agent.object.restart();
    agent.clear();
    agent.receive(agent.object.grant(renewal, [], { silences: [silence("Other#7")] }));
    expect(agent.effects[0]).toMatchObject({
      type: "remember",
      seen: { generation: { number: 2 }, epochs: { Exchange: 4, Other: 7 } },
    });
  });

  test("AM3 in the steady state nothing is written", () => {
    const agent = owner();
    agent.advance(1_000);
    agent.clear();
    agent.advance(60_000);
    expect(agent.renewals).toHaveLength(120);
    expect(kinds(agent)).not.toContain("remember");
  });

  test("AM3 a hello carries what was remembered by an earlier run", () => {
    const seen = seenBefore({ Exchange: 9 }, 5, "z");
    const agent = new SessionDriver({ seen });
    agent.open();
    expect(agent.hellos[0]?.seen).toEqual(seen);
  });
});

describe("AM4 what is over is not obeyed", () => {
  test("AM4 a message of an earlier generation changes nothing, and does not count as an answer", () => {
    const agent = owner();
    agent.object.restart();
    agent.assign(group("Exchange", 3));
    agent.replies = () => null;
    agent.advance(500);
    const old = { ...agent.object.grant(agent.lastRenewal, [exchange]), generation: { number: 1, nonce: "a" } };
    const { fuses, lastAnswerAt } = agent.state;
    agent.receive(old);
    expect(agent.state.fuses).toEqual(fuses);
    expect(agent.state.lastAnswerAt).toBe(lastAnswerAt);
    expect(agent.notes).toContain("stale-message");
  });

  test("AM4 a welcome of an earlier generation is no welcome", () => {
    const agent = new SessionDriver({ seen: seenBefore({}, 4) });
    agent.join([group("Exchange", 3)]);
    expect(agent.state.link.kind).toBe("greeting");
    expect(agent.orders.holds).toEqual([]);
  });

  test("AM4 the same number with another nonce ends the connection, and a hello shows what was seen", () => {
    const agent = owner();
    agent.clear();
    agent.object.generation = { number: 1, nonce: "other" };
    agent.assign();
    expect(agent.modeOf(exchange)).toBe("up");
    expect(agent.connects).toHaveLength(1);
    agent.open();
    expect(agent.hellos.at(-1)?.seen.generation).toEqual({ number: 1, nonce: "a" });
  });

  test("AM4 a message of another connection is not heard, nor one before the welcome", () => {
    const agent = owner();
    agent.close();
    agent.open();
    const { state } = agent;
    agent.receive({ type: "assignment", generation: agent.object.generation, assignment: agent.object.assignment([]) });
    agent.receive(agent.object.grant({ n: 1 }, [exchange]));
    agent.receive(agent.object.welcome(1, []), 1);
    expect(agent.state).toEqual(state);
  });

  test("AM4 the age of a generation counts from the first answer of it, not from its welcome", () => {
    const agent = new SessionDriver().join();
    expect(agent.lastRenewal.generationAgeMs).toBeNull();
    agent.advance(100);
    agent.grant();
    agent.replies = extending();
    agent.advance(500);
    expect(agent.lastRenewal.generationAgeMs).toBe(400);
    agent.object.restart();
    agent.replies = () => null;
    agent.assign();
    agent.advance(500);
    expect(agent.lastRenewal).toMatchObject({ generation: 2, generationAgeMs: null });
  });

  test("AM4 an epoch of others' that a silence named makes a lower one of ours outdated", () => {
    const agent = owner();
    agent.replies = (renewal, { object }) =>
      object.grant(renewal, [exchange], {
        silences: [{ subject: "Exchange#4", generation: object.generation, k: 1, ttlMs: 2_000 }],
      });
    agent.advance(500);
    expect(agent.modeOf(exchange)).toBe("none");
    expect(agent.modesOf(exchange)).toEqual(["cut", "up", "down", "none"]);
    expect(agent.lastRenewal.released).toEqual([exchange]);
  });
});

describe("AM5 told to stop", () => {
  test("AM5 it takes all offline, releases, and ends when the object knows", () => {
    const agent = owner();
    agent.manualHost = true;
    agent.event({ type: "stop" });
    expect(agent.modeOf(exchange)).toBe("down");
    expect(agent.lastRenewal).toMatchObject({ leaving: true, released: [] });
    agent.advance(3_000);
    expect(agent.exited).toBe(false);
    agent.saysOffline(exchange);
    expect(agent.lastRenewal).toMatchObject({ leaving: true, released: [exchange] });
    agent.says({ n: agent.orders.n, offline: [] });
    expect(agent.exited).toBe(false);
    agent.assign();
    agent.saysOffline();
    expect(agent.exited).toBe(true);
  });

  test("AM5 it ends a ttl after all is offline when nobody can be told", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.close();
    agent.event({ type: "stop" });
    const offline = agent.now;
    agent.advance(1_999);
    expect(agent.exited).toBe(false);
    agent.advanceTo(offline + 2_000);
    expect(agent.exited).toBe(true);
  });

  test("AM5 one that holds nothing ends at once, joined or not", () => {
    for (const agent of [new SessionDriver(), new SessionDriver().join()]) {
      agent.event({ type: "stop" });
      expect(agent.exited).toBe(true);
    }
  });

  test("AM5 it does not end while anything is still on the host, also of what is no longer assigned", () => {
    const agent = owner();
    agent.manualHost = true;
    agent.says({
      n: agent.orders.n,
      report: { revision: null, holds: [reportOf(exchange, "Online")], associations: [], notices: [] },
    });
    agent.assign();
    agent.says({
      n: agent.orders.n,
      report: { revision: null, holds: [reportOf(exchange, "OfflinePending")], associations: [], notices: [] },
    });
    agent.event({ type: "stop" });
    expect(agent.exited).toBe(false);
    agent.says({ n: agent.orders.n, report: { revision: null, holds: [], associations: [], notices: [] } });
    expect(agent.exited).toBe(true);
  });

  test("AM5 what is assigned to it after that is released without having been up", () => {
    const agent = owner();
    agent.event({ type: "stop" });
    const late = { group: "Late", epoch: 1 };
    agent.replies = extending(exchange, late);
    agent.assign(group("Late", 1));
    agent.advance(500);
    expect(agent.modesOf(late)).not.toContain("up");
    expect(agent.lastRenewal.released).toEqual([late]);
  });

  test("AM5 what is assigned late is waited for without a wake in the past", () => {
    const agent = owner();
    agent.replies = (renewal, { object }) => object.grant(renewal);
    agent.event({ type: "stop" });
    agent.advance(1_500);
    agent.manualHost = true;
    agent.assign(group("Exchange", 3), group("Late", 1));
    agent.advance(5_000);
    expect(agent.exited).toBe(false);
    agent.saysOffline({ group: "Late", epoch: 1 });
    agent.says({ n: agent.orders.n, offline: [] });
    agent.advance(2_000);
    expect(agent.exited).toBe(true);
  });

  test("AM5 being told twice is being told once", () => {
    const agent = owner();
    agent.manualHost = true;
    agent.event({ type: "stop" });
    const { stopping } = agent.state;
    agent.advance(100);
    agent.event({ type: "stop" });
    expect(agent.state.stopping).toEqual(stopping);
  });
});

describe("AM6 what is new is said at once", () => {
  const online = { revision: null, holds: [reportOf(exchange, "Online")], associations: [], notices: [] };

  test("AM6 a change on the host is said without waiting for the next renewal", () => {
    const agent = owner();
    agent.advance(100);
    agent.clear();
    agent.says({ report: online });
    expect(agent.renewals.map(({ report }) => report)).toEqual([online]);
  });

  test("AM6 a word that changes nothing in the report says nothing", () => {
    const agent = owner();
    agent.says({ report: online });
    agent.clear();
    agent.says({ report: structuredClone(online) });
    expect(agent.sent).toEqual([]);
  });

  test("AM6 while a renewal is under way a change waits for its answer, and then for no more", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(500);
    agent.clear();
    for (const state of ["Online", "OfflinePending", "Offline"] as const) {
      agent.says({ report: { revision: null, holds: [reportOf(exchange, state)], associations: [], notices: [] } });
    }
    expect(agent.sent).toEqual([]);
    agent.receive(agent.object.grant({ n: agent.state.renewals }, [exchange]));
    expect(agent.renewals.map(({ report }) => report?.holds[0]?.resources["ip"]?.state)).toEqual(["Offline"]);
  });

  test("AM6 what is only on its way is said 50 ms after the last renewal, what has come to rest at once", () => {
    const agent = owner();
    agent.advance(100);
    agent.clear();
    const saidAfter = (state: "Online" | "OfflinePending" | "Offline", ms: number) => {
      agent.says({ report: { revision: null, holds: [reportOf(exchange, state)], associations: [], notices: [] } });
      agent.advance(ms);
      const states = agent.renewals.map(({ report }) => report?.holds[0]?.resources["ip"]?.state);
      agent.clear();
      return states;
    };
    expect(saidAfter("OfflinePending", 10), "nothing has been said for long").toEqual(["OfflinePending"]);
    expect(saidAfter("Offline", 10)).toEqual(["Offline"]);
    expect(saidAfter("OfflinePending", 20)).toEqual([]);
    expect(saidAfter("OfflinePending", 40)).toEqual(["OfflinePending"]);
  });

  test("AM6 a report is said until a renewal that carried it is answered, and then no more", () => {
    const agent = owner({ ttlMs: 2_000, renewMs: 250 });
    agent.replies = () => null;
    agent.says({ report: online });
    agent.advance(500);
    expect(agent.renewals.slice(-2).map(({ report }) => report)).toEqual([online, online]);
    agent.replies = extending(exchange);
    agent.advance(1_000);
    expect(agent.lastRenewal.report).toBeNull();
  });

  test("AM6 an answer to a renewal before it does not count as knowing it", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(500);
    const before = agent.lastRenewal;
    agent.says({ report: online });
    agent.advance(400);
    agent.receive(agent.object.grant(before, [exchange]));
    expect(agent.lastRenewal.report).toEqual(online);
    agent.advance(500);
    expect(agent.lastRenewal.report).toEqual(online);
  });

  test("AM6 a new connection is told which associations an answered renewal has carried", () => {
    const agent = owner();
    const association = (n: number) => ({
      n,
      group: "Exchange",
      partner: "peer.test",
      direction: "outbound" as const,
      state: "open" as const,
      localAddress: null,
      remoteAddress: null,
      reason: null,
    });
    const notices = [{ n: 7, at: 0, code: "loop-late", message: "late" }];
    agent.says({ report: { ...online, associations: [association(3), association(4)], notices } });
    agent.advance(500);
    agent.replies = () => null;
    agent.says({ report: { ...online, associations: [association(4), association(5)] } });
    agent.close();
    agent.open();
    expect(agent.hellos.at(-1)?.told).toEqual({ associations: 4, notices: 7 });
  });

  test("AM6 a new connection is told everything again", () => {
    const agent = owner();
    agent.says({ report: online });
    agent.advance(1_000);
    expect(agent.lastRenewal.report).toBeNull();
    agent.close();
    agent.join([group("Exchange", 3)]);
    expect(agent.lastRenewal.report).toEqual(online);
  });

  test("AM6 an assignment is confirmed at once", () => {
    const agent = owner();
    agent.advance(100);
    agent.clear();
    agent.assign(group("Exchange", 3), group("Web", 1));
    expect(agent.renewals[0]?.revision).toEqual(agent.object.revision);
  });
});
