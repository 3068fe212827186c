import { describe, expect, test } from "vitest";
import { extending, group, SessionDriver, seenBefore } from "./session-driver.ts";

const exchange = { group: "Exchange", epoch: 3 };
const web = { group: "Web", epoch: 1 };

/** An owner of two groups that renews and is extended, on the `lan` lease: ttl 2 s, renewal 500 ms, margin 100 ms. */
function owner(): SessionDriver {
  const agent = new SessionDriver();
  agent.replies = extending(exchange, web);
  return agent.join([group("Exchange", 3), group("Web", 1)]);
}

describe("GR1 a grant holds from before its renewal was sent", () => {
  test("GR1 however late the answer is, it counts from the sending", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    const sentAt = agent.now;
    agent.freeze(900);
    agent.grant(exchange);
    expect(agent.deadlineOf(exchange)).toBe(sentAt + 1_900);
    expect(agent.orders.holds[0]?.mode).toEqual({ kind: "up", deadline: sentAt + 1_900 });
  });

  test("GR1 an answer that comes when its fuse would have blown brings nothing up", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    agent.freeze(1_900);
    agent.grant(exchange);
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(agent.modesOf(exchange)).not.toContain("up");
  });

  test("GR1 without a further grant all of it is cut at the deadline, and not before", () => {
    const agent = owner();
    const deadline = agent.deadlineOf(exchange) ?? 0;
    agent.replies = () => null;
    agent.advanceTo(deadline - 0.01);
    expect(agent.modeOf(exchange)).toBe("up");
    agent.advanceTo(deadline);
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(agent.notes.filter((code) => code === "fuse-blown")).toHaveLength(2);
  });

  test("GR1 what is assigned and was never granted is not online", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    agent.advance(10_000);
    expect(agent.modesOf(exchange)).toEqual(["cut"]);
  });

  test("GR1 renewals whose answers are lost cost nothing while a later one is answered in time", () => {
    const agent = new SessionDriver({ lease: { ttlMs: 2_000, renewMs: 250 } });
    agent.replies = (renewal, { object }) => (renewal.n % 3 === 0 ? object.grant(renewal, [exchange]) : null);
    agent.join([group("Exchange", 3)]);
    agent.advance(20_000);
    expect(agent.modesOf(exchange)).toEqual(["cut", "up"]);
    expect(agent.connects).toHaveLength(1);
  });
});

describe("AM7 time that the monotonic clock does not know of", () => {
  test("AM7 all that was granted is over, and taken away before anything is brought up again", () => {
    const agent = owner();
    agent.advance(700);
    agent.clear();
    agent.event({ type: "lapse", lostMs: 60_000 });
    expect(agent.modesOf(exchange)).toEqual(["cut", "up"]);
    expect(agent.notes).toEqual(["lapsed", "fuse-blown", "fuse-blown"]);
    expect(agent.deadlineOf(exchange)).toBe(agent.now + 1_900);
  });

  test("AM7 an answer to what was said before it grants nothing any more", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.advance(500);
    const before = agent.lastRenewal;
    agent.event({ type: "lapse", lostMs: 60_000 });
    agent.receive(agent.object.grant(before, [exchange]));
    expect(agent.modeOf(exchange)).toBe("cut");
    agent.grant(exchange);
    expect(agent.modeOf(exchange)).toBe("up");
  });
});

describe("GR3 a fuse is that of one group and epoch", () => {
  test("GR3 a grant that does not list an epoch moves none of its fuse", () => {
    const agent = owner();
    const before = agent.deadlineOf(web);
    agent.replies = extending(exchange);
    agent.advance(1_000);
    expect(agent.deadlineOf(web)).toBe(before);
    expect(agent.deadlineOf(exchange)).toBe(agent.now + 1_900);
    agent.advance(1_000);
    expect([agent.modeOf(exchange), agent.modeOf(web)]).toEqual(["up", "cut"]);
  });

  test("GR3 neither an empty grant nor a refusal moves a fuse", () => {
    const agent = owner();
    const before = agent.deadlineOf(exchange);
    agent.replies = (renewal, { object }) => (renewal.n % 2 === 0 ? object.grant(renewal) : object.refusal(renewal));
    agent.advance(1_500);
    expect(agent.deadlineOf(exchange)).toBe(before);
    agent.advance(500);
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(agent.notes).toContain("refused");
  });

  test("GR3 the next epoch of a group begins without a fuse", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.assign(group("Exchange", 4), group("Web", 1));
    expect(agent.modeOf({ group: "Exchange", epoch: 4 })).toBe("cut");
    expect(agent.modeOf(exchange)).toBe("none");
    expect(agent.deadlineOf(exchange)).toBeNull();
  });

  test("GR3 a grant of what is not assigned brings nothing up", () => {
    const agent = owner();
    agent.replies = extending(exchange, web, { group: "Foreign", epoch: 1 });
    agent.advance(500);
    expect(agent.modeOf({ group: "Foreign", epoch: 1 })).toBe("none");
  });

  test("GR3 an epoch that is no longer assigned loses its fuse, also when it is assigned again", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.assign(group("Web", 1));
    agent.assign(group("Exchange", 3), group("Web", 1));
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(agent.modeOf(web)).toBe("up");
  });
});

describe("GR4 the highest-numbered grant is the one that counts", () => {
  test("GR4 a shorter ttl ends the lease earlier", () => {
    const agent = owner();
    const sentAt = agent.now + 500;
    agent.replies = (renewal, { object }) => object.grant(renewal, [exchange], { ttlMs: 400 });
    agent.advance(500);
    expect(agent.deadlineOf(exchange)).toBe(sentAt + 350);
    agent.replies = () => null;
    agent.advance(350);
    expect(agent.modeOf(exchange)).toBe("cut");
  });

  test("GR4 an answer to an older renewal, after that to a newer one, grants nothing", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    const older = agent.lastRenewal;
    agent.advance(500);
    const newer = agent.lastRenewal;
    agent.receive(agent.object.grant(newer));
    agent.receive(agent.object.grant(older, [exchange]));
    expect(newer.n).toBeGreaterThan(older.n);
    expect(agent.deadlineOf(exchange)).toBeNull();
  });

  test("GR4 an answer that comes twice counts once", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    const answer = agent.object.grant(agent.lastRenewal, [exchange]);
    agent.receive(answer);
    const { lastAnswerAt } = agent.state;
    agent.freeze(100);
    agent.receive(answer);
    expect(agent.state.lastAnswerAt).toBe(lastAnswerAt);
  });

  test("GR4 an answer to a renewal that was never sent grants nothing", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    for (const n of [0, -1, 2, 99]) agent.receive(agent.object.grant({ n }, [exchange]));
    expect(agent.deadlineOf(exchange)).toBeNull();
    expect(agent.lastRenewal.lastAnswer).toBe(0);
  });

  test("GR4 an answer to a renewal of an earlier connection grants nothing", () => {
    const agent = new SessionDriver().join([group("Exchange", 3)]);
    const earlier = agent.lastRenewal;
    agent.close();
    agent.advance(125);
    agent.join([group("Exchange", 3)]);
    agent.receive(agent.object.grant(earlier, [exchange]));
    expect(agent.deadlineOf(exchange)).toBeNull();
    expect(agent.lastRenewal.n).toBeGreaterThan(earlier.n);
  });

  test("GR4 renewals without an answer are forgotten in the end: their number is bounded", () => {
    const agent = new SessionDriver({ lease: { ttlMs: 60_000, renewMs: 25 } }).join([group("Exchange", 3)]);
    const first = agent.lastRenewal;
    agent.advance(25 * 200);
    expect(agent.state.link).toMatchObject({ kind: "joined", inFlight: { length: 64 } });
    agent.receive(agent.object.grant(first, [exchange]));
    expect(agent.deadlineOf(exchange)).toBeNull();
  });
});

describe("GR13 an owner says for how long it may hold", () => {
  /** It is extended once more, until the returned time; from then on the lease is of 400 ms. */
  function shortened(agent: SessionDriver): number {
    agent.advance(500);
    const until = agent.deadlineOf(exchange) ?? 0;
    agent.object.lease = { ttlMs: 400, renewMs: 100 };
    agent.assign(group("Exchange", 3), group("Web", 1));
    agent.clear();
    return until;
  }
  const told = (agent: SessionDriver): number[] => [...new Set(agent.renewals.map(({ ttlHeldMs }) => ttlHeldMs ?? -1))];

  test("GR13 nothing at first, and then what it was granted", () => {
    const agent = owner();
    agent.advance(20_000);
    expect(told(agent)).toEqual([0, 2_000]);
  });

  test("GR13 a shorter lease counts alone from when it lasts as long as the longer one", () => {
    const agent = owner();
    const until = shortened(agent);
    agent.advanceTo(until - 351);
    expect(agent.renewals.length).toBeGreaterThan(12);
    expect(told(agent)).toEqual([2_000]);
    agent.advance(201);
    expect(agent.deadlineOf(exchange)).toBeGreaterThan(until);
    expect(agent.lastRenewal.ttlHeldMs).toBe(400);
  });

  test("GR13 so it is when the shorter lease was over before it was heard of", () => {
    const agent = owner();
    const until = shortened(agent);
    agent.replies = () => null;
    agent.advance(100);
    const late = agent.object.grant(agent.lastRenewal, [exchange, web]);
    agent.freeze(360);
    agent.receive(late);
    expect(agent.modeOf(exchange)).toBe("cut");
    expect(agent.lastRenewal).toMatchObject({ lastAnswer: late.n, ttlHeldMs: 2_000 });
    agent.replies = (renewal, { object }) => object.refusal(renewal);
    agent.receive(agent.object.refusal(agent.lastRenewal));
    agent.advanceTo(until - 1);
    expect(agent.lastRenewal.ttlHeldMs).toBe(2_000);
    agent.advance(101);
    expect(agent.lastRenewal.ttlHeldMs).toBe(0);
  });

  test("GR13 what an earlier connection was granted is held over the next one", () => {
    const agent = owner();
    const until = shortened(agent);
    agent.close();
    agent.advance(125);
    agent.join([group("Exchange", 3), group("Web", 1)]);
    agent.advanceTo(until - 351);
    expect(told(agent)).toEqual([2_000]);
    agent.advanceTo(until);
    expect(agent.lastRenewal.ttlHeldMs).toBe(400);
  });

  test("GR13 so it is after time that was lost, whatever is not heard of because of it", () => {
    const agent = owner();
    shortened(agent);
    agent.replies = () => null;
    agent.advance(100);
    const before = agent.lastRenewal;
    agent.event({ type: "lapse", lostMs: 60_000 });
    agent.receive(agent.object.grant(before, [exchange, web]));
    agent.receive(agent.object.refusal(agent.lastRenewal));
    agent.advance(100);
    expect(agent.lastRenewal.ttlHeldMs).toBe(2_000);
  });

  test("GR13 an ownership that is not extended any more is held as long as it was", () => {
    const agent = owner();
    const until = agent.deadlineOf(web) ?? 0;
    agent.object.lease = { ttlMs: 400, renewMs: 100 };
    agent.assign(group("Exchange", 3), group("Web", 1));
    agent.replies = extending(exchange);
    agent.advanceTo(until - 1);
    expect(agent.lastRenewal.ttlHeldMs).toBe(2_000);
    agent.advance(101);
    expect(agent.lastRenewal.ttlHeldMs).toBe(400);
  });

  test("GR13 what is released is held no longer", () => {
    const agent = owner();
    agent.replies = () => null;
    agent.assign(group("Exchange", 3, "Offline"), group("Web", 1, "Offline"));
    expect(agent.lastRenewal.released).toHaveLength(2);
    expect(agent.lastRenewal.ttlHeldMs).toBe(0);
  });
});

describe("GR6 an assignment has a revision", () => {
  const other = group("Other", 1);

  test("GR6 an older one is ignored, and so is the same one again", () => {
    const agent = owner();
    const old = agent.object.assignment([other]);
    agent.assign(group("Exchange", 3), group("Web", 1));
    for (const assignment of [old, { ...old, revision: agent.object.revision }]) {
      agent.receive({ type: "assignment", generation: agent.object.generation, assignment });
    }
    expect(agent.orders.holds.map((order) => order.group)).toEqual(["Exchange", "Web"]);
  });

  test("GR6 an older one is ignored on a later connection too, and within an answer", () => {
    const agent = owner();
    const old = agent.object.assignment([other]);
    agent.assign(group("Exchange", 3));
    agent.close();
    agent.open();
    const welcome = agent.object.welcome(agent.connection, []);
    if (welcome.type !== "welcome") throw new Error("not a welcome");
    agent.receive({ ...welcome, assignment: old });
    expect(agent.modeOf(exchange)).toBe("up");
    agent.receive(agent.object.grant(agent.lastRenewal, [], { assignment: old }));
    expect(agent.orders.holds.map((order) => order.group)).toEqual(["Exchange"]);
    expect(agent.lastRenewal.revision).not.toEqual(old.revision);
  });

  test("GR6 the generation is compared before the number", () => {
    const agent = owner();
    for (let n = 0; n < 9; n += 1) agent.assign(group("Exchange", 3), group("Web", 1));
    agent.object.restart();
    agent.assign(group("Exchange", 3));
    expect(agent.state.assignment?.revision).toEqual({ generation: 2, n: 1 });
    expect(agent.modeOf(web)).toBe("none");
  });

  test("GR6 a renewal names the revision that is worked on, and none at first", () => {
    const agent = new SessionDriver({ seen: seenBefore({}) });
    agent.open();
    expect(agent.hellos).toHaveLength(1);
    agent.receive(agent.object.welcome(agent.connection, []));
    expect(agent.lastRenewal.revision).toEqual({ generation: 1, n: 1 });
    agent.assign(group("Exchange", 3));
    agent.grant();
    expect(agent.lastRenewal.revision).toEqual({ generation: 1, n: 2 });
  });

  test("GR6 an assignment within an answer is obeyed like any other", () => {
    const agent = new SessionDriver().join();
    const assignment = agent.object.assignment([group("Exchange", 3)]);
    agent.receive(agent.object.grant(agent.lastRenewal, [exchange], { assignment }));
    expect(agent.modeOf(exchange)).toBe("up");
  });
});
