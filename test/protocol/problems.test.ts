import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import { shownName } from "../../src/cluster/shown-name.ts";
import { problemCodes, problemDetails, problemDetailsSchema, problemKinds } from "../../src/protocol/problems.ts";
import { version } from "../../src/protocol/version.ts";

test.each(problemCodes)("HT1: %s is a problem of the one shape", (code) => {
  const problem = problemDetails(code, "A sentence.");
  expect(problemDetailsSchema.strict().parse(problem)).toEqual(problem);
  expect(problem.type).toBe(`urn:bridgehead:problem:${code}`);
  expect(problem.status).toBeGreaterThanOrEqual(400);
  expect(problem.status).toBeLessThan(600);
});

test("HT1: problems are named only when there are some", () => {
  expect(problemDetails("invalid-request", "A sentence.", [])).not.toHaveProperty("problems");
  const problem = { path: "/a", code: "required", sentence: "this is required" };
  expect(problemDetails("invalid-request", "A sentence.", [problem]).problems).toEqual([problem]);
});

test("HT1: a Win32 name has one number", () => {
  const numbers = new Map<string, number>();
  for (const kind of Object.values(problemKinds)) {
    if (!("win32" in kind)) continue;
    expect(numbers.get(kind.win32.name) ?? kind.win32.number).toBe(kind.win32.number);
    numbers.set(kind.win32.name, kind.win32.number);
  }
});

test("HT8: the version that is served is the package's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  expect(version).toBe(manifest.version);
});

test.each([
  ["/groups/Exchange/resources/Exchange IP/dependsOn/0", "/groups/Exchange/resources/Exchange IP/dependsOn/0"],
  ["/groups/Exch~1ange", "/groups/Exch~1ange"],
  ["/gruppe ä/a~0b/*a//c", "/gruppe …/a~0b/…//c"],
  [`/${"x".repeat(64)}`, `/${"x".repeat(63)}…`],
  [`/${"x".repeat(62)}~1`, `/${"x".repeat(62)}…`],
  ["", ""],
])("HT3: of the keys in %j no more comes back than names and pointers have", (path, shown) => {
  const { problems } = problemDetails("invalid-request", "A sentence.", [{ path, code: "unknown-key", sentence: "s" }]);
  expect(problems).toEqual([{ path: shown, code: "unknown-key", sentence: "s" }]);
});

test("HT3: what could be a name is shown as it is, and of anything else what could be the beginning of one", () => {
  for (const name of ["NODE1", "Disk E:", "a b c", "x".repeat(limits.nameLength), "__proto__", "-a", "7"])
    expect(shownName(name)).toBe(name);
  const others = ["", "*a", "a*b", "a  b", "a ", " a", "a\nb", "é", "\u{1f600}", "x".repeat(limits.nameLength + 1)];
  expect(others.map(shownName)).toEqual(["", "…", "a…", "a…", "a…", "…", "a…", "…", "…", `${"x".repeat(63)}…`]);
});
