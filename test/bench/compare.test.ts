import { describe, expect, test } from "vitest";
import { compare, complaintsOf, summaryOf, toleranceFloor } from "../../bench/compare.ts";
import type { Ratio } from "../../bench/measured.ts";
import { ratio, resultOf } from "./results.ts";

const quiet = (of: number): number[] => [of * 0.99, of, of * 1.01, of, of];
const noisy = (of: number): number[] => [of * 0.5, of * 0.7, of, of * 1.4, of * 2];

function compared(old: Ratio, present: Ratio) {
  const [one] = compare({ m: resultOf({ ratios: [old] }) }, { m: resultOf({ ratios: [present] }) });
  return one;
}
const kindOf = (old: Ratio, present: Ratio) => compared(old, present)?.kind;

describe("BN4: a run is compared with what is committed", () => {
  test("BN4: what changed by less than the floor is the same, however quiet it is", () => {
    expect(kindOf(ratio(quiet(1)), ratio(quiet(0.95)))).toBe("same");
    expect(kindOf(ratio(quiet(1)), ratio(quiet(1.05)))).toBe("same");
    expect(compared(ratio(Array(5).fill(1)), ratio(Array(5).fill(1)))).toMatchObject({
      change: 1,
      tolerance: toleranceFloor,
    });
  });

  test("BN4: beyond it, a ratio of which more is better got worse by being less, and one of which less is better by being more", () => {
    expect(kindOf(ratio(quiet(1)), ratio(quiet(0.8)))).toBe("worse");
    expect(kindOf(ratio(quiet(1)), ratio(quiet(1.25)))).toBe("better");
    expect(kindOf(ratio(quiet(1), "less"), ratio(quiet(0.8), "less"))).toBe("better");
    expect(kindOf(ratio(quiet(1), "less"), ratio(quiet(1.25), "less"))).toBe("worse");
  });

  test("BN4: noise in either of the two widens the tolerance, and a change far beyond it is seen all the same", () => {
    expect(kindOf(ratio(noisy(1)), ratio(quiet(0.8)))).toBe("same");
    expect(kindOf(ratio(quiet(1)), ratio(noisy(0.8)))).toBe("same");
    expect(kindOf(ratio(noisy(1)), ratio(noisy(0.1)))).toBe("worse");
  });

  test("BN4: one wild sample among some moves neither the median nor the tolerance", () => {
    expect(kindOf(ratio(quiet(1)), ratio([0.01, 1, 1.01, 0.99, 1]))).toBe("same");
    expect(kindOf(ratio(quiet(1)), ratio([50, 0.8, 0.81, 0.79, 0.8]))).toBe("worse");
  });

  test("BN4: a spread of few samples is taken for more than it seems: they say little", () => {
    expect(kindOf(ratio(quiet(1)), ratio([0.8]))).toBe("same");
    expect(kindOf(ratio(quiet(1)), ratio([0.85, 0.85, 0.85]))).toBe("same");
    expect(kindOf(ratio(quiet(1)), ratio([0.3]))).toBe("worse");
  });

  test("BN4: what only one of the two has is told, and is no complaint; a measurement that was not run is not compared", () => {
    const committed = { m: resultOf({ ratios: [ratio([1])] }), other: resultOf({ ratios: [ratio([1])] }) };
    expect(compare(committed, { m: resultOf({}) })).toEqual([{ measure: "m", ratio: "ours / theirs", kind: "gone" }]);
    expect(compare({}, committed).map(({ kind }) => kind)).toEqual(["new", "new"]);
    expect(complaintsOf(compare(committed, { m: resultOf({}) }))).toEqual([]);
  });

  test("BN4: each ratio that got worse has a sentence, with by how much and how much would have been noise", () => {
    const comparisons = compare(
      { m: resultOf({ ratios: [ratio([2, 2, 2, 2, 2])] }) },
      { m: resultOf({ ratios: [ratio([1, 1, 1, 1, 1])] }) },
    );
    expect(complaintsOf(comparisons)).toEqual([
      "m: ours / theirs is 100 % worse than what is committed; up to 10 % would be noise.",
    ]);
    expect(summaryOf(comparisons)).toBe("0 same, 0 better, 1 worse, 0 new, 0 gone");
  });
});
