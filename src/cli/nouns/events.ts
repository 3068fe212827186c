import { Option, type Command } from "commander";
import type { JournalEntry } from "../../cluster/journal.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import { contextOf } from "../context.ts";
import { follow } from "../follow.ts";
import { entriesAfter, entriesBefore, isWanted, type JournalFilter, kindNames } from "../journal-filter.ts";
import { mustBeKnown } from "../known-objects.ts";
import { untilSignal } from "../local/signals.ts";
import { print, write, type OutputFormat } from "../output.ts";
import { count, examples, wholeNumber } from "../verb.ts";

type Options = JournalFilter & {
  readonly follow?: true;
  readonly after?: number;
  readonly limit: number;
  readonly wide?: true;
};

export function register(noun: Command): void {
  noun
    .option("--follow", "go on until Ctrl-C")
    .option("--after <number>", "what happened after this event (default: the last ones)", wholeNumber)
    .option("--limit <count>", "how many at most", count, protocolLimits.eventsPageDefault)
    .addOption(
      new Option("--kind <kind...>", "only of these kinds; the part before the dot means all of it").choices(kindNames),
    )
    .option("--group <group>", "only of this group")
    .option("--node <node>", "only of this node")
    .option("--wide", "also the date, who asked for it, and the epoch")
    .action(events)
    .addHelpText("after", examples("events --group Exchange --kind group resource --wide", "events --follow"));
}

async function events(options: Options, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const { after, limit } = options;
  // Without a number, what happened last is what is wanted.
  const last = after ?? (await ask((client) => client.getCluster(name))).lastEvent;
  const read = after === undefined ? entriesBefore : entriesAfter;
  const found = await read(ask, name, options, last, limit);
  if (found.events.length === 0) await mustBeKnown(ask, name, options);
  if (output === "json" && options.follow !== true) return print("json", found, []);
  for (const entry of found.events) write(lineOf(entry, output, options));
  if (options.follow !== true) return;
  const ending = new AbortController();
  void untilSignal().then(() => ending.abort());
  await follow(ask, name, found.events.at(-1)?.seq ?? Math.min(last, found.last), {
    signal: ending.signal,
    entry: (entry) => {
      if (isWanted(options, entry)) write(lineOf(entry, output, options));
    },
    gap: (first, last) =>
      process.stderr.write(
        last < first
          ? `the journal was set back to event ${last}: what happens from now on is told\n`
          : `events ${first} to ${last} are not kept any more\n`,
      ),
  });
}

function lineOf(entry: JournalEntry, output: OutputFormat, { wide }: Options): string {
  if (output === "json") return JSON.stringify(entry);
  const { seq, at, sentence, mscsId, actor, epoch } = entry;
  const time = new Date(at).toISOString();
  const id = mscsId === null ? "" : ` [${mscsId}]`;
  if (wide !== true) return `${seq} ${time.slice(11, 23)} ${sentence}${id}`;
  const numbered = epoch === null ? "" : ` (epoch ${epoch})`;
  return `${seq} ${time} ${entry.kind} by ${actor}: ${sentence}${id}${numbered}`;
}
