import { parseArgs } from "node:util";
import { simulate } from "./world.ts";

/** `node test/simulation/run.ts --seed N --runs N [--story]`: exit code 1 and the seed at the first finding. */
const { values } = parseArgs({
  options: {
    story: { type: "boolean" },
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "2000" },
  },
});
const first = Number(values.seed);
const runs = Number(values.runs);
const startedAt = performance.now();
let events = 0;
let changes = 0;
for (let seed = first; seed < first + runs; seed += 1) {
  const result = simulate(seed);
  events += result.events;
  changes += result.changes;
  if (result.finding !== null) {
    if (values.story) console.log(result.story.join("\n"));
    console.log(JSON.stringify({ seed, after: seed - first + 1, finding: result.finding }));
    process.exit(1);
  }
}
const seconds = (performance.now() - startedAt) / 1_000;
console.log(JSON.stringify({ runs, events, changes, perSecond: Math.round(runs / seconds) }));
