import { expect, test } from "vitest";
import type { Measure } from "../../bench/measure.ts";
import { nothingMeasured } from "../../bench/measure.ts";
import type { Plot } from "../../bench/measured.ts";
import { goalOfRatio } from "../../bench/goals.ts";
import { documentText } from "../../bench/report/markdown.ts";
import { numberText, ratioText, spreadText } from "../../bench/report/numbers.ts";
import { plotText } from "../../bench/report/plot.ts";
import { terminalText } from "../../bench/report/terminal.ts";
import { resultsText } from "../../bench/results.ts";
import { ratio, resultOf } from "./results.ts";

const measure: Measure = { name: "m", title: "Measured", what: "How it is done.", run: async () => nothingMeasured };
const plot: Plot = {
  name: "rate",
  title: "Rates & more",
  x: { label: "connections", unit: "count", scale: "logarithmic" },
  y: { label: "rate", unit: "perSecond", scale: "linear" },
  lines: [
    {
      name: "ours",
      points: [
        { x: 1, samples: [100, 110] },
        { x: 16, samples: [400] },
      ],
    },
    {
      name: "theirs",
      points: [
        { x: 1, samples: [90] },
        { x: 16, samples: [399] },
      ],
    },
    { name: "absent", points: [{ x: 1, samples: [] }] },
  ],
};
const result = resultOf({
  tables: [
    {
      title: "Rates",
      of: "who",
      columns: [{ name: "rate", unit: "perSecond" }],
      rows: [
        { name: "ours", cells: [[10, 30, 20]] },
        { name: "theirs", cells: [[]] },
      ],
    },
  ],
  ratios: [ratio([1, 3, 2])],
  goals: [
    { kind: "met", what: "be quick", measured: "2" },
    { kind: "missed", what: "be quicker", measured: "2", because: "it is slow" },
    { kind: "unmeasured", what: "be quickest", because: "there is nobody" },
  ],
  plots: [plot],
  notes: ["A note."],
  skipped: [{ name: "etcd", why: "it is not here" }],
});

test("BN5: the document has what falls short before all else, with the figure and the reason", () => {
  const text = documentText([measure], { m: result });
  const at = (part: string): number => {
    expect(text).toContain(part);
    return text.indexOf(part);
  };
  const order = [
    "## Where it falls short",
    "- [m](#m): **be quicker**: 2. Why: it is slow.",
    "## What is met",
    "- [m](#m): be quick: 2",
    "## What was not measured",
    "- [m](#m): be quickest: there is nobody",
    "## Measured",
    "How it is done.",
    "A processor, 2 cores, Linux 6.1; node 24.0.0, etcd 3.4.23",
    "| who | rate |",
    "| ours | 10/s / 20/s / 30/s |",
    "| theirs | – |",
    "| ours / theirs | 2 (1 to 3) | more is better |",
    "![Rates & more](performance/m-rate.svg)",
    "- A note.",
    "Skipped: etcd: it is not here.",
  ].map(at);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
});

test("BN5: a measurement that was never run is not in it, and one in which all is met says so", () => {
  const met = resultOf({ goals: [{ kind: "met", what: "be quick", measured: "2" }] });
  const text = documentText([measure, { ...measure, name: "other", title: "Another" }], { m: met });
  expect(text).toContain("Every goal that was measured is met.");
  expect(text).not.toContain("Another");
});

test("BN5: a terminal is told the same", () => {
  const text = terminalText(measure, result);
  for (const part of ["NOT MET: be quicker: 2. it is slow", "met: be quick: 2", "skipped: etcd", "2 (1 to 3)"]) {
    expect(text).toContain(part);
  }
});

test("BN5: a plot is SVG for light and dark, with a line and a name for each who was measured, and no name over another", () => {
  const svg = plotText(plot);
  expect(svg).toContain("prefers-color-scheme: dark");
  expect(svg).toContain("Rates &amp; more");
  expect(svg).not.toContain("NaN");
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  const names = [...svg.matchAll(/class="name" x="[\d.]+" y="([\d.]+)"[^>]*>(\w+)</g)].map(([, y, name]) => ({
    y: Number(y),
    name,
  }));
  expect(names.map(({ name }) => name)).toEqual(["ours", "theirs"]);
  expect(Math.abs((names[0]?.y ?? 0) - (names[1]?.y ?? 0))).toBeGreaterThanOrEqual(16);
});

test("BN5: nothing at all is a plot too", () => {
  expect(plotText({ ...plot, lines: [] })).not.toMatch(/NaN|Infinity/);
});

test.each([
  [12_345.6, "perSecond", "12\u202f346/s"],
  [0.34, "microseconds", "0.34 µs"],
  [999, "microseconds", "999 µs"],
  [1_234, "microseconds", "1.23 ms"],
  [2_500_000, "microseconds", "2.5 s"],
  [1_536, "bytes", "1.5 KiB"],
  [5 * 2 ** 20, "bytes", "5 MiB"],
  [12.34, "cpuSecondsPerHour", "12.3 s/h"],
  [0, "microseconds", "0 µs"],
  [1_000, "count", "1\u202f000"],
  [Number.NaN, "count", "–"],
  [1.005, "slope", "1.00"],
] as const)("BN5: %d %s is written %s", (value, unit, text) => {
  expect(numberText(value, unit)).toBe(text);
});

test("BN5: samples are written as least, median and most, and one alone", () => {
  expect(spreadText([2, 1, 3], "count")).toBe("1 / 2 / 3");
  expect(spreadText([2], "count")).toBe("2");
  expect(spreadText([], "count")).toBe("–");
  expect(ratioText({ samples: [0.5, 0.25, 1] })).toBe("0.5 (0.25 to 1)");
});

test("BN3: a goal of a ratio is met at its bound, on the side on which it is better", () => {
  const kind = (samples: number[], better: "more" | "less") => goalOfRatio("", ratio(samples, better), 1, "").kind;
  expect([kind([1], "more"), kind([0.9], "more"), kind([1], "less"), kind([1.1], "less")]).toEqual([
    "met",
    "missed",
    "met",
    "missed",
  ]);
  expect(goalOfRatio("", null, 1, "").kind).toBe("unmeasured");
});

test("BN3: results are kept with all samples of a figure in one line, and with no more digits than they are worth", () => {
  const text = resultsText({ m: resultOf({ ratios: [ratio([1.234567891, 2, 3e-9])] }) });
  expect(text).toContain('"samples": [ 1.23457, 2, 3e-9 ]');
  expect(text.endsWith("}\n")).toBe(true);
});
