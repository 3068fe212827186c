import { expect, test } from "vitest";
import { nothingSeen, withAssignment, withEpochs, withGeneration } from "../../../src/agent/seen.ts";
import { leasePresets } from "../../../src/cluster/lease/lease.ts";
import { limits } from "../../../src/cluster/limits.ts";
import type { Seen } from "../../../src/cluster/messages.ts";
import { group, silence } from "./session-driver.ts";

function assigned(seen: Seen, names: readonly (readonly [string, number])[], n = 1): Seen {
  const groups = names.map(([name, epoch]) => group(name, epoch));
  return withAssignment(seen, {
    revision: { generation: 1, n },
    lease: leasePresets.lan,
    groups,
    mayCome: [],
    vouchesFor: [],
  });
}

test("AM4 the highest epoch of each group is kept, one's own and those of others", () => {
  const seen = withEpochs(
    assigned(nothingSeen, [
      ["A", 3],
      ["B", 7],
    ]),
    [silence("B#9"), silence("C#1"), silence("A#2")],
  );
  expect(seen.epochs).toEqual({ A: 3, B: 9, C: 1 });
});

test("AM4 what brings nothing new changes nothing, so that nothing is written", () => {
  const seen = assigned(nothingSeen, [["A", 3]]);
  expect(withEpochs(seen, [silence("A#3"), silence("A#1"), silence("run abc"), silence("A#x")])).toBe(seen);
});

test("AM4 a generation is kept with its nonce, and an assignment's revision with its epochs", () => {
  expect(withGeneration(nothingSeen, { number: 4, nonce: "x" }).generation).toEqual({ number: 4, nonce: "x" });
  expect(assigned(nothingSeen, [["A", 1]], 7).revision).toEqual({ generation: 1, n: 7 });
});

test.each(["constructor", "toString", "7", "a.b_c-d:e", "x".repeat(63)])("AM4 a group may be called %s", (name) => {
  const seen = withEpochs(assigned(nothingSeen, [[name, 2]]), [silence(`${name}#5`)]);
  expect(Object.entries(seen.epochs)).toEqual([[name, 5]]);
});

test("AM4 what is kept is bounded, and a group that still changes hands is not forgotten for older ones", () => {
  let seen = assigned(nothingSeen, [
    ["old", 1],
    ["living", 1],
  ]);
  for (let n = 0; n < 4 * limits.groups; n += 1) {
    seen = withEpochs(seen, [silence(`passing-${n}#1`), silence(`living#${n + 2}`)]);
    seen = withEpochs(seen, [silence(`more-${n}#1`)]);
    expect(seen.epochs["living"]).toBe(n + 2);
  }
  expect(Object.keys(seen.epochs)).toHaveLength(2 * limits.groups);
  expect(seen.epochs["old"]).toBeUndefined();
});

test("AM4 a group that is still named is not forgotten, though its epoch never changes", () => {
  let seen = withEpochs(nothingSeen, [silence("steady#5")]);
  for (let n = 0; n < 4 * limits.groups; n += 1) {
    seen = withEpochs(seen, [silence("steady#5"), silence(`passing-${n}#1`)]);
    expect(seen.epochs["steady"]).toBe(5);
  }
});
