import { describe, expect, test } from "vitest";
import { documentOf } from "../../scripts/clusapi/document.ts";
import { exported, internal } from "../../scripts/clusapi/exports.ts";
import { faultsOf, type Functions, mappingOf, missingRows } from "../../scripts/clusapi/mapping.ts";
import { newer } from "../../scripts/clusapi/newer.ts";
import { notMapped } from "../../scripts/clusapi/not-mapped.ts";
import { pending } from "../../scripts/clusapi/pending.ts";
import { familiesOfRoutes, type FamilyRow } from "../../scripts/table-of-routes.ts";
import { fileOf } from "./sources.ts";

const functions: Functions = { exported, internal, newer, notMapped, pending };

describe("the functions of clusapi.dll", () => {
  test("HT16: each one is done by a route, or has a reason why not", async () => {
    const mapping = mappingOf(await familiesOfRoutes());
    expect(faultsOf(mapping, functions)).toEqual([]);
    expect(missingRows(mapping, fileOf)).toEqual([]);
    expect(mapping.size).toBeGreaterThan(5);
  });

  test("HT16: docs/clusapi.md says what the routes say; if not: npm run docs", async () => {
    expect(fileOf("docs/clusapi.md")).toBe(documentOf(mappingOf(await familiesOfRoutes()), functions));
  });

  test("HT16: the list of exports is whole, without one twice, and each reason is a sentence", () => {
    expect(exported).toHaveLength(190);
    expect(internal).toHaveLength(6);
    expect(new Set([...exported, ...internal, ...newer]).size).toBe(190 + 6 + newer.length);
    expect(Object.values(notMapped).filter((reason) => !/^[A-Z].{20,}\.$/.test(reason))).toEqual([]);
  });
});

describe("what the generator finds", () => {
  const route = (id: string, clusapi: readonly string[]): FamilyRow => ({
    name: "things",
    what: "Things.",
    routes: [{ spec: { id, method: "GET", path: "/things", summary: "A thing", roles: "anyone", clusapi } }],
  });
  const few: Functions = {
    exported: ["OpenThing", "CloseThing"],
    internal: [],
    newer: ["OpenThingEx"],
    notMapped: { CloseThing: "There is no handle." },
    pending: [],
  };

  test.each([
    ["nothing when all is said", ["OpenThing", "OpenThingEx"], few, []],
    ["one that nobody does", [], few, [/^OpenThing is done by no route and has no reason/]],
    [
      "one that is done and has a reason",
      ["OpenThing", "CloseThing"],
      few,
      [/^CloseThing is done by a route and has a reason/],
    ],
    ["one that there is not", ["OpenThing", "BreakThing"], few, [/^the route getThing names BreakThing/]],
    [
      "one that is done and still pending",
      ["OpenThing"],
      { ...few, pending: ["OpenThing"] },
      [/^OpenThing is done by a route and stands in pending/],
    ],
    ["a place for one that is not exported", ["OpenThing"], { ...few, pending: ["Other"] }, [/^Other has a place/]],
  ] as const)("HT16: %s", (_, clusapi, known, faults) => {
    const found = faultsOf(mappingOf([route("getThing", clusapi)]), known);
    expect(found).toEqual(faults.map((fault) => expect.stringMatching(fault)));
  });

  test("HT16: a route whose row is not in its family's file", () => {
    const mapping = mappingOf([route("getThing", ["OpenThing"])]);
    expect(missingRows(mapping, () => "  rows: {\n    getThing: {},\n")).toEqual([]);
    expect(missingRows(mapping, () => "  rows: {\n    getThings: {},\n")).toHaveLength(1);
    expect(missingRows(mapping, () => null)).toHaveLength(1);
  });
});
