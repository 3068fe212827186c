import { expect, test } from "vitest";
import type { ResourceView } from "../../src/cluster/questions/view.ts";
import { layersOf } from "../../src/dashboard/client/tree/layers.ts";

function on(...dependsOn: ResourceView["dependsOn"]): ResourceView {
  return { type: "Generic Application", state: "Online", wanted: "Online", dependsOn, problem: null };
}

test.each([
  ["nothing", {}, []],
  ["one", { A: on() }, [["A"]]],
  ["a chain", { A: on("B"), B: on("C"), C: on() }, [["A"], ["B"], ["C"]]],
  ["two ways down, by the longer one", { A: on("B", "C"), B: on("C"), C: on() }, [["A"], ["B"], ["C"]]],
  ["one of several", { A: on(["B", "C"]), B: on(), C: on() }, [["A"], ["B", "C"]]],
  ["two that share one", { A: on("C"), B: on("C"), C: on() }, [["A", "B"], ["C"]]],
])("DB24: rows of %s", (_, resources, rows) => {
  expect(layersOf(resources)).toEqual(rows);
});

test("DB24: what no definition may say is drawn all the same", () => {
  expect(layersOf({ A: on("B"), B: on("A") })).toEqual([["A"], ["B"]]);
  expect(layersOf({ A: on("gone") })).toEqual([["A"]]);
});
