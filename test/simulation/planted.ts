import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JudgeName } from "./finding.ts";
import { bugOf, type PlantedBug, plantedBugs } from "./planted-bugs.ts";
import type { Said, Seeds } from "./seeds.ts";
import { runApart } from "./side-by-side.ts";
import { eachWithPeers } from "./world.ts";

/** Which judge has found a planted bug, after how many runs from the first seed on; null: nobody has. */
export type Found = { readonly judge: JudgeName; readonly runs: number } | null;
export type FoundByName = Readonly<Record<string, Found>>;

const recordFile = join(import.meta.dirname, "planted-found.json");
export const docsFile = join(import.meta.dirname, "../../docs/simulation.md");

/** Runs with one bug planted. */
export function runWithBug(name: string, seeds: Seeds): Promise<Said> {
  return runApart(seeds, ["--import", join(import.meta.dirname, "plant.ts")], { BRIDGEHEAD_PLANTED_BUG: name });
}

/** Looks for each of these, from the first seed on, so many at a time. */
export async function findPlanted(
  names: readonly string[],
  { runs, faultsTtls, jobs }: Pick<Seeds, "runs" | "faultsTtls"> & { readonly jobs: number },
): Promise<FoundByName> {
  const found = new Map<string, Found>(names.map((name) => [name, null]));
  const waiting = [...names];
  const work = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      // What no other run can show need not be looked for in it.
      const step = bugOf(name).ofPeers === true ? eachWithPeers : 1;
      const { finding } = await runWithBug(name, { first: step, step, runs: Math.floor(runs / step), faultsTtls });
      found.set(name, finding && { judge: finding.judge, runs: finding.seed });
      // A table that takes minutes is worth watching.
      console.error(`${name}: ${finding === null ? "not found" : `${finding.judge}, after ${finding.seed}`}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return Object.fromEntries(found);
}

/** These, and of those that were not looked for what was written down of them last. */
export function withRecorded(looked: FoundByName): FoundByName {
  const before = recordedFound();
  const of = (name: string): Found => (Object.hasOwn(looked, name) ? looked : before)[name] ?? null;
  return Object.fromEntries(Object.keys(plantedBugs).map((name) => [name, of(name)]));
}

/** As docs/simulation.md has it. */
export function tableOf(found: FoundByName): string {
  const rows = Object.entries<PlantedBug>(plantedBugs).map(([name, { what, rule }]) => {
    const by = found[name] ?? null;
    return `| ${what} | ${rule} | ${by === null ? "**nobody**" : `\`${by.judge}\``} | ${by?.runs ?? ""} |`;
  });
  return ["| planted | rule | found by | after runs |", "|---|---|---|---|", ...rows, ""].join("\n");
}

/** What was found when it was written down last. */
export function recordedFound(): FoundByName {
  return JSON.parse(readFileSync(recordFile, "utf8")) as FoundByName;
}

/** Writes it down for the tests, and into the docs. */
export function record(found: FoundByName): void {
  writeFileSync(recordFile, `${JSON.stringify(found, null, 2)}\n`);
  const docs = readFileSync(docsFile, "utf8");
  writeFileSync(
    docsFile,
    docs.replace(/^\| planted \|.*\n(?:\|.*\n)*/m, () => tableOf(found)),
  );
}
