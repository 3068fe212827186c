import { join } from "node:path";
import { judges } from "./finding.ts";
import { type PlantedBug, plantedBugs } from "./planted-bugs.ts";
import type { Said, Seeds } from "./seeds.ts";
import { runApart } from "./side-by-side.ts";

/** Runs with one bug planted. */
export function runWithBug(name: string, seeds: Seeds): Promise<Said> {
  return runApart(seeds, ["--import", join(import.meta.dirname, "plant.ts")], { BRIDGEHEAD_PLANTED_BUG: name });
}

/** Prints, for each planted bug, which judge found it after how many runs. True: all of them were found. */
export async function runPlanted({
  jobs,
  ...seeds
}: Omit<Seeds, "step"> & { readonly jobs: number }): Promise<boolean> {
  const waiting = Object.entries<PlantedBug>(plantedBugs);
  const rows = new Map<string, string>();
  let isFound = true;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [name, { rule, what }] = next;
      const { finding, runs } = await runWithBug(name, { ...seeds, step: 1 });
      isFound &&= finding !== null;
      // A table that takes minutes is worth watching.
      console.error(`${name}: ${finding === null ? "not found" : `seed ${finding.seed}, ${finding.judge}`}`);
      rows.set(name, `| ${what} | ${rule} | ${finding?.judge ?? "**nobody**"} | ${runs} |`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  console.log("| planted | rule | found by | after runs |\n|---|---|---|---|");
  for (const name of Object.keys(plantedBugs)) console.log(rows.get(name));
  console.log(
    `\n${Object.entries(judges)
      .map(([name, what]) => `- ${name}: ${what}`)
      .join("\n")}`,
  );
  return isFound;
}
