import { expect, test } from "vitest";
import { fuseDeadline, isLive, renewFuse } from "../../../src/agent/fuse.ts";

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
  const fuse = { group: "Exchange", epoch: 3, renewal: 1, deadline: 2_000 };
  expect(isLive(fuse, 1_999.99)).toBe(true);
  expect(isLive(fuse, 2_000)).toBe(false);
  expect(isLive(undefined, 0)).toBe(false);
});

test("GR4 the higher-numbered grant replaces a fuse, be its deadline later or earlier; an equal or lower one does not", () => {
  const fuse = (renewal: number, deadline: number) => ({ group: "Exchange", epoch: 3, renewal, deadline });
  expect(renewFuse(undefined, fuse(1, 500))).toEqual(fuse(1, 500));
  expect(renewFuse(fuse(1, 500), fuse(2, 900))).toEqual(fuse(2, 900));
  expect(renewFuse(fuse(1, 500), fuse(2, 300))).toEqual(fuse(2, 300));
  expect(renewFuse(fuse(2, 300), fuse(1, 900))).toEqual(fuse(2, 300));
  expect(renewFuse(fuse(2, 300), fuse(2, 900))).toEqual(fuse(2, 300));
});
