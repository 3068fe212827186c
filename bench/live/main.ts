// Random faults on real processes between network namespaces, and what came of them:
//   npm run live -- [--minutes N] [--seed N] [--peers]
// The same seed plays the same faults; what the machine makes of them differs. Exit code 1: something was found, and the history is kept.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judge } from "./judge.ts";
import { reportOf, storyOf } from "./report.ts";
import { planned, playLive } from "./run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "30" },
    seed: { type: "string" },
    quiet: { type: "boolean" },
    peers: { type: "boolean" },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!(minutes > 0 && minutes <= 24 * 60 && Number.isInteger(seed))) {
  console.error("--minutes takes a number up to 1440, and --seed a whole number");
  process.exit(2);
}

console.log(`seed ${seed}`);
const say = values.quiet === true ? () => {} : (line: string) => console.log(line);
const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
const run = planned(seed, minutes * 60_000);
say(`${run.plan.length} faults`);
const { history, logs } = await playLive({
  ...run,
  policy: values.peers === true ? "hold-while-peers-agree" : "drop",
  say,
  signal: stopping.signal,
});
const findings = judge(history);
console.log(reportOf(history, findings));
if (findings.length > 0) {
  const folder = join(import.meta.dirname, "..", "..", "test-results", `live-${seed}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "report.txt"), `${reportOf(history, findings)}\n`);
  writeFileSync(join(folder, "story.txt"), `${storyOf(history, findings[0]?.at ?? 0)}\n`);
  writeFileSync(join(folder, "history.json"), JSON.stringify(history));
  for (const [name, log] of Object.entries(logs)) writeFileSync(join(folder, `${name}.log`), log);
  console.log(`kept in ${folder}`);
  process.exitCode = 1;
}
