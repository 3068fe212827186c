// How fast and how small it is, beside others on the same machine:
//   npm run bench -- [measure…] [--rounds N] [--quick] [--write] [--check] [--list]
// Without a name, all of them. --write keeps the results and writes docs/performance.md; --check compares with those that are kept, and
// ends with exit code 1 when a ratio got worse.
import { compare, complaintsOf, summaryOf } from "./compare.ts";
import { measures } from "./measures.ts";
import { optionsOf } from "./options.ts";
import { writeDocument } from "./report/document.ts";
import { terminalText } from "./report/terminal.ts";
import { readResults, type Result, writeResults } from "./results.ts";
import { runMeasure } from "./run.ts";

const options = optionsOf(
  process.argv.slice(2),
  measures.map(({ name }) => name),
);
switch (options.kind) {
  case "list":
    for (const { name, title } of measures) console.log(`${name.padEnd(16)} ${title}`);
    break;
  case "wrong":
    console.error(options.sentence);
    process.exitCode = 2;
    break;
  case "run":
    await run(options);
    break;
}

async function run({ measures: wanted, write, check, ...how }: typeof options & { kind: "run" }): Promise<void> {
  const stopping = new AbortController();
  // However often: what starts this passes on a Ctrl-C that the terminal has sent here as well.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());
  const now: Record<string, Result> = {};
  for (const measure of measures.filter(({ name }) => wanted.includes(name))) {
    const say = (line: string): void => console.error(`${measure.name}: ${line}`);
    try {
      const result = await runMeasure(measure, { ...how, say, signal: stopping.signal });
      now[measure.name] = result;
      console.log(terminalText(measure, result));
    } catch (error) {
      // The others have their results all the same, and this one keeps what is committed.
      say(error instanceof Error ? (error.stack ?? error.message) : String(error));
      process.exitCode = 1;
      // What it has ended by now is all that it had begun.
      if (stopping.signal.aborted) process.exit(130);
    }
  }
  if (check) judge(compare(readResults(), now));
  if (!write) return;
  // Read again: another run may have written others meanwhile.
  writeResults({ ...readResults(), ...now });
  // And once more: the document is of what is kept, which has fewer figures than what was measured.
  writeDocument(measures, readResults());
  console.log("written: bench/results.json, docs/performance.md");
}

function judge(comparisons: ReturnType<typeof compare>): void {
  const complaints = complaintsOf(comparisons);
  console.log(`compared with bench/results.json: ${summaryOf(comparisons)}`);
  for (const complaint of complaints) console.log(complaint);
  if (complaints.length > 0) process.exitCode = 1;
}
