import { describe, expect, test } from "vitest";
import { type AssignedGroup, type Peer, type Silence } from "../../../src/cluster/messages.ts";
import { limits } from "../../../src/cluster/limits.ts";
import type { PeerMessage } from "../../../src/cluster/peer-messages.ts";
import { extending, group, SessionDriver, silence } from "./session-driver.ts";

const ttlMs = 2_000;
const renewMs = 500;
/** margin of a ttl of 2 000 ms */
const marginMs = 100;
const me = { key: "mine", address: "192.0.2.11:7946", proof: "proof" };
const peer = (node: string): Peer => ({ node, key: `key-of-${node}`, address: `${node}:7946` });
const exchange = { group: "Exchange", epoch: 3 };

/** What the machine has told other agents since it was asked last. */
function tells(agent: SessionDriver): { readonly to: string; readonly message: PeerMessage }[] {
  const told = agent.effects.flatMap((effect) =>
    effect.type === "tell" ? [{ to: effect.peer.node, message: effect.message }] : [],
  );
  agent.clear();
  return told;
}

function lastAsk(agent: SessionDriver, node = "NODE2"): Extract<PeerMessage, { type: "ask" }> {
  const asks = agent.effects.flatMap((effect) =>
    effect.type === "tell" && effect.peer.node === node && effect.message.type === "ask" ? [effect.message] : [],
  );
  const last = asks.at(-1);
  if (last === undefined) throw new Error(`${node} was not asked`);
  return last;
}

function tell(agent: SessionDriver, node: string, message: PeerMessage): void {
  agent.event({ type: "told", from: { key: peer(node).key }, message });
}

/** The peer promises what it was asked for last. */
function promise(agent: SessionDriver, node = "NODE2"): void {
  const { n, holds } = lastAsk(agent, node);
  tell(agent, node, { type: "promise", n, holds, over: [] });
}

describe("the owner", () => {
  /** It owns the group, was granted it at this moment, and has asked its peers. */
  function owner(...nodes: readonly string[]): SessionDriver {
    const agent = new SessionDriver({ peer: me });
    agent.replies = extending(exchange);
    agent.join([held(...nodes)]);
    return agent;
  }
  const held = (...nodes: readonly string[]): AssignedGroup => ({ ...group("Exchange", 3), peers: nodes.map(peer) });

  /** The control plane answers no more, and the line to it is broken. */
  function loseControlPlane(agent: SessionDriver): void {
    agent.replies = () => null;
    agent.close();
  }

  /** Time passes; each of these promises whenever it is asked. */
  function outage(agent: SessionDriver, ms: number, ...agreeing: readonly string[]): void {
    const end = agent.now + ms;
    while (agent.now < end) {
      agent.advance(Math.min(renewMs, end - agent.now));
      for (const node of agreeing) promise(agent, node);
    }
  }

  test("PW2: while its peers promise it holds, and no longer than they do", () => {
    const agent = owner("NODE2", "NODE3");
    loseControlPlane(agent);
    outage(agent, 60_000, "NODE2", "NODE3");
    expect(agent.modeOf(exchange)).toBe("up");
    outage(agent, ttlMs, "NODE2");
    expect(agent.modeOf(exchange)).toBe("cut");
  });

  test("PW2: a promise counts from before it was asked for, less the margin", () => {
    const agent = owner("NODE2");
    loseControlPlane(agent);
    agent.advance(renewMs);
    const askedAt = agent.now;
    agent.advance(300);
    promise(agent);
    expect(agent.deadlineOf(exchange)).toBe(askedAt + ttlMs - marginMs);
  });

  test("PW2: a grant that lasts longer counts, and so does a promise that does", () => {
    const agent = owner("NODE2");
    promise(agent);
    agent.advance(renewMs);
    const granted = agent.deadlineOf(exchange);
    expect(granted).toBe(agent.now + ttlMs - marginMs);
    loseControlPlane(agent);
    outage(agent, 4 * renewMs, "NODE2");
    expect(agent.deadlineOf(exchange)).toBeGreaterThan(granted ?? 0);
  });

  test("PW2: with a shorter ttl what was promised before lasts no longer than that", () => {
    const agent = owner("NODE2");
    promise(agent);
    const askedAt = agent.now;
    agent.object.lease = { ttlMs: 1_000, renewMs: 250 };
    agent.advance(renewMs);
    loseControlPlane(agent);
    agent.advance(100);
    expect(agent.deadlineOf(exchange)).toBe(askedAt + renewMs + 1_000 - 50);
  });

  test("GR13: what it was promised beyond its grant is held as long, though the lease is shorter since", () => {
    const agent = owner("NODE2");
    agent.replies = () => null;
    agent.advance(renewMs);
    promise(agent);
    const until = agent.deadlineOf(exchange) ?? 0;
    expect(until).toBe(agent.now + ttlMs - marginMs);
    agent.object.lease = { ttlMs: 1_200, renewMs: 100 };
    agent.replies = extending(exchange);
    agent.assign(held("NODE2"));
    agent.grant(exchange);
    expect(agent.deadlineOf(exchange)).toBeLessThan(until);
    agent.advanceTo(agent.now + 700);
    expect(agent.lastRenewal.ttlHeldMs).toBe(ttlMs);
    agent.advanceTo(until);
    expect(agent.lastRenewal.ttlHeldMs).toBe(1_200);
  });

  test("PW2: what is promised by another, under another number, or for what was not asked, is nothing", () => {
    const agent = owner("NODE2", "NODE3");
    loseControlPlane(agent);
    agent.advance(renewMs);
    const { n } = lastAsk(agent, "NODE2");
    promise(agent, "NODE3");
    const before = agent.deadlineOf(exchange);
    tell(agent, "NODE3", { type: "promise", n, holds: [exchange], over: [] });
    tell(agent, "NODE2", { type: "promise", n: n + 100, holds: [exchange], over: [] });
    tell(agent, "NODE2", { type: "promise", n, holds: [{ ...exchange, epoch: 2 }], over: [] });
    expect(agent.deadlineOf(exchange)).toBe(before);
  });

  test("PW2: each peer is asked every renewMs, with and without the control plane, and of nothing without a list", () => {
    const agent = owner("NODE2");
    promise(agent);
    void tells(agent);
    for (const lost of [false, true]) {
      if (lost) loseControlPlane(agent);
      for (let round = 0; round < 3; round += 1) {
        agent.advance(renewMs);
        promise(agent);
        expect(
          tells(agent).map(({ message }) => message.type),
          String(lost),
        ).toEqual(["ask"]);
      }
    }
    const alone = owner();
    alone.advance(10 * renewMs);
    expect(tells(alone)).toEqual([]);
  });

  test("PW2: it asks with its renewals, and the host is told of one deadline in an interval", () => {
    const agent = owner("NODE2");
    promise(agent);
    // A renewal between two others: the beats of asks and renewals become one again.
    agent.advance(renewMs / 10);
    agent.assign({ ...held("NODE2"), observe: true });
    outage(agent, 2 * renewMs, "NODE2");
    agent.clear();
    const beats: number[] = [];
    for (let ms = 0; ms < 10 * renewMs; ms += 1) {
      const { renewals } = agent.state;
      agent.advance(1);
      if (agent.state.words.askedAt !== agent.now) continue;
      promise(agent);
      beats.push(agent.state.renewals - renewals);
    }
    expect(beats).toEqual(Array.from({ length: 10 }, () => 1));
    const deadlines = agent.effects.flatMap((effect) =>
      effect.type === "orders" ? effect.orders.holds.map(({ mode }) => JSON.stringify(mode)) : [],
    );
    expect(deadlines.length).toBe(10);
  });

  test("PW2: a peer that promises only some of what it is asked for is asked no more often for that", () => {
    const agent = owner("NODE2", "NODE3");
    loseControlPlane(agent);
    agent.replies = extending(exchange);
    agent.join([held("NODE2", "NODE3")]);
    agent.advance(renewMs);
    agent.clear();
    let asks = 0;
    for (let ms = 0; ms < 8 * renewMs; ms += 1) {
      agent.advance(1);
      if (agent.state.words.askedAt !== agent.now) continue;
      asks += 1;
      promise(agent, "NODE2");
      tell(agent, "NODE3", { type: "promise", n: lastAsk(agent, "NODE3").n, holds: [], over: [] });
    }
    expect(asks).toBe(8);
  });

  test("PW2: asks that are not answered are kept for some rounds, however short the interval is", () => {
    const agent = owner("NODE2");
    agent.object.lease = { ttlMs: 60_000, renewMs: 25 };
    agent.assign(held("NODE2"));
    agent.advance(5_000);
    expect(agent.state.words.asks).toBeGreaterThan(150);
    expect(agent.state.words.inFlight.length).toBeLessThan(20);
  });

  test("PW2: more than fit one message are asked for in several", () => {
    const agent = new SessionDriver({ peer: me });
    const groups = Array.from({ length: limits.holdsOfPeerMessage + 1 }, (_, index) => ({
      ...group(`G${index}`, 1),
      peers: [peer("NODE2")],
    }));
    agent.replies = extending(...groups.map(({ group: name, epoch }) => ({ group: name, epoch })));
    agent.join(groups);
    const asked = tells(agent).flatMap(({ message }) => (message.type === "ask" ? [message.holds.length] : []));
    expect(asked).toEqual([limits.holdsOfPeerMessage, 1]);
  });

  test("PW9: its renewals say whose word it has", () => {
    const agent = owner("NODE2", "NODE3");
    expect(agent.lastRenewal.agreeing).toEqual([]);
    promise(agent, "NODE3");
    agent.advance(renewMs);
    expect(agent.lastRenewal.agreeing).toEqual([{ nodes: ["NODE3"], holds: [exchange] }]);
    agent.advance(ttlMs);
    expect(agent.lastRenewal.agreeing).toEqual([]);
  });

  test("PW9: they say so of each ownership, those together that are held by the same word", () => {
    const agent = new SessionDriver({ peer: me });
    const holds = ["A", "B", "C"].map((name) => ({ group: name, epoch: 1 }));
    agent.replies = extending(...holds);
    agent.join(holds.map(({ group: name }) => ({ ...group(name, 1), peers: [peer("NODE2"), peer("NODE3")] })));
    promise(agent, "NODE2");
    const { n } = lastAsk(agent, "NODE3");
    tell(agent, "NODE3", { type: "promise", n, holds: holds.slice(0, 1), over: [] });
    agent.advance(renewMs);
    expect(agent.lastRenewal.agreeing).toEqual([
      { nodes: ["NODE2", "NODE3"], holds: holds.slice(0, 1) },
      { nodes: ["NODE2"], holds: holds.slice(1) },
    ]);
  });

  test.each(["withdrawal", "promise"] as const)("PW5: a word that is withdrawn (%s) ends it at once", (type) => {
    const agent = owner("NODE2", "NODE3");
    loseControlPlane(agent);
    outage(agent, 2 * ttlMs, "NODE2", "NODE3");
    expect(agent.modeOf(exchange)).toBe("up");
    agent.manualHost = true;
    const { n } = lastAsk(agent, "NODE2");
    agent.clear();
    if (type === "withdrawal") tell(agent, "NODE2", { type, n, holds: [exchange] });
    else {
      agent.advance(renewMs);
      tell(agent, "NODE2", { type, n: lastAsk(agent, "NODE2").n, holds: [], over: [exchange] });
      expect(lastAsk(agent, "NODE2").n).toBeGreaterThan(n);
    }
    expect(agent.modeOf(exchange)).toBe("cut");
    agent.clear();
    agent.wake();
    expect(tells(agent)).toEqual([]);
    agent.saysOffline(exchange);
    expect(tells(agent)).toEqual(
      ["NODE2", "NODE3"].map((to) => ({ to, message: { type: "gone", n: agent.state.words.asks, holds: [exchange] } })),
    );
    agent.wake();
    expect(tells(agent)).toEqual([]);
  });

  test("PW5: a peer that withdraws its word has not heard yet that all is offline, and is told once more", () => {
    const agent = owner("NODE2", "NODE3");
    loseControlPlane(agent);
    agent.advance(renewMs);
    promise(agent);
    const { n } = lastAsk(agent);
    agent.advance(2 * ttlMs);
    const gone: PeerMessage = { type: "gone", n: agent.state.words.asks, holds: [exchange] };
    expect(tells(agent).at(-1)).toEqual({ to: "NODE3", message: gone });
    tell(agent, "NODE2", { type: "withdrawal", n, holds: [exchange] });
    expect(tells(agent)).toContainEqual({ to: "NODE2", message: gone });
    tell(agent, "NODE2", { type: "withdrawal", n, holds: [exchange] });
    expect(tells(agent)).toEqual([]);
  });

  test("PW5: a withdrawal, or a promise, that is older than the newest word of its peer is nothing", () => {
    const agent = owner("NODE2");
    promise(agent);
    const { n: old } = lastAsk(agent);
    agent.advance(renewMs);
    const { n: late } = lastAsk(agent);
    loseControlPlane(agent);
    outage(agent, 2 * ttlMs, "NODE2");
    const deadline = agent.deadlineOf(exchange);
    tell(agent, "NODE2", { type: "withdrawal", n: old, holds: [exchange] });
    tell(agent, "NODE2", { type: "promise", n: late, holds: [], over: [exchange] });
    expect(agent.modeOf(exchange)).toBe("up");
    expect(agent.deadlineOf(exchange)).toBe(deadline);
    outage(agent, ttlMs, "NODE2");
    expect(agent.modeOf(exchange)).toBe("up");
  });

  test("PW5: a withdrawal that comes again once a grant covers the ownership is nothing", () => {
    const agent = owner("NODE2");
    promise(agent);
    const withdrawal: PeerMessage = { type: "withdrawal", n: lastAsk(agent).n, holds: [exchange] };
    tell(agent, "NODE2", withdrawal);
    agent.advance(renewMs);
    promise(agent);
    tell(agent, "NODE2", withdrawal);
    loseControlPlane(agent);
    outage(agent, 2 * ttlMs, "NODE2");
    expect(agent.modeOf(exchange)).toBe("up");
  });

  test("PW2: what a key has said is forgotten when it is on the list no more, and counts for nothing when it is again", () => {
    const agent = owner("NODE2", "NODE3");
    promise(agent, "NODE2");
    promise(agent, "NODE3");
    agent.assign(held("NODE3"));
    const remembered = () =>
      [agent.state.words.promises, agent.state.words.heard].map((all) => [...(all.get("Exchange#3")?.keys() ?? [])]);
    expect(remembered()).toEqual([["key-of-NODE3"], ["key-of-NODE3"]]);
    expect(agent.state.words.inFlight.filter(({ to }) => to.node === "NODE2")).toEqual([]);
    agent.assign(held("NODE2", "NODE3"));
    expect(remembered()).toEqual([["key-of-NODE3"], ["key-of-NODE3"]]);
    agent.assign();
    const { promises, heard, inFlight } = agent.state.words;
    expect([promises.size, heard.size, inFlight.length]).toEqual([0, 0, 0]);
  });

  test("PW5: who is no peer of the ownership withdraws nothing, and while a grant covers it it stays", () => {
    const agent = owner("NODE2");
    loseControlPlane(agent);
    outage(agent, ttlMs, "NODE2");
    tell(agent, "NODE3", { type: "withdrawal", n: 1_000, holds: [exchange] });
    expect(agent.modeOf(exchange)).toBe("up");
    const granted = owner("NODE2");
    tell(granted, "NODE2", { type: "withdrawal", n: lastAsk(granted).n, holds: [exchange] });
    expect(granted.modeOf(exchange)).toBe("up");
    expect(granted.deadlineOf(exchange)).toBe(granted.now + ttlMs - marginMs);
  });

  test("PW2: what is held by others' word gets another list with the grant that covers it again, and not before", () => {
    const agent = owner("NODE2");
    loseControlPlane(agent);
    outage(agent, 2 * ttlMs, "NODE2");
    agent.join([held("NODE2", "NODE3")]);
    expect(agent.modeOf(exchange)).toBe("up");
    agent.assign(held("NODE3"));
    expect(agent.modeOf(exchange)).toBe("up");
    const assignment = agent.object.assignment([held("NODE2", "NODE3")]);
    agent.receive(agent.object.grant(agent.lastRenewal, [exchange], { assignment }));
    expect(agent.modeOf(exchange)).toBe("up");
    agent.advance(renewMs);
    expect(lastAsk(agent, "NODE3").holds).toEqual([exchange]);
  });

  test("PW2: when its list becomes empty its fuse is its grant's again at once, and asked for by nobody", () => {
    const agent = owner("NODE2");
    const granted = agent.now + ttlMs - marginMs;
    loseControlPlane(agent);
    outage(agent, ttlMs / 2, "NODE2");
    expect(agent.deadlineOf(exchange)).toBeGreaterThan(granted);
    agent.join([held()]);
    expect(agent.deadlineOf(exchange)).toBe(granted);
    agent.clear();
    agent.advance(granted - agent.now);
    expect(agent.modeOf(exchange)).not.toBe("up");
    expect(agent.effects.filter(({ type }) => type === "tell")).toEqual([]);
  });

  test("PW6: what was promised before a fuse blew is over for good, also when no answer has covered it before that", () => {
    const agent = owner("NODE2");
    agent.advance(renewMs);
    promise(agent);
    agent.replies = (renewal, { object }) => object.grant(renewal, []);
    agent.advance(renewMs);
    promise(agent);
    agent.advance(ttlMs);
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(agent.state.words.promises.size).toBe(0);
  });

  test("PW6: no promise lights a fuse that has blown, be it on its way already; a grant does", () => {
    const agent = owner("NODE2");
    loseControlPlane(agent);
    agent.advance(ttlMs - marginMs);
    expect(agent.modeOf(exchange)).toBe("cut");
    promise(agent);
    agent.wake();
    expect(agent.modeOf(exchange)).toBe("cut");
    agent.replies = extending(exchange);
    agent.join([held("NODE2")]);
    expect(agent.modeOf(exchange)).toBe("up");
  });

  test("PW6: a process that did not run finds its fuse blown, whatever was promised meanwhile", () => {
    const agent = owner("NODE2");
    loseControlPlane(agent);
    agent.advance(3 * renewMs);
    agent.freeze(ttlMs);
    promise(agent);
    expect(agent.modeOf(exchange)).toBe("cut");
  });

  test("PW6: what the control plane grants no longer is held by nobody's word", () => {
    for (const refused of [true, false]) {
      const agent = owner("NODE2");
      agent.replies = (renewal, { object }) => (refused ? object.refusal(renewal) : object.grant(renewal, []));
      agent.advance(renewMs);
      loseControlPlane(agent);
      outage(agent, 2 * renewMs, "NODE2");
      expect(agent.modeOf(exchange)).toBe("up");
      agent.advance(ttlMs);
      expect(agent.modeOf(exchange), String(refused)).toBe("cut");
    }
  });

  test("PW6: when time has passed of which its clock knows nothing, every word is over", () => {
    const agent = owner("NODE2");
    loseControlPlane(agent);
    outage(agent, 2 * ttlMs, "NODE2");
    agent.event({ type: "lapse", lostMs: 5_000 });
    expect(agent.modeOf(exchange)).toBe("cut");
    outage(agent, renewMs);
    expect(agent.modeOf(exchange)).toBe("cut");
  });
});

test("PW7: heeded are those whom it asks and those who may ask it, as its newest assignment names them", () => {
  const agent = new SessionDriver({ peer: me });
  const heeded = (): string[][] =>
    agent.effects.flatMap((effect) => (effect.type === "heed" ? [[...effect.keys]] : []));
  agent.object.vouchesFor = [{ group: "Web", epoch: 1, ...peer("NODE2") }];
  agent.join([{ ...group("Exchange", 3), peers: ["NODE2", "NODE3"].map(peer) }]);
  agent.object.vouchesFor = [];
  agent.assign();
  agent.wake();
  expect(heeded()).toEqual([["key-of-NODE2", "key-of-NODE3"], []]);
});

describe("PW12: what the owner's log says", () => {
  const held = { ...group("Exchange", 3), peers: [peer("NODE2"), peer("NODE3")] };
  const notes = (agent: SessionDriver) => {
    const said = agent.effects.flatMap((effect) =>
      effect.type === "note" ? [[effect.code, ...(effect.nodes ?? [effect.detail])].join(" ")] : [],
    );
    agent.clear();
    return said;
  };
  const pass = (agent: SessionDriver, ms: number, ...agreeing: readonly string[]): void => {
    for (const end = agent.now + ms; agent.now < end;) {
      agent.advance(1);
      if (agent.state.words.askedAt === agent.now) for (const node of agreeing) promise(agent, node);
    }
  };
  function owner(): SessionDriver {
    const agent = new SessionDriver({ peer: me });
    agent.replies = extending(exchange);
    agent.join([held]);
    for (const node of ["NODE2", "NODE3"]) promise(agent, node);
    agent.clear();
    return agent;
  }

  test("PW12: by whose word it stays, once, and that it is granted again", () => {
    const agent = owner();
    pass(agent, 2 * ttlMs, "NODE2", "NODE3");
    expect(notes(agent)).toEqual([]);
    agent.replies = () => null;
    agent.close();
    pass(agent, 5 * ttlMs, "NODE2", "NODE3");
    expect(notes(agent)).toEqual(["connection-lost NODE2 NODE3", "held-by-word NODE2 NODE3"]);
    agent.replies = extending(exchange);
    agent.join([held]);
    expect(notes(agent)).toEqual(["reconnected connection 2", "granted-again Exchange#3"]);
  });

  test("PW12: whose word is missing, once, and that it is given again", () => {
    const agent = owner();
    pass(agent, 5 * ttlMs, "NODE2");
    expect(notes(agent)).toEqual(["word-missing NODE3"]);
    pass(agent, ttlMs, "NODE2", "NODE3");
    expect(notes(agent)).toEqual(["word-given NODE3"]);
  });

  test("PW12: who did not agree when the lease ends, and who has withdrawn", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.close();
    pass(agent, ttlMs, "NODE2", "NODE3");
    pass(agent, ttlMs, "NODE2");
    expect(notes(agent).slice(1)).toEqual(["held-by-word NODE2 NODE3", "word-missing NODE3", "fuse-blown NODE3"]);
    const other = owner();
    other.replies = () => null;
    other.close();
    pass(other, ttlMs, "NODE2", "NODE3");
    tell(other, "NODE3", { type: "withdrawal", n: other.state.words.asks, holds: [exchange] });
    expect(notes(other).slice(-2)).toEqual(["word-withdrawn NODE3", "fuse-blown"]);
  });
});

describe("the peer", () => {
  const owned: Silence = silence("Exchange#3");
  const asked = (n = 1): PeerMessage => ({ type: "ask", n, holds: [exchange], durationMs: ttlMs });
  const replyTo = (agent: SessionDriver, n = 1): PeerMessage | undefined => {
    agent.clear();
    tell(agent, "NODE1", asked(n));
    return tells(agent)[0]?.message;
  };
  const promised = (n = 1): PeerMessage => ({ type: "promise", n, holds: [exchange], over: [] });
  const over = (n = 1): PeerMessage => ({ type: "promise", n, holds: [], over: [exchange] });

  /** It hears of the owner's silence, whose value does not change, and may be asked by its agent. */
  function voucher(options: ConstructorParameters<typeof SessionDriver>[0] = {}): SessionDriver {
    const agent = new SessionDriver({ peer: me, ...options });
    agent.object.vouchesFor = [{ ...exchange, ...peer("NODE1") }];
    agent.replies = (renewal, { object }) => object.grant(renewal, [], { silences: [owned] });
    return agent.join();
  }
  const claimed = (agent: SessionDriver): boolean => (agent.renewals.at(-1)?.claims.length ?? 0) > 0;

  test("PW4: it promises, and claims nothing before that is over, be its count complete or not", () => {
    const agent = voucher();
    agent.advance(ttlMs - 200);
    expect(replyTo(agent)).toEqual(promised());
    agent.advance(ttlMs - 1);
    expect(claimed(agent)).toBe(false);
    agent.advance(1);
    expect(claimed(agent)).toBe(true);
  });

  test("PW4: without a promise of its own run it claims when it has counted a whole ttl from its own first answer", () => {
    const agent = voucher();
    agent.advance(ttlMs - 1);
    expect(claimed(agent)).toBe(false);
    agent.advance(1);
    expect(claimed(agent)).toBe(true);
  });

  test("PW5: it withdraws when its count is complete, says so at once, and claims when the owner has nothing any more", () => {
    const agent = voucher();
    agent.advance(ttlMs - 200);
    void replyTo(agent, 7);
    agent.advance(200);
    expect(tells(agent)).toEqual([{ to: "NODE1", message: { type: "withdrawal", n: 7, holds: [exchange] } }]);
    expect(replyTo(agent, 8)).toEqual(over(8));
    tell(agent, "NODE3", { type: "gone", n: 9, holds: [exchange] });
    agent.advance(10);
    expect(claimed(agent)).toBe(false);
    tell(agent, "NODE1", { type: "gone", n: 9, holds: [exchange] });
    expect(claimed(agent)).toBe(true);
  });

  test("PW5: word that the owner has nothing any more voids no promise that was asked for after it, however late it comes", () => {
    const agent = voucher();
    agent.advance(ttlMs - 200);
    void replyTo(agent, 1);
    void replyTo(agent, 2);
    tell(agent, "NODE1", { type: "gone", n: 1, holds: [exchange] });
    agent.advance(200);
    expect(claimed(agent)).toBe(false);
    tell(agent, "NODE1", { type: "gone", n: 2, holds: [exchange] });
    expect(claimed(agent)).toBe(true);
  });

  test("PW5: what it has counted to its end it promises no more, before its count is of another value or begins anew", () => {
    const agent = voucher();
    agent.advance(ttlMs);
    expect(replyTo(agent)).toEqual(over());
    agent.replies = (renewal, { object }) => object.grant(renewal, [], { silences: [{ ...owned, k: 2 }] });
    agent.advance(renewMs);
    expect(replyTo(agent, 2)).toEqual(promised(2));
    agent.replies = () => null;
    agent.advance(3 * ttlMs);
    expect(replyTo(agent, 3)).toEqual(promised(3));
  });

  test("PW4: an ask that comes again, or after a later one, binds it no more", () => {
    const agent = voucher();
    agent.replies = (renewal, { object }) => object.grant(renewal, [], { silences: [{ ...owned, k: renewal.n }] });
    expect(replyTo(agent, 2)).toEqual(promised(2));
    agent.advance(renewMs);
    agent.replies = (renewal, { object }) => object.grant(renewal, [], { silences: [{ ...owned, k: 99 }] });
    agent.advance(renewMs);
    for (let late = 0; late < ttlMs; late += renewMs) {
      expect(replyTo(agent, 1)).toBeUndefined();
      expect(replyTo(agent, 2)).toBeUndefined();
      agent.advance(renewMs);
    }
    expect(claimed(agent)).toBe(true);
  });

  test("PW5: an ask of before word that all is offline binds it no more, and one of after that does", () => {
    const agent = voucher();
    void replyTo(agent, 1);
    tell(agent, "NODE1", { type: "gone", n: 3, holds: [exchange] });
    expect(replyTo(agent, 3)).toBeUndefined();
    expect(replyTo(agent, 4)).toEqual(promised(4));
    agent.advance(ttlMs - 1);
    expect(claimed(agent)).toBe(false);
  });

  test("PW4: what it has promised binds it when it is asked no more, and another key of that ownership does not change that", () => {
    const agent = voucher();
    agent.advance(ttlMs - 200);
    expect(replyTo(agent, 5)).toEqual(promised(5));
    agent.object.vouchesFor = [];
    agent.assign();
    agent.object.vouchesFor = [{ ...exchange, ...peer("NODE3") }];
    agent.assign();
    agent.clear();
    tell(agent, "NODE3", asked(6));
    tell(agent, "NODE3", { type: "gone", n: 9, holds: [exchange] });
    expect(tells(agent)).toEqual([]);
    agent.advance(ttlMs - 1);
    expect(claimed(agent)).toBe(false);
    agent.advance(1);
    expect(claimed(agent)).toBe(true);
    tell(agent, "NODE3", asked(1));
    expect(tells(agent).map(({ to }) => to)).toEqual(["NODE3"]);
    agent.object.vouchesFor = [];
    agent.assign();
    expect(agent.state.words.given.size).toBe(0);
  });

  test("PW7: it promises nothing that its assignment does not name, and to nobody else", () => {
    const agent = voucher();
    tell(agent, "NODE3", asked());
    tell(agent, "NODE1", { type: "ask", n: 1, holds: [{ ...exchange, epoch: 2 }], durationMs: ttlMs });
    expect(tells(agent)).toEqual([]);
  });
});
