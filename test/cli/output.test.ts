import { expect, test, vi } from "vitest";
import { table, writeTable } from "../../src/cli/output.ts";

test("CL5 a table has its columns in line, and nothing as a dash", () => {
  const rows = [
    { node: "NODE1", state: "Up", owns: "Exchange" },
    { node: "N2", state: "Down", owns: null },
  ];
  expect(table(rows, 80)).toBe("NODE   STATE  OWNS\nNODE1  Up     Exchange\nN2     Down   -");
  expect(table([], 80)).toBe("(none)");
});

test("CL5 an id and a time keep their width, and what stands beside them gives up its own", () => {
  const id = "0123456789abcdef";
  const row = { id, kind: "resource-restart", of: "x".repeat(60), started: "2030-01-31 22:00:00 UTC" };
  const [, line = ""] = table([row], 80).split("\n");
  expect(line.length).toBeLessThanOrEqual(80);
  expect(line).toContain(id);
  expect(line).toContain(row.started);
});

test("CL5 a table fits the width that it has, whatever stands in it", () => {
  const rows = [
    { resource: "x".repeat(63), group: "y".repeat(63), state: "Failed", problem: "line one\nline two ".repeat(50) },
    { resource: "short", group: "g", state: "Online", problem: null },
  ];
  for (const width of [80, 132]) {
    const lines = table(rows, width).split("\n");
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(lines.join("\n")).toContain("Failed");
    expect(lines).toHaveLength(3);
  }
});

test.each([
  ["a terminal is cut to its width", 100, "300", 100],
  ["a pipe is cut to eighty columns", undefined, undefined, 80],
  ["a pipe is as wide as COLUMNS says", undefined, "300", 231],
  ["a pipe is cut to eighty columns where COLUMNS is no number", undefined, "wide", 80],
])("CL5 a table on %s", (_title, columns, asked, longest) => {
  vi.stubEnv("NO_COLOR", "1");
  vi.stubEnv("COLUMNS", asked);
  let out = "";
  const write = (text: string) => (out += text).length > 0;
  vi.stubGlobal("process", Object.create(process, { stdout: { value: { columns, write } } }));
  try {
    writeTable([{ resource: "x".repeat(63), group: "y".repeat(63), problem: "z".repeat(101) }]);
  } finally {
    vi.unstubAllGlobals();
    vi.unstubAllEnvs();
  }
  expect(Math.max(...out.split("\n").map((line) => line.length))).toBe(longest);
});
