import { expect, test } from "vitest";
import { deviationOf, growthOf, medianOf, spreadOf } from "../../bench/statistics.ts";

test("BN2: a spread is the least, the median and the most", () => {
  expect(spreadOf([3, 1, 2])).toEqual({ least: 1, median: 2, most: 3 });
  expect(spreadOf([4, 1, 2, 3])).toEqual({ least: 1, median: 2.5, most: 4 });
  expect(spreadOf([])).toBeNull();
  expect(medianOf([])).toBeNaN();
});

test("BN2: the deviation is that of most samples: one that is wild does not move it", () => {
  expect(deviationOf([1, 1, 1, 1])).toBe(0);
  expect(deviationOf([9, 10, 11, 10, 12])).toBeCloseTo(1.4826);
  expect(deviationOf([9, 10, 11, 10, 1_000])).toBeCloseTo(1.4826);
});

test.each([
  [0, [5, 5, 5, 5]],
  [1, [3, 6, 12, 24]],
  [2, [1, 4, 16, 64]],
])("BN2: the growth of what grows with exponent %d is that exponent", (exponent, values) => {
  const points = values.map((y, at) => ({ x: 2 ** at, y }));
  expect(growthOf(points)).toBeCloseTo(exponent);
});
