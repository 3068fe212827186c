import { expect, test } from "vitest";
import { readDependency } from "../../src/cli/dependency.ts";
import { CliError } from "../../src/cli/errors.ts";

test("CL29 the name of one resource needs no brackets, and an expression is taken as it is", () => {
  expect(readDependency("Web IP")).toBe("[Web IP]");
  expect(readDependency("[Web IP] and [Disk E:]")).toBe("[Web IP] and [Disk E:]");
  expect(readDependency("")).toBe("");
});

test.each(["[Web IP", "[A] [B]", "[A] and", "Web and [IP]"])(
  "CL29 what is no expression is told with its place: %s",
  (text) => {
    const read = () => readDependency(text);
    expect(read).toThrow(CliError);
    expect(read).toThrow(/is no dependency expression/);
  },
);
