import { expect, test } from "vitest";
import { type Fuse, fuseDeadline, isLive, longestTtlHeld, renewFuse, withDeadline } from "../../../src/agent/fuse.ts";

const fuseOf = (renewal: number, deadline: number): Fuse => ({
  group: "Exchange",
  epoch: 3,
  renewal,
  granted: deadline,
  deadline,
  ttlMs: 2_000,
  latest: { deadline, ttlMs: 2_000 },
  covered: true,
});

const shortFuse = (renewal: number, deadline: number): Fuse => ({
  ...fuseOf(renewal, deadline),
  ttlMs: 400,
  latest: { deadline, ttlMs: 400 },
});

test.each([
  { ttlMs: 300, holdsMs: 250 },
  { ttlMs: 1_000, holdsMs: 950 },
  { ttlMs: 2_000, holdsMs: 1_900 },
  { ttlMs: 10_000, holdsMs: 9_500 },
  { ttlMs: 60_000, holdsMs: 57_000 },
])("GR1 a grant of $ttlMs ms holds for $holdsMs ms from before the renewal was sent", ({ ttlMs, holdsMs }) => {
  expect(fuseDeadline(700, ttlMs) - 700).toBe(holdsMs);
});

test("GR1 a fuse is blown at its deadline, not after it; what was never granted is blown", () => {
  const fuse = fuseOf(1, 2_000);
  expect(isLive(fuse, 1_999.99)).toBe(true);
  expect(isLive(fuse, 2_000)).toBe(false);
  expect(isLive(undefined, 0)).toBe(false);
});

test("GR4 the higher-numbered grant replaces a fuse, be its deadline later or earlier; an equal or lower one does not", () => {
  expect(renewFuse(undefined, fuseOf(1, 500))).toEqual(fuseOf(1, 500));
  expect(renewFuse(fuseOf(1, 500), fuseOf(2, 900))).toEqual(fuseOf(2, 900));
  expect(renewFuse(fuseOf(1, 500), fuseOf(2, 300))).toMatchObject({ renewal: 2, deadline: 300 });
  expect(renewFuse(fuseOf(2, 300), fuseOf(1, 900))).toEqual(fuseOf(2, 300));
  expect(renewFuse(fuseOf(2, 300), fuseOf(2, 900))).toEqual(fuseOf(2, 300));
});

test("GR13 the latest deadline that a fuse ever had stays the latest until a later one comes, by a grant or by what others promise", () => {
  const shorter = renewFuse(fuseOf(1, 500), shortFuse(2, 300));
  expect(shorter).toMatchObject({ deadline: 300, ttlMs: 400, latest: { deadline: 500, ttlMs: 2_000 } });
  expect(renewFuse(shorter, shortFuse(3, 499)).latest).toEqual({ deadline: 500, ttlMs: 2_000 });
  expect(renewFuse(shorter, shortFuse(3, 500)).latest).toEqual({ deadline: 500, ttlMs: 400 });
  expect(withDeadline(shorter, 450)).toEqual({ ...shorter, deadline: 450 });
  const promised = withDeadline(shorter, 600);
  expect(promised).toEqual({ ...shorter, deadline: 600, latest: { deadline: 600, ttlMs: 400 } });
  expect(withDeadline(promised, 300).latest).toEqual(promised.latest);
});

test("GR13 the ttl held is the longest of the deadlines that have not passed", () => {
  const [longer, shorter] = [fuseOf(1, 500), shortFuse(1, 600)];
  expect(longestTtlHeld([shorter, longer, shorter], 499.9)).toBe(2_000);
  expect(longestTtlHeld([shorter, longer], 500)).toBe(400);
  expect(longestTtlHeld([shorter, longer], 600)).toBe(0);
  expect(longestTtlHeld([], 0)).toBe(0);
});

test("GR13 a longer ttl is held for, too, by which others may still promise, though what they promised by a shorter one ends later", () => {
  const promised = withDeadline(shortFuse(1, 300), 600);
  const longer = renewFuse(promised, fuseOf(2, 500));
  expect(longer).toMatchObject({ deadline: 500, latest: { deadline: 600, ttlMs: 400 } });
  expect(longestTtlHeld([longer], 599.9)).toBe(2_000);
  expect(longestTtlHeld([longer], 600)).toBe(0);
});
