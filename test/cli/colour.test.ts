import { expect, test } from "vitest";
import { coloured, meaningOf, paintFor, plain } from "../../src/cli/colour.ts";
import { differenceLines } from "../../src/cli/difference-lines.ts";
import { sheetText, table } from "../../src/cli/output.ts";

const escapes = new RegExp(`${String.fromCodePoint(27)}\\[\\d+m`, "g");
const rows = [
  { node: "NODE1", state: "Up" },
  { node: "NODE2", state: "Down" },
];
const differences = [
  { path: "/a", after: 1 },
  { path: "/b", before: 1 },
  { path: "/c", before: 1, after: 2 },
];

test("CL21 colour is on terminals only, and not where NO_COLOR says no", () => {
  expect(paintFor({ isTTY: true }, undefined)).toBe(coloured);
  expect(paintFor({ isTTY: true }, "")).toBe(coloured);
  expect(paintFor({ isTTY: true }, "1")).toBe(plain);
  expect(paintFor({}, undefined)).toBe(plain);
});

test("CL21 it is never the only sign: without it the same is said", () => {
  expect(table(rows, 80, coloured)).toMatch(escapes);
  expect(table(rows, 80, coloured).replaceAll(escapes, "").replaceAll(/ +$/gm, "")).toBe(table(rows, 80));
  const lines = differenceLines(differences, coloured);
  expect(lines.map((line) => line.replaceAll(escapes, ""))).toEqual(["+ a: 1", "- b", "~ c: 1 -> 2"]);
  expect(new Set(lines.map((line) => line.slice(0, 5))).size).toBe(3);
});

test("CL21 a state has the colour of what it means", () => {
  expect(["Up", "Down", "OnlinePending", "Offline", "other"].map(meaningOf)).toEqual([
    "good",
    "bad",
    "moving",
    "quiet",
    null,
  ]);
});

test("CL5 one thing is shown line by line, nothing is left out, and nothing is wider than the terminal", () => {
  const text = sheetText({ group: "A", "network name": null, note: "word ".repeat(40).trim() });
  expect(text.split("\n")[0]).toBe("group  A");
  expect(text).not.toContain("network");
  expect(text.match(/word/g)).toHaveLength(40);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});
