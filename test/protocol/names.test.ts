import { expect, test } from "vitest";
import { nameSchema, namesTwice } from "../../src/protocol/names.ts";

const isName = (text: string) => nameSchema.safeParse(text).success;

test.each([
  "a",
  "7a",
  "NODE1",
  "Disk E:",
  "Exchange IP",
  "a b c",
  "a.b_c-d:e",
  "x".repeat(63),
  "Unknown node",
  "constructor",
])("HT10: %j is a name", (text) => expect(isName(text)).toBe(true));

test.each([
  "",
  " a",
  "a ",
  "a  b",
  "-a",
  "_a",
  ".",
  ":a",
  "x".repeat(64),
  "a/b",
  "a#1",
  "a\n",
  "a\tb",
  "a\u0000",
  "é",
  "Ａ",
  "Unknown",
  "unknown",
  "UNKNOWN",
  "__proto__",
  "7",
  "10",
])("HT10: %j is no name", (text) => expect(isName(text)).toBe(false));

test("HT10: names that differ in case only are the same", () => {
  expect(namesTwice(["Node", "other", "NODE", "node"])).toEqual(["NODE", "node"]);
});
