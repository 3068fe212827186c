import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type PlantedBug, planted, plantedBugs } from "./planted-bugs.ts";
import { docsFile, recordedFound, runWithBug, tableOf } from "./planted.ts";
import { runSideBySide } from "./side-by-side.ts";
import { simulate, usualTtls } from "./world.ts";

const run = promisify(execFile);
const faultsTtls = usualTtls;

test("SI1: 2 000 seeds find no second speaker, no epoch used twice, no gap in the journal, nothing left offline", async () => {
  const said = await runSideBySide({ first: 1, step: 1, runs: 2_000, faultsTtls }, Math.min(2, availableParallelism()));
  expect(said.finding).toBeNull();
  expect(said.runs).toBe(2_000);
  expect(said.events / said.runs).toBeGreaterThan(200);
  expect(said.changes / said.runs).toBeGreaterThan(3);
}, 300_000);

test("SI1: so it is where faults last longer", () => {
  const results = Array.from({ length: 60 }, (_, index) => simulate(20_001 + index, 12));
  expect(results.flatMap(({ seed, finding }) => (finding === null ? [] : [{ seed, finding }]))).toEqual([]);
}, 120_000);

test("SI2: each of a hundred runs changes an owner, and does something", () => {
  const results = Array.from({ length: 100 }, (_, index) => simulate(10_001 + index));
  expect(results.filter(({ changes, events }) => changes < 3 || events < 150)).toEqual([]);
}, 60_000);

test("SI1: the program tells the story of a seed, and refuses a number that is none", async () => {
  const program = (...words: string[]) =>
    run(process.execPath, [join(import.meta.dirname, "run.ts"), ...words]).catch((error: { stderr: string }) => error);
  const told = await program("--seed", "7", "--story");
  expect(told).toMatchObject({
    stdout: expect.stringMatching(/ group\.owned Node NODE\d owns group First under epoch 1\./),
  });
  expect(told).toMatchObject({ stdout: expect.stringMatching(/\{"seed":7,"events":\d+,"finding":null\}\n$/) });
  expect(await program("--seed", "x")).toMatchObject({
    stderr: expect.stringContaining("x is no number of 1 or more"),
  });
});

test("SI2: the same seed is the same run", () => {
  expect(simulate(7)).toEqual(simulate(7));
});

const recorded = recordedFound();
/** Whatever changes the runs changes the seeds that find something. */
const anew = "look for all of them again: npm run simulate -- --planted --write";

test("SI3: what is planted is one line that is there, becomes another one, and is still a program", () => {
  for (const bug of Object.values<PlantedBug>(plantedBugs)) {
    const source = readFileSync(join(import.meta.dirname, "../..", bug.file), "utf8");
    expect(planted(bug, source)).not.toBe(source);
    expect(() => stripTypeScriptTypes(planted(bug, source)), bug.what).not.toThrow();
  }
});

describe("SI3: planted bugs are found", () => {
  test.each(Object.keys(plantedBugs))("SI3: %s", async (name) => {
    const found = recorded[name] ?? null;
    if (found === null) throw new Error(`nobody has found it: ${anew}`);
    const { finding } = await runWithBug(name, { first: found.runs, step: 1, runs: 1, faultsTtls });
    expect(finding, anew).toMatchObject({ seed: found.runs, judge: found.judge });
  });

  test("SI3: each of them within 20 000 runs, and docs/simulation.md has the table", () => {
    expect(Object.keys(recorded), anew).toEqual(Object.keys(plantedBugs));
    expect(Math.max(...Object.values(recorded).map((found) => found?.runs ?? Number.POSITIVE_INFINITY))).toBeLessThan(
      20_000,
    );
    expect(readFileSync(docsFile, "utf8")).toContain(tableOf(recorded));
  });
});

/** Mistakes that were made once are planted again: a seed that finds one stays, and finds nothing now. */
test.each(Object.entries<PlantedBug>(plantedBugs).filter(([, { once }]) => once === true))(
  "SI1: a seed that found something before: %s",
  (name) => {
    const { finding } = simulate(recorded[name]?.runs ?? 1);
    expect(finding).toBeNull();
  },
);
