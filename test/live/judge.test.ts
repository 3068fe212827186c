import { describe, expect, test } from "vitest";
import type { Attempt, Entry, Frame, History } from "../../bench/live/history.ts";
import { judge } from "../../bench/live/judge.ts";

const [address, other] = ["198.18.77.100", "198.18.77.1"];
const macs = { NODE1: "02:00:00:00:00:01", NODE2: "02:00:00:00:00:02" };
type Name = keyof typeof macs;

let seq = 0;
function entry(at: number, kind: string, node: Name, epoch: number): Entry {
  seq += 1;
  return { seq, at, kind, node, group: "Mail", epoch, text: `${kind} ${node} ${epoch}` };
}

const frame = (at: number, node: Name, port?: number): Frame => ({
  at,
  mac: macs[node],
  address,
  tcp: port === undefined ? null : { port, isAck: true },
});

/** Asked, answered a millisecond later, and opened two later. */
function opened(askedAt: number, node: Name, epoch: number, until: number, port: number, from = address): Attempt {
  const outcome = { kind: "opened", at: askedAt + 3, from, port, isWelcome: true } as const;
  return { node, askedAt, answeredAt: askedAt + 1, answer: { kind: "BIND", epoch, address, until }, outcome };
}

/** NODE1 is moved from under epoch 1, NODE2 falls silent under epoch 2, and NODE1 goes on under epoch 3. */
function sound(): History {
  seq = 0;
  const exported = [
    entry(1_000, "group.owned", "NODE1", 1),
    entry(5_000, "group.released", "NODE1", 1),
    entry(5_000, "group.owned", "NODE2", 2),
    entry(9_000, "group.expired", "NODE2", 2),
    entry(9_000, "group.owned", "NODE1", 3),
  ];
  const attempts = [
    opened(4_000, "NODE1", 1, 5_900, 50_001),
    opened(6_000, "NODE2", 2, 7_900, 50_002),
    opened(9_500, "NODE1", 3, 11_000, 50_003),
  ];
  const frames = [
    frame(1_010, "NODE1"),
    frame(4_002, "NODE1", 50_001),
    frame(4_990, "NODE1"),
    frame(5_010, "NODE2"),
    frame(6_002, "NODE2", 50_002),
    frame(8_700, "NODE2"),
    frame(9_010, "NODE1"),
    frame(9_502, "NODE1", 50_003),
  ];
  return {
    seed: 1,
    policy: "drop",
    nodes: macs,
    addresses: [address],
    startedAt: 0,
    faults: [{ at: 6_500, endedAt: 9_000, kind: "agent stopped", node: "NODE2" }],
    faultsEndedAt: 9_000,
    onlineAgainAt: 9_503,
    frames,
    framesMissed: 0,
    attempts,
    calls: attempts.map(({ askedAt }, index) => ({ at: askedAt + 4, from: address, port: 50_001 + index })),
    kernel: [],
    journal: { polled: exported.slice(0, 4), rolledBack: [], exported },
    clockStepMs: 0.1,
  };
}

const codes = (change: (history: History) => Partial<History>): string[] => {
  const history = sound();
  return judge({ ...history, ...change(history) }).map(({ code }) => code);
};
const byTime = (frames: readonly Frame[]): Frame[] => frames.toSorted((a, b) => a.at - b.at);
const journalOf = (history: History, exported: readonly Entry[]): Pick<History, "journal"> => ({
  journal: { ...history.journal, exported },
});

test("LV2: nothing is found in a history without a fault", () => {
  expect(judge(sound())).toEqual([]);
});

describe("LV2: who speaks", () => {
  test("LV2: a frame of the old host after the first of the next owner is two speakers", () => {
    const found = codes(({ frames }) => ({ frames: byTime([...frames, frame(5_014, "NODE1")]) }));
    expect(found).toEqual(["two-speakers"]);
  });

  test("LV2: so is one of a host that owned the group once, in an epoch of the other one", () => {
    expect(codes(({ frames }) => ({ frames: byTime([...frames, frame(7_000, "NODE1")]) }))).toEqual(["two-speakers"]);
  });

  test("LV2: a frame after the end of the sender's epoch is found before the next owner has spoken", () => {
    expect(codes(({ frames }) => ({ frames: byTime([...frames, frame(5_005, "NODE1")]) }))).toEqual(["spoke-outside"]);
    expect(codes(({ frames }) => ({ frames: byTime([...frames, frame(500, "NODE2")]) }))).toEqual(["spoke-outside"]);
  });

  test("LV2: frames of a stranger are found", () => {
    const stranger = { ...frame(5_500, "NODE1"), mac: "02:00:00:00:00:99" };
    expect(codes(({ frames }) => ({ frames: byTime([...frames, stranger]) }))).toEqual(["two-speakers"]);
  });

  test("LV2: what the clocks may be wrong by is no finding", () => {
    expect(codes(({ frames }) => ({ frames: byTime([...frames, frame(5_001.5, "NODE1")]) }))).toEqual([]);
  });
});

describe("LV2: what was answered", () => {
  test("LV2: BIND under an epoch of another node, before it began or after its end, is found", () => {
    const [at, none] = [5_500, { kind: "none" }] as const;
    const answer = (epoch: number) => ({ kind: "BIND", epoch, address, until: 5_600 }) as const;
    const late = { node: "NODE1", askedAt: at, answeredAt: at + 1, outcome: none };
    expect(codes(({ attempts }) => ({ attempts: [...attempts, { ...late, answer: answer(1) }] }))).toEqual([
      "answered-outside",
    ]);
    for (const epoch of [2, 3, 9]) {
      const found = codes(({ attempts }) => ({ attempts: [...attempts, { ...late, answer: answer(epoch) }] }));
      expect(found, String(epoch)).toContain("answered-outside");
    }
  });

  test("LV2: an epoch that is answered after a later one has been is found", () => {
    const found = codes(({ attempts }) => ({ attempts: [...attempts, opened(6_100, "NODE1", 1, 6_200, 50_001)] }));
    expect(found).toContain("answers-overlap");
  });

  test("LV2: a question that was under way when the next owner was answered proves nothing", () => {
    const [first] = sound().attempts;
    if (first === undefined) throw new Error("there is one");
    const slow = { ...first, askedAt: 4_998, answeredAt: 6_500, outcome: { kind: "none" } } as const;
    expect(codes(({ attempts }) => ({ attempts: [...attempts, slow] }))).toEqual([]);
  });

  test("LV2: a claim that lasts longer than a silence was counted for is found, and one that was released is none", () => {
    const longer = (of: number) =>
      codes(({ attempts }) => ({
        attempts: attempts.map((attempt) =>
          attempt.answer.kind === "BIND" && attempt.answer.epoch === of
            ? { ...attempt, answer: { ...attempt.answer, until: 9_050 } }
            : attempt,
        ),
      }));
    expect(longer(2)).toEqual(["claim-outlives-lease"]);
    expect(longer(1)).toEqual([]);
  });
});

describe("LV2: what was opened", () => {
  test("LV2: a call from another address is found, whoever says so", () => {
    const called = { at: 6_000, from: other, port: 40_000 };
    expect(codes(({ calls }) => ({ calls: [...calls, called] }))).toEqual(["wrong-source"]);
    const wrong = opened(6_100, "NODE2", 2, 7_900, 50_009, other);
    expect(codes(({ attempts }) => ({ attempts: [...attempts, wrong] }))).toEqual(["wrong-source"]);
  });

  test("LV2: an association that was complete after its answer's time is found by the frame that completed it", () => {
    const late = opened(6_100, "NODE2", 2, 6_100, 50_009);
    const found = codes(({ attempts, frames }) => ({
      attempts: [...attempts, late],
      frames: byTime([...frames, frame(6_102.5, "NODE2", 50_009)]),
    }));
    expect(found).toEqual(["opened-late"]);
  });

  test("LV2: one whose last frame of the handshake was lost with its link is none", () => {
    const call = { ...frame(6_101, "NODE2"), tcp: { port: 50_009, isAck: false } };
    const found = codes(({ attempts, frames }) => ({
      attempts: [...attempts, opened(6_100, "NODE2", 2, 7_900, 50_009)],
      frames: byTime([...frames, call]),
    }));
    expect(found).toEqual([]);
  });

  test("LV2: one that no frame of its host made is found, unless the capture has missed some", () => {
    const unseen = opened(6_100, "NODE2", 2, 7_900, 50_009);
    expect(codes(({ attempts }) => ({ attempts: [...attempts, unseen] }))).toEqual(["opened-unseen"]);
    expect(codes(({ attempts }) => ({ attempts: [...attempts, unseen], framesMissed: 1 }))).toEqual([]);
  });
});

describe("LV2: what is written", () => {
  test("LV2: a number that is left out is found, and an entry that was read and is not there any more", () => {
    const without = (number: number) => (history: History) =>
      journalOf(
        history,
        history.journal.exported.filter(({ seq }) => seq !== number),
      );
    expect(codes(without(2))).toEqual(expect.arrayContaining(["journal-gap", "journal-lost"]));
    const unread = { seq: 6, at: 9_100, kind: "node.up", node: "NODE2", group: null, epoch: null, text: "node.up" };
    expect(codes(({ journal }) => ({ journal: { ...journal, polled: [...journal.polled, unread] } }))).toEqual([
      "journal-lost",
    ]);
  });

  test("LV2: an entry that has changed is lost, and one that was trimmed is not", () => {
    const changed = (history: History) =>
      journalOf(
        history,
        history.journal.exported.map((one) => (one.seq === 2 ? { ...one, text: "something else" } : one)),
      );
    expect(codes(changed)).toEqual(["journal-lost"]);
    const history = sound();
    const earlier = { ...history.journal.exported[0], seq: 0 } as Entry;
    const polled = [earlier, ...history.journal.polled];
    expect(codes(({ journal }) => ({ journal: { ...journal, polled } }))).toEqual([]);
  });

  test("LV2: a journal that goes back is found", () => {
    const rolledBack = [{ at: 7_000, after: 4, last: 3 }];
    expect(codes(({ journal }) => ({ journal: { ...journal, rolledBack } }))).toEqual(["journal-rolled-back"]);
  });

  test("LV2: an epoch that begins before the last one has ended is found, and one that is used again", () => {
    const swapped = (history: History) => {
      const [owned, released, next, ...rest] = history.journal.exported as [Entry, Entry, Entry, ...Entry[]];
      const exported = [owned, { ...next, seq: 2 }, { ...released, seq: 3 }, ...rest];
      return { journal: { polled: [], rolledBack: [], exported } };
    };
    expect(codes(swapped)).toEqual(["epochs-overlap"]);
    expect(
      codes((history) => journalOf(history, [...history.journal.exported, entry(9_900, "group.owned", "NODE2", 3)])),
    ).toEqual(expect.arrayContaining(["epochs-not-growing", "epochs-overlap"]));
  });
});

test("LV2: a group that does not come back, a run in which nothing happened, and a clock that was set are found", () => {
  expect(codes(() => ({ onlineAgainAt: null }))).toEqual(["not-online-again"]);
  expect(codes(() => ({ faults: [] }))).toEqual(["nothing-happened"]);
  expect(codes(() => ({ attempts: [], calls: [] }))).toEqual(["nothing-happened"]);
  expect(codes(() => ({ clockStepMs: 900 }))).toEqual(["clock-stepped"]);
});
