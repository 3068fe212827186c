import { expect, test } from "vitest";
import { plain } from "../../src/cli/colour.ts";
import { frame, type Known } from "../../src/cli/top/frame.ts";
import { openScreen } from "../../src/cli/top/screen.ts";
import { entry } from "../support/journal-entry.ts";
import { clusterView, groupView } from "../dashboard/views.ts";

const view = clusterView();
const [node = ""] = Object.keys(view.nodes);
const events = Array.from({ length: 40 }, (_, index) =>
  entry(index + 1, { at: Date.UTC(2026, 0, 1, 12, 0, index + 1) }),
);
const known: Known = { view, askedAt: 1_000, events, trouble: null };
const drawn = (of: Partial<Known> = {}, size = { columns: 80, rows: 30 }, now = 1_000): string[] =>
  frame({ ...known, ...of }, size, now, plain);

test("CL45 a frame has the nodes, the groups and the newest events, and ends with how to quit", () => {
  const lines = drawn();
  for (const name of [...Object.keys(view.nodes), ...Object.keys(view.groups)]) {
    expect(lines.some((line) => line.startsWith(name))).toBe(true);
  }
  expect(lines.slice(-3)).toEqual(["12:00:39 Sentence 39.", "12:00:40 Sentence 40.", "q quits"]);
});

test.each([
  [80, 30],
  [40, 12],
  [20, 5],
  [200, 60],
  [1, 1],
])("CL45 in a terminal of %d columns and %d lines nothing is wider, and as many lines are drawn", (columns, rows) => {
  const groups = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`Group${index}`, groupView()]));
  for (const of of [{}, { view: { ...view, groups } }, { view: null }, { trouble: "It is away" }]) {
    const lines = drawn(of, { columns, rows });
    expect(lines).toHaveLength(rows);
    // What says how to quit is shorter than any terminal that somebody works at.
    for (const line of lines.filter((text) => !/^(q quits|asking|…)/.test(text)))
      expect(line.length).toBeLessThanOrEqual(columns);
  }
});

test("CL45 what has no room is counted", () => {
  const groups = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`Group${index}`, groupView()]));
  expect(drawn({ view: { ...view, groups } }, { columns: 80, rows: 10 }).at(-2)).toMatch(/^… \d+ lines more than fit$/);
});

test("CL45 a lease runs down between two answers, and not below nothing", () => {
  const left = (now: number): string | undefined =>
    drawn(
      { view: { ...view, nodes: { [node]: { ...view.nodes[node], leaseRemainingMs: 900 } } } } as Partial<Known>,
      undefined,
      now,
    )
      .find((line) => line.startsWith(node))
      ?.match(/(\d+) ms/)?.[1];
  expect([left(1_000), left(1_400), left(5_000)]).toEqual(["900", "500", "0"]);
});

test("CL45 what is old is said to be, and why", () => {
  expect(drawn({ trouble: "The control plane cannot be reached" }, undefined, 8_000)).toContain(
    "The control plane cannot be reached: what is shown is 7 s old",
  );
  expect(drawn({ view: null, trouble: "The control plane cannot be reached" })[0]).toBe(
    "The control plane cannot be reached",
  );
});

test("CL45 a frame is written in one piece over the one before, the same one not again, and the screen is given back", () => {
  const written: string[] = [];
  const screen = openScreen({ write: (text) => written.push(text) });
  screen.draw(["one", "two"]);
  screen.draw(["one", "two"]);
  screen.draw(["one"]);
  screen.leave();
  expect(written).toHaveLength(4);
  const [enter = "", first = "", second = "", leave = ""] = written;
  expect([enter, leave].map((text) => text.slice(0, 2))).toEqual(["\u001b[", "\u001b["]);
  expect(enter).toContain("?1049h");
  expect(leave).toContain("?1049l");
  for (const frameText of [first, second]) {
    expect(frameText.startsWith("\u001b[?2026h\u001b[H")).toBe(true);
    // The whole screen is never cleared before it is written.
    expect(frameText).not.toContain("\u001b[2J");
  }
  expect(first).toContain("one\u001b[K\r\ntwo\u001b[K");
});
