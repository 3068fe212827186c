import { describe, expect, onTestFinished, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { limits } from "../../src/cluster/limits.ts";
import { lanesOf } from "../../src/dashboard/client/timeline/lanes.ts";
import { withEarlier, withNewest } from "../../src/dashboard/client/timeline/held.ts";
import { marksOf } from "../../src/dashboard/client/timeline/marks.ts";
import {
  chosenBy,
  labelOf,
  last,
  moved,
  ticksIn,
  windowOf,
  zoomed,
} from "../../src/dashboard/client/timeline/window.ts";
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

describe("DB23: what the journal does not tell of an ownership", () => {
  test("DB23: one whose end is missing was over when the next one began", () => {
    expect(
      ownershipsOf([owned(10, "NODE1", 1), owned(30, "NODE2", 3)], groupView({ owner: "NODE2", epoch: 3 })),
    ).toEqual([
      { node: "NODE1", epoch: 1, from: 10, to: 30 },
      { node: "NODE2", epoch: 3, from: 30, to: null },
    ]);
  });

  test("DB23: one whose beginning is missing does not lie over those before it", () => {
    expect(
      ownershipsOf([owned(10, "NODE1", 1), ended(20, "NODE1", 1)], groupView({ owner: "NODE2", epoch: 9 })),
    ).toEqual([
      { node: "NODE1", epoch: 1, from: 10, to: 20 },
      { node: "NODE2", epoch: 9, from: 20, to: null },
    ]);
  });
});

describe("DB23: what of the journal is held", () => {
  const numbers = (entries: readonly JournalEntry[]): number[] => entries.map(({ seq }) => seq);
  const from = (first: number, newest: number): JournalEntry[] =>
    Array.from({ length: newest - first + 1 }, (_, index) => entry(first + index));

  test("DB23: what the page drops of the newest entries stays, and what was rolled back does not", () => {
    expect(numbers(withNewest(from(3, 5), from(5, 7)))).toEqual([3, 4, 5, 6, 7]);
    expect(numbers(withNewest(from(3, 9), from(5, 6)))).toEqual([3, 4, 5, 6]);
    expect(numbers(withNewest(from(3, 9), []))).toEqual([]);
    // As many as the journal keeps, however long the page stands open.
    expect(numbers(withNewest(from(1, limits.journal), from(limits.journal, limits.journal + 5))).slice(0, 1)).toEqual([
      6,
    ]);
  });

  test("DB23: an earlier page comes before what is there, nothing twice", () => {
    expect(numbers(withEarlier(from(1, 4), from(4, 6)))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(numbers(withEarlier(from(1, 2), []))).toEqual([1, 2]);
  });

  test("DB23: what lies on one pixel is one mark for each severity", () => {
    const entries = [entry(1, { at: 10 }), entry(2, { at: 11 }), entry(3, { at: 11, severity: "error" })];
    const marks = marksOf(
      [...entries, entry(4, { at: 90 }), entry(5, { at: 101 })],
      { from: 0, to: 100 },
      (at) => at / 10,
    );
    expect(marks.map(({ x, severity, said }) => [x, severity, said])).toEqual([
      [1, "info", "Sentence 1. And 1 more."],
      [1, "error", "Sentence 3."],
      [9, "info", "Sentence 4."],
    ]);
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

  test("DB23: who is at the end goes on with the time, and who looks back stays", () => {
    const later = { from: 0, to: 1_060_000 };
    expect(windowOf(chosenBy({ from: 900_000, to: 1_000_000 }, all), later)).toEqual({ from: 960_000, to: 1_060_000 });
    expect(windowOf(chosenBy(all, all), later)).toEqual(later);
    expect(windowOf(chosenBy({ from: 5, to: 10 }, all), later)).toEqual({ from: 5, to: 10 });
  });

  test("DB23: round moments are round on the clock that is shown, wherever that is", () => {
    const { TZ } = process.env;
    onTestFinished(() => {
      if (TZ === undefined) delete process.env["TZ"];
      else process.env["TZ"] = TZ;
    });
    process.env["TZ"] = "Asia/Kolkata";
    const window = { from: Date.UTC(2026, 5, 15), to: Date.UTC(2026, 5, 17) };
    const labels = ticksIn(window, 8).map((at) => labelOf(at, window));
    expect(labels.length).toBeGreaterThan(2);
    expect(labels.filter((label) => !label.endsWith("00:00"))).toEqual([]);
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
