// The simulation as a program:
//   npm run simulate -- [--seed N] [--runs N] [--ttls N] [--jobs N]   runs from a seed on, side by side in as many processes
//   npm run simulate -- --seed N --story                              one run, with what the cluster says happened in it
//   npm run simulate -- --planted [NAME...] [--runs N] [--write]      how many runs find each planted bug, or these, as a table; also into the docs
// Exit code 1 at a finding, or when a planted bug is not found.
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { plantedBugs } from "./planted-bugs.ts";
import { findPlanted, record, tableOf, withRecorded } from "./planted.ts";
import { runSeeds } from "./seeds.ts";
import { runSideBySide } from "./side-by-side.ts";
import { simulate, storyOf, usualTtls } from "./world.ts";

const { values, positionals } = parseArgs({
  allowPositionals: process.argv.includes("--planted"),
  options: {
    seed: { type: "string", default: "1" },
    runs: { type: "string" },
    step: { type: "string", default: "1" },
    ttls: { type: "string", default: String(usualTtls) },
    jobs: { type: "string", default: String(availableParallelism()) },
    story: { type: "boolean", default: false },
    planted: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
  },
});
const whole = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Error(`${text} is no number of 1 or more`);
  return number;
};
const [first, step, faultsTtls, jobs] = [values.seed, values.step, values.ttls, values.jobs].map(whole) as [
  number,
  number,
  number,
  number,
];

if (values.story) {
  const { journal, finding, events } = simulate(first, faultsTtls);
  console.log(storyOf(journal).join("\n"));
  console.log(JSON.stringify({ seed: first, events, finding }));
  process.exitCode = finding === null ? 0 : 1;
} else if (values.planted) {
  const names = positionals.length === 0 ? Object.keys(plantedBugs) : positionals;
  const looked = await findPlanted(names, { runs: whole(values.runs ?? "20000"), faultsTtls, jobs });
  const found = withRecorded(looked);
  console.log(tableOf(found));
  if (values.write) record(found);
  process.exitCode = Object.values(looked).includes(null) ? 1 : 0;
} else {
  const wanted = { first, step, runs: whole(values.runs ?? "2000"), faultsTtls };
  const said = jobs === 1 ? runSeeds(wanted) : await runSideBySide(wanted, jobs);
  console.log(JSON.stringify(said));
  process.exitCode = said.finding === null ? 0 : 1;
}
