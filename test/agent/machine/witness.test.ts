import { describe, expect, test } from "vitest";
import { claimsOf, type Counts, countSilences, markClaimed, nextClaimAt } from "../../../src/agent/witness.ts";
import type { Silence } from "../../../src/cluster/messages.ts";
import { extending, reportOf, SessionDriver, silence } from "./session-driver.ts";

const unbound = new Map<string, { until: number }>();

const subject = "Exchange#3";

/** Answers at these times, each naming this silence, for a witness whose own ttl is 2 s. */
function counted(answers: readonly (readonly [at: number, silence: Silence | null])[]): Counts {
  let counts: Counts = new Map();
  let previousAt: number | null = null;
  for (const [index, [receivedAt, named]] of answers.entries()) {
    const silences = named === null ? [] : [named];
    counts = countSilences(counts, silences, { n: index + 1, receivedAt, previousAt, ttlMs: 2_000 });
    previousAt = receivedAt;
  }
  return counts;
}

const every500ms = [0, 500, 1_000, 1_500, 2_000, 2_500, 3_000];

test("EN5 a count begins when the first answer with its value is received, and is complete a ttl later", () => {
  const counts = counted(every500ms.map((at) => [at + 10, silence(subject)] as const));
  expect(claimsOf(counts, 2_009, unbound)).toEqual([]);
  expect(claimsOf(counts, 2_010, unbound)).toEqual([{ silence: silence(subject), countedMs: 2_000, since: 1 }]);
});

test("EN5 the ttl that counts is the one that the silence names, not the witness's own", () => {
  const counts = counted([[0, silence(subject, { ttlMs: 10_000 })]]);
  expect(nextClaimAt(counts, unbound)).toBe(10_000);
  expect(claimsOf(counts, 9_999, unbound)).toEqual([]);
});

test.each([
  { what: "k", changed: silence(subject, { k: 2 }) },
  { what: "the generation's number", changed: silence(subject, { generation: { number: 2, nonce: "a" } }) },
  { what: "the generation's nonce", changed: silence(subject, { generation: { number: 1, nonce: "b" } }) },
  { what: "the ttl held", changed: silence(subject, { ttlMs: 2_500 }) },
])("EN5 another value of $what begins the count anew, and so does the way back", ({ changed }) => {
  expect(
    counted([
      [0, silence(subject)],
      [500, changed],
    ]).get(subject),
  ).toMatchObject({ since: 500, answer: 2 });
  const back = counted([
    [0, silence(subject)],
    [500, changed],
    [900, silence(subject)],
  ]);
  expect(back.get(subject)).toMatchObject({ since: 900, answer: 3 });
});

test("EN5 a hole of more than ttl/2 between answers begins the count anew, one of ttl/2 does not", () => {
  expect(
    counted([
      [0, silence(subject)],
      [1_000, silence(subject)],
    ]).get(subject)?.since,
  ).toBe(0);
  expect(
    counted([
      [0, silence(subject)],
      [1_000.5, silence(subject)],
    ]).get(subject)?.since,
  ).toBe(1_000.5);
});

test("EN5 what an answer does not name is not counted through it", () => {
  const counts = counted([
    [0, silence(subject)],
    [500, null],
    [900, silence(subject)],
  ]);
  expect(counts.get(subject)?.since).toBe(900);
});

test("EN5 each subject has a count of its own", () => {
  let counts = countSilences(new Map(), [silence("A#1")], { n: 1, receivedAt: 0, previousAt: null, ttlMs: 2_000 });
  counts = countSilences(counts, [silence("A#1"), silence("B#1")], {
    n: 2,
    receivedAt: 800,
    previousAt: 0,
    ttlMs: 2_000,
  });
  expect(claimsOf(counts, 2_000, unbound).map((claim) => claim.silence.subject)).toEqual(["A#1"]);
  expect(nextClaimAt(markClaimed(counts, 2_000, unbound), unbound)).toBe(2_800);
});

test("EN5 a claim that was made is repeated, and is no reason to hurry any more", () => {
  const counts = markClaimed(counted([[0, silence(subject)]]), 2_000, unbound);
  expect(nextClaimAt(counts, unbound)).toBe(Number.POSITIVE_INFINITY);
  expect(claimsOf(counts, 2_300, unbound)).toMatchObject([{ countedMs: 2_300 }]);
});

test.each(["constructor#1", "__proto__#1", "run toString"])("EN5 %s is a subject like any other", (name) => {
  expect(claimsOf(counted([[0, silence(name)]]), 2_000, unbound)).toMatchObject([{ silence: { subject: name } }]);
});

/** What it sends in its own time, and in the time of an owner that has renewed so long ago at each moment. */
function renewalTimes(ownerRenewedMs: (now: number) => number | null, forMs: number): number[] {
  const agent = new SessionDriver({ now: 10_000 });
  const times: number[] = [];
  agent.replies = (renewal, { object, now }) => {
    times.push(now);
    // A value that changes each time: nothing is ever claimed.
    return object.grant(renewal, [], { silences: [silence(subject, { k: now })], ownerRenewedMs: ownerRenewedMs(now) });
  };
  agent.join();
  agent.clear();
  agent.advance(forMs);
  return times;
}

describe("EN15 a witness and the time of its owner", () => {
  test.each([0, 49, 50, 51, 230, 460, 499])(
    "EN15 an owner that renews %d ms before it is followed within 50 ms",
    (before) => {
      const times = renewalTimes((now) => (now - 10_000 + before) % 500, 5_000);
      const after = times.slice(-8).map((now) => (now - 10_000 + before) % 500);
      expect(new Set(after).size, `the same each time: ${after.join(" ")}`).toBe(1);
      expect(after[0]).toBeLessThanOrEqual(50);
      expect(times.length, "at most one renewal more than in its own time").toBeLessThanOrEqual(12);
    },
  );

  test("EN15 clocks that differ a little in rate, and a line that takes its time, cost no renewal more", () => {
    for (const rate of [0.995, 0.999, 1.001, 1.005]) {
      const times = renewalTimes((now) => Math.floor(((now - 9_990) * rate + 123) % 500), 20_000);
      expect(times.length, `at a rate of ${rate}`).toBeLessThanOrEqual(43);
    }
    const silent = renewalTimes((now) => Math.floor((now - 9_770) * 1.003), 10_000);
    expect(silent.length, "an owner that is silent").toBeLessThanOrEqual(22);
  });

  test("EN15 without an owner to follow it keeps its own time", () => {
    expect(renewalTimes(() => null, 2_000)).toEqual([10_000, 10_500, 11_000, 11_500, 12_000]);
  });

  test("EN15 whatever an answer says, it renews after renewMs at the latest, and an owner that is gone hurries it once a beat at most", () => {
    const gone = renewalTimes((now) => now - 9_770, 5_000);
    const waits = gone.slice(1).map((now, index) => now - (gone[index] ?? now));
    expect(Math.max(...waits)).toBeLessThanOrEqual(500);
    expect(gone.length).toBeLessThanOrEqual(12);
  });
});

describe("a standby", () => {
  const witness = (named: (now: number) => Silence): SessionDriver => {
    const agent = new SessionDriver();
    agent.replies = (renewal, { object, now }) => object.grant(renewal, [], { silences: [named(now)] });
    return agent.join();
  };

  test("EN5 speaks at the moment that its count is complete, between two renewals", () => {
    const agent = witness(() => silence(subject, { ttlMs: 1_700 }));
    const began = agent.now;
    agent.clear();
    agent.advanceTo(began + 1_699);
    expect(agent.renewals.flatMap(({ claims }) => claims)).toEqual([]);
    agent.advanceTo(began + 1_700);
    expect(agent.lastRenewal.claims).toEqual([
      { silence: silence(subject, { ttlMs: 1_700 }), countedMs: 1_700, since: 1 },
    ]);
    expect(agent.renewals).toHaveLength(4);
  });

  test("EN5 repeats its claim with each renewal, and renews no faster for it", () => {
    const agent = witness(() => silence(subject));
    agent.advance(2_000);
    agent.clear();
    agent.advance(2_000);
    expect(agent.renewals.map(({ claims }) => claims[0]?.countedMs)).toEqual([2_500, 3_000, 3_500, 4_000]);
  });

  test("EN5 says nothing while the owner lives: its grants change the value", () => {
    const agent = witness((now) => silence(subject, { k: Math.floor(now / 500) }));
    agent.advance(20_000);
    expect(agent.renewals.flatMap(({ claims }) => claims)).toEqual([]);
  });

  test("EN5 whose own line had a hole begins anew: what it had counted before is not claimed", () => {
    const agent = witness(() => silence(subject));
    agent.advance(1_600);
    agent.close();
    agent.advance(1_100);
    agent.join();
    const rejoined = agent.now;
    agent.advance(1_999);
    expect(agent.renewals.flatMap(({ claims }) => claims)).toEqual([]);
    agent.advanceTo(rejoined + 2_000);
    expect(agent.lastRenewal.claims).toMatchObject([{ countedMs: 2_000 }]);
  });

  test("EN5 that was frozen for more than ttl/2 claims nothing when it wakes", () => {
    const agent = witness(() => silence(subject));
    agent.replies = () => null;
    agent.freeze(2_000);
    agent.clear();
    agent.says({
      report: {
        revision: null,
        holds: [reportOf({ group: "Other", epoch: 1 }, "Offline")],
        associations: [],
        notices: [],
      },
    });
    agent.wake();
    agent.join();
    expect(agent.renewals.flatMap(({ claims }) => claims)).toEqual([]);
  });

  test("EN5 whose connection is replaced within ttl/2 goes on counting", () => {
    const agent = witness(() => silence(subject));
    const began = agent.now;
    agent.advance(700);
    agent.close();
    agent.advance(300);
    agent.join();
    agent.advanceTo(began + 2_000);
    expect(agent.lastRenewal.claims).toMatchObject([{ countedMs: 2_000, since: 1 }]);
  });

  test("EN5 counts from when an answer is received, not from when its renewal was sent", () => {
    const agent = new SessionDriver().join();
    agent.advance(300);
    const late = agent.now;
    agent.receive(agent.object.grant(agent.lastRenewal, [], { silences: [silence(subject)] }));
    expect(agent.state.counts.get(subject)?.since).toBe(late);
    // An answer to what was never asked is no answer: it neither counts nor keeps a count alive.
    agent.receive(agent.object.grant({ n: 99 }, [], { silences: [silence("Other#1")] }));
    expect([...agent.state.counts.keys()]).toEqual([subject]);
  });

  test("EN5 that is an owner as well counts others while it is extended", () => {
    const own = { group: "Own", epoch: 1 };
    const agent = new SessionDriver();
    const extend = extending(own);
    agent.replies = (renewal, driver) => {
      const answer = extend(renewal, driver);
      return answer && { ...answer, silences: [silence(subject)] };
    };
    agent.join();
    agent.advance(2_000);
    expect(agent.lastRenewal.claims).toMatchObject([{ countedMs: 2_000 }]);
  });
});
