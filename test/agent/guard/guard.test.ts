import { describe, expect, test } from "vitest";
import {
  frozenAfterMs,
  type GuardEffect,
  type GuardEvent,
  type GuardState,
  guardStep,
  waiting,
} from "../../../src/agent/guard/guard.ts";
import type { GuardedAgent, Ward } from "../../../src/agent/guard/words.ts";
import type { Untimed } from "../../../src/agent/loop.ts";

const agent: GuardedAgent = {
  pid: 4_711,
  startedAt: "99",
  incarnation: "run",
  cluster: "lan",
  node: "NODE1",
  url: "http://127.0.0.1:8787",
  token: "t",
  table: "bridgehead_1",
};

const ward = (deadline: number, parts: Partial<Ward> = {}): Ward => ({
  hold: { group: "Mail", epoch: 3 },
  deadline,
  isCut: false,
  addresses: [{ address: "192.0.2.100", device: "eth0" }],
  processes: [],
  isWhole: true,
  ...parts,
});

/** A guard to which things happen one after the other; `did` is what each of them made it do. */
class Guard {
  state: GuardState = waiting;
  now = 0;

  does(event: Untimed<GuardEvent>): GuardEffect[] {
    const { state, effects } = guardStep(this.state, { ...event, now: this.now } as GuardEvent);
    this.state = state;
    return effects;
  }

  at(now: number): GuardEffect[] {
    this.now = now;
    return this.does({ type: "wake" });
  }
}

function watching(...wards: Ward[]): Guard {
  const guard = new Guard();
  expect(guard.does({ type: "agent", connection: 1, agent })).toEqual([
    { type: "answer", connection: 1, answer: "ready" },
  ]);
  guard.does({ type: "wards", connection: 1, wards });
  return guard;
}

describe("The guard", () => {
  test("GU1: at a deadline the addresses go, once, whatever the agent does", () => {
    const guard = watching(ward(1_000), ward(2_000, { hold: { group: "Files", epoch: 1 } }));
    expect(guard.at(999)).toEqual([{ type: "wake", at: 1_000 }]);
    expect(guard.at(1_000)).toEqual([
      { type: "fence", agent, wards: [ward(1_000)] },
      { type: "wake", at: 1_000 + frozenAfterMs },
    ]);
    expect(guard.at(1_001)).toEqual([{ type: "wake", at: 1_000 + frozenAfterMs }]);
  });

  test("GU1: a deadline that was moved in time is the one that counts", () => {
    const guard = watching(ward(1_000));
    guard.now = 500;
    expect(guard.does({ type: "wards", connection: 1, wards: [ward(1_500)] })).toEqual([{ type: "wake", at: 1_500 }]);
    expect(guard.at(1_499)).toEqual([{ type: "wake", at: 1_500 }]);
    expect(guard.at(1_500)[0]).toMatchObject({ type: "fence" });
  });

  test("GU2: a guard that was stopped itself reads what it was told meanwhile before it believes that a deadline has passed", () => {
    const guard = watching(ward(1_000));
    expect(guard.at(8_000), "it reads").toEqual([{ type: "wake", at: 8_020 }]);
    for (const deadline of [1_500, 4_000, 7_900]) {
      guard.now += 1;
      expect(guard.does({ type: "wards", connection: 1, wards: [ward(deadline)] })).toEqual([
        { type: "wake", at: 8_020 },
      ]);
    }
    expect(guard.does({ type: "wards", connection: 1, wards: [ward(8_900)] })).toEqual([{ type: "wake", at: 8_900 }]);
    expect(guard.at(8_900)[0]).toMatchObject({ type: "fence" });
  });

  test("GU1: it fences what it was told nothing newer of, also on a host on which it always comes late", () => {
    const guard = watching(ward(1_000));
    expect(guard.at(8_000)).toEqual([{ type: "wake", at: 8_020 }]);
    expect(guard.at(8_300)[0]).toMatchObject({ type: "fence" });
  });

  test("GU2: an agent that lets a deadline pass and says nothing is frozen, and is ended with all that it held", () => {
    const guard = watching(ward(1_000), ward(9_000, { hold: { group: "Files", epoch: 1 } }));
    guard.at(1_000);
    expect(guard.at(1_000 + frozenAfterMs - 1)).toHaveLength(1);
    expect(guard.at(1_000 + frozenAfterMs)).toEqual([
      { type: "end", agent, wards: [ward(1_000), ward(9_000, { hold: { group: "Files", epoch: 1 } })], helpers: [] },
    ]);
  });

  test("GU2: one that is taking it away is not frozen, however long that takes", () => {
    const guard = watching(ward(1_000));
    guard.at(1_000);
    guard.does({ type: "wards", connection: 1, wards: [ward(1_000, { isCut: true })] });
    expect(guard.at(60_000)).toEqual([]);
  });

  test("GU3: when the connection ends the agent is dead: what it held is ended at once", () => {
    const guard = watching(ward(1_000));
    const helpers = [{ pid: 4_712, startedAt: "100" }];
    guard.does({ type: "helpers", connection: 1, helpers });
    expect(guard.does({ type: "lost", connection: 1 })).toEqual([
      { type: "end", agent, wards: [ward(1_000)], helpers },
    ]);
    expect(guard.at(5_000)).toEqual([]);
  });

  test("GU3: after a farewell it means nothing", () => {
    const guard = watching();
    expect(guard.does({ type: "farewell", connection: 1 })).toEqual([]);
    expect(guard.does({ type: "lost", connection: 1 })).toEqual([]);
  });

  test("GU4: nobody else is let in before what one has left is done away with", () => {
    const guard = watching(ward(1_000));
    const greet = (connection: number) => guard.does({ type: "agent", connection, agent });
    expect(greet(2)).toEqual([{ type: "answer", connection: 2, answer: "busy" }]);
    guard.does({ type: "lost", connection: 1 });
    expect(greet(3)).toEqual([{ type: "answer", connection: 3, answer: "busy" }]);
    guard.does({ type: "ended" });
    expect(greet(4)).toEqual([{ type: "answer", connection: 4, answer: "ready" }]);
  });

  test("GU4: what is said on another connection than the agent's changes nothing", () => {
    const guard = watching(ward(1_000));
    const before = guard.state;
    for (const event of [
      { type: "wards", connection: 2, wards: [] },
      { type: "farewell", connection: 2 },
      { type: "lost", connection: 2 },
    ] as const) {
      expect(guard.does(event)).toEqual([]);
    }
    expect(guard.state).toBe(before);
  });

  test("GU2: a guard that had nothing to guard when it was stopped reads what it was told meanwhile", () => {
    let state: GuardState = waiting;
    const did: GuardEffect[] = [];
    const does = (event: Parameters<typeof guardStep>[1]): void => {
      const next = guardStep(state, event);
      state = next.state;
      did.push(...next.effects);
    };
    does({ type: "agent", connection: 1, agent, now: 0 });
    does({ type: "wards", connection: 1, wards: [], now: 0 });
    // It was stopped from here on; its agent took an address until 3000, and renewed it three times.
    const now = 3_000 + frozenAfterMs + 600;
    for (const deadline of [3_000, 3_500, 4_500, 5_500])
      does({ type: "wards", connection: 1, wards: [ward(deadline)], now });
    expect(did.map(({ type }) => type)).not.toContain("end");
    expect(did.map(({ type }) => type)).not.toContain("fence");
  });

  test("GU2: a frozen agent is ended also on a host on which the guard always comes late", () => {
    const did: GuardEffect[] = [];
    let next = guardStep(waiting, { type: "agent", connection: 1, agent, now: 0 });
    next = guardStep(next.state, { type: "wards", connection: 1, wards: [ward(1_000)], now: 0 });
    for (let round = 0; round < 50; round += 1) {
      const wake = next.effects.find((effect) => effect.type === "wake");
      if (wake?.type !== "wake") break;
      next = guardStep(next.state, { type: "wake", now: wake.at + 150 });
      did.push(...next.effects);
    }
    expect(did.map(({ type }) => type)).toContain("end");
  });
});
