import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { lanesOf } from "../../src/dashboard/client/timeline/lanes.ts";
import { labelOf, last, moved, ticksIn, zoomed } from "../../src/dashboard/client/timeline/window.ts";
import { entry } from "../support/journal-entry.ts";
import { clusterView, groupView } from "./views.ts";

const owned = (at: number, node: string, epoch: number): JournalEntry =>
  entry(at, { at, kind: "group.owned", group: "Exchange", node, epoch });
const ended = (at: number, node: string, epoch: number): JournalEntry =>
  entry(at, { at, kind: "group.released", group: "Exchange", node, epoch });

function ownershipsOf(entries: readonly JournalEntry[], group = groupView()): unknown {
  return lanesOf(clusterView({ groups: { Exchange: group } }), entries)[0]?.ownerships;
}

describe("DB23: who owned a group when", () => {
  test("DB23: an ownership lasts from its epoch's beginning to its end, and the last one goes on", () => {
    const entries = [owned(10, "NODE1", 1), ended(20, "NODE1", 1), owned(21, "NODE2", 2)];
    expect(ownershipsOf(entries, groupView({ owner: "NODE2", epoch: 2 }))).toEqual([
      { node: "NODE1", epoch: 1, from: 10, to: 20 },
      { node: "NODE2", epoch: 2, from: 21, to: null },
    ]);
  });

  test("DB23: what began before the journal's first entry is there without a beginning", () => {
    expect(
      ownershipsOf([ended(20, "NODE1", 4), owned(21, "NODE2", 5)], groupView({ owner: "NODE2", epoch: 5 })),
    ).toEqual([
      { node: "NODE1", epoch: 4, from: null, to: 20 },
      { node: "NODE2", epoch: 5, from: 21, to: null },
    ]);
    expect(ownershipsOf([], groupView({ owner: "NODE1", epoch: 4 }))).toEqual([
      { node: "NODE1", epoch: 4, from: null, to: null },
    ]);
    expect(ownershipsOf([], groupView({ owner: null, epoch: 4 }))).toEqual([]);
  });

  test("DB23: an owner that nobody can vouch for is the one that was it last", () => {
    const group = groupView({ owner: "Unknown", lastOwner: "NODE2", epoch: 4 });
    expect(ownershipsOf([], group)).toEqual([{ node: "NODE2", epoch: 4, from: null, to: null }]);
  });
});

describe("DB23: what of the time is seen", () => {
  const all = { from: 0, to: 1_000_000 };

  test("DB23: a moment that is looked at more closely stays where it is", () => {
    expect(zoomed({ from: 100_000, to: 200_000 }, 0.5, 150_000, all)).toEqual({ from: 125_000, to: 175_000 });
    expect(zoomed({ from: 100_000, to: 200_000 }, 0.5, 100_000, all)).toEqual({ from: 100_000, to: 150_000 });
  });

  test("DB23: nothing before the beginning and after the end is seen, and nothing shorter than 100 ms", () => {
    expect(zoomed({ from: 0, to: 1_000 }, 1e-9, 500, all)).toEqual({ from: 450, to: 550 });
    expect(zoomed({ from: 0, to: 1_000 }, 1e9, 500, all)).toEqual(all);
    expect(moved({ from: 0, to: 1_000 }, -5, all)).toEqual({ from: 0, to: 1_000 });
    expect(moved({ from: 0, to: 1_000 }, 5_000, all)).toEqual({ from: 999_000, to: 1_000_000 });
    expect(last(60_000, all)).toEqual({ from: 940_000, to: 1_000_000 });
    expect(last(5_000_000, all)).toEqual(all);
  });

  test.each([100, 900, 10_000, 61_000, 3_600_000, 40 * 86_400_000])(
    "DB23: %s ms have round moments, not too many",
    (span) => {
      const window = { from: 1_700_000_000_123, to: 1_700_000_000_123 + span };
      const ticks = ticksIn(window, 8);
      expect(ticks.length).toBeGreaterThan(0);
      expect(ticks.length).toBeLessThanOrEqual(9);
      expect(ticks.every((at) => at >= window.from && at <= window.to)).toBe(true);
      expect(new Set(ticks.map((at) => labelOf(at, window))).size, "each is another one").toBe(ticks.length);
    },
  );
});
