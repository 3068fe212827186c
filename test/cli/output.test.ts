import { expect, test } from "vitest";
import { table } from "../../src/cli/output.ts";

test("CL5 a table has its columns in line, and nothing as a dash", () => {
  expect(
    table([
      { node: "NODE1", state: "Up", owns: "Exchange" },
      { node: "N2", state: "Down", owns: null },
    ]),
  ).toBe("NODE   STATE  OWNS\nNODE1  Up     Exchange\nN2     Down   -");
  expect(table([])).toBe("(none)");
});

test("CL5 an id and a time keep their width, and what stands beside them gives up its own", () => {
  const id = "0123456789abcdef";
  const row = { id, kind: "resource-restart", of: "x".repeat(60), started: "2030-01-31 22:00:00 UTC" };
  const [, line = ""] = table([row]).split("\n");
  expect(line.length).toBeLessThanOrEqual(80);
  expect(line).toContain(id);
  expect(line).toContain(row.started);
});

test("CL5 a table fits eighty columns, whatever stands in it", () => {
  const rows = [
    { resource: "x".repeat(63), group: "y".repeat(63), state: "Failed", problem: "line one\nline two ".repeat(50) },
    { resource: "short", group: "g", state: "Online", problem: null },
  ];
  for (const line of table(rows).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  expect(table(rows)).toContain("Failed");
  expect(table(rows).split("\n")).toHaveLength(3);
});
