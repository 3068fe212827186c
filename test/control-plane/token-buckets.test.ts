import { expect, test } from "vitest";
import { bucketsKept, TokenBuckets } from "../../src/control-plane/token-buckets.ts";

const rate = { burst: 3, perSecond: 2 };

test("AU14: so many at once and so many a second, and each for itself", () => {
  const buckets = new TokenBuckets(rate);
  expect([1, 2, 3].map(() => buckets.take("a", 1_000))).toEqual([0, 0, 0]);
  expect(buckets.take("a", 1_000)).toBe(500);
  expect(buckets.take("a", 1_400)).toBe(100);
  expect(buckets.take("b", 1_400)).toBe(0);
  expect(buckets.take("a", 1_500)).toBe(0);
  expect(buckets.take("a", 1_500)).toBe(500);
});

test("AU14: who has been away for long has what they may have at once, and no more", () => {
  const buckets = new TokenBuckets(rate);
  for (let n = 0; n < 3; n++) buckets.take("a", 0);
  expect([1, 2, 3].map(() => buckets.take("a", 3_600_000))).toEqual([0, 0, 0]);
  expect(buckets.take("a", 3_600_000)).toBe(500);
});

test("AU14: a clock that is set back fills nothing and locks nobody out", () => {
  const buckets = new TokenBuckets(rate);
  for (let n = 0; n < 4; n++) buckets.take("a", 1_000_000);
  expect(buckets.take("a", 0)).toBe(500);
  expect(buckets.take("a", 500)).toBe(0);
});

test("AU14: buckets are bounded, and the one that was not asked for longest makes room", () => {
  const buckets = new TokenBuckets({ burst: 1, perSecond: 1 });
  buckets.take("first", 0);
  for (let n = 0; n < bucketsKept - 1; n++) buckets.take(`other ${n}`, 0);
  expect(buckets.take("first", 0)).toBe(1_000);
  buckets.take("one more", 0);
  expect(buckets.count).toBe(bucketsKept);
  expect(buckets.take("first", 0)).toBe(1_000);
  expect(buckets.take("other 0", 0)).toBe(0);
});
