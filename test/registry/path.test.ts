import { expect, test } from "vitest";
import { deepestOver, isAtOrBelow, leafOf, parentOf, wayTo } from "../../src/control-plane/registry/path.ts";

test("RG1: a key's way leads from the top down to it, the root having none", () => {
  expect(wayTo("Groups/Exchange/App")).toEqual(["Groups", "Groups/Exchange", "Groups/Exchange/App"]);
  expect(wayTo("")).toEqual([]);
  expect([parentOf("A/b"), parentOf("A"), parentOf("")]).toEqual(["A", "", ""]);
  expect([leafOf("A/b"), leafOf("A"), leafOf("")]).toEqual(["b", "A", ""]);
});

test("RG1: below is below whatever the case, and a name that only begins alike is not", () => {
  expect(isAtOrBelow("groups/EXCHANGE/app", "Groups/Exchange")).toBe(true);
  expect(isAtOrBelow("Groups/Exchange", "groups/exchange")).toBe(true);
  expect(isAtOrBelow("Groups/Exchange2", "Groups/Exchange")).toBe(false);
  expect(isAtOrBelow("Groups", "Groups/Exchange")).toBe(false);
  expect(isAtOrBelow("anything", "")).toBe(true);
});

test.each<[string[], string]>([
  [["A/b/c"], "A/b/c"],
  [["A/b/c", "a/B/d"], "A/b"],
  [["A/b", "A/b/c/d"], "A/b"],
  [["A/b", "A/bc"], "A"],
  [["A", "B"], ""],
  [[], ""],
])("RG8: over %j stands %j", (keys, over) => {
  expect(deepestOver(keys)).toBe(over);
});
