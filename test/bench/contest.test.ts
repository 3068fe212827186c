import { expect, test } from "vitest";
import { type Contestant, play, plotOf, ratioOf, tableOf } from "../../bench/contest.ts";
import type { Surroundings } from "../../bench/measure.ts";

const surroundings: Surroundings = {
  rounds: 3,
  seconds: 1,
  quick: true,
  folder: "",
  say: () => {},
  later: () => {},
};
const conditions = [
  { name: "one", x: 1, condition: 1 },
  { name: "two", x: 2, condition: 2 },
];

/** Answers what a list says, and writes down that it was asked. */
function contestant(name: string, rates: readonly number[], order: string[]): Contestant<number, "rate"> {
  const left = [...rates];
  return {
    name,
    enter: async () => ({
      kind: "here",
      play: async (condition) => {
        order.push(`${name}${condition}`);
        return { rate: left.shift() ?? 0 };
      },
    }),
  };
}

const absent: Contestant<number, "rate"> = {
  name: "c",
  enter: async () => ({ kind: "absent", why: "it is not here" }),
};

test("BN1: all play each condition one right after the other, and each round begins with another one", async () => {
  const order: string[] = [];
  const contestants = [contestant("a", [], order), contestant("b", [], order)];
  await play({ contestants, conditions }, surroundings);
  const [warm, rounds] = [order.slice(0, 2), order.slice(2)];
  expect(warm).toEqual(["a1", "b1"]);
  expect(rounds).toEqual(["a1", "b1", "a2", "b2", "b1", "a1", "b2", "a2", "a1", "b1", "a2", "b2"]);
});

test("BN1: a ratio is taken of figures of one round, and who is not here is skipped by name", async () => {
  const contestants = [contestant("a", [0, 10, 20, 30], []), contestant("b", [0, 5, 40, 10], []), absent];
  const [first] = conditions;
  const outcome = await play({ contestants, conditions: first === undefined ? [] : [first] }, surroundings);
  const pair = { of: "a", column: "rate", condition: "one", better: "more" } as const;
  expect(ratioOf(outcome, { ...pair, to: "b" })).toEqual({ name: "rate: a / b", better: "more", samples: [2, 0.5, 3] });
  expect(ratioOf(outcome, { ...pair, to: "c" })).toBeNull();
  expect(outcome.skipped).toEqual([{ name: "c", why: "it is not here" }]);
  const columns = [{ name: "rate", unit: "perSecond" }] as const;
  expect(tableOf(outcome, { title: "", of: "who", columns }).rows).toEqual([
    { name: "a", cells: [[10, 20, 30]] },
    { name: "b", cells: [[5, 40, 10]] },
  ]);
  const axis = { label: "", unit: "count", scale: "linear" } as const;
  expect(plotOf(outcome, { name: "p", title: "", x: axis, y: axis, column: "rate" }).lines).toEqual([
    { name: "a", points: [{ x: 1, samples: [10, 20, 30] }] },
    { name: "b", points: [{ x: 1, samples: [5, 40, 10] }] },
  ]);
});

test("BN1: one that fails ends the measurement, and leaves no figure", async () => {
  const failing: Contestant<number, "rate"> = {
    name: "a",
    enter: async () => ({ kind: "here", play: () => Promise.reject(new Error("refused")) }),
  };
  await expect(play({ contestants: [failing], conditions }, surroundings)).rejects.toThrow("refused");
});
