import { InvalidArgumentError, type Command } from "commander";
import type { JournalEntry } from "../../cluster/journal.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import { contextOf } from "../context.ts";
import { follow } from "../follow.ts";
import { untilSignal } from "../local/signals.ts";
import { print, write, type OutputFormat } from "../output.ts";

type Options = Filter & { readonly follow?: true; readonly after?: number; readonly limit: number };
type Filter = { readonly kind?: string; readonly group?: string; readonly node?: string };

export function register(noun: Command): void {
  noun
    .option("--follow", "go on until Ctrl-C")
    .option("--after <number>", "what happened after this event", wholeNumber)
    .option("--limit <count>", "how many at most", wholeNumber, protocolLimits.eventsPageDefault)
    .option("--kind <kind>", "only this kind, or what begins so, such as group.")
    .option("--group <group>", "only those of a group")
    .option("--node <node>", "only those of a node")
    .action(events);
}

function isWanted({ kind, group, node }: Filter): (entry: JournalEntry) => boolean {
  return (entry) =>
    (kind === undefined || entry.kind.startsWith(kind)) &&
    (group === undefined || entry.group === group) &&
    (node === undefined || entry.node === node);
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It should be a whole number.");
}

async function events(options: Options, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  // Without a number, what happened last is what is wanted.
  const after =
    options.after ?? Math.max(0, (await ask((client) => client.getCluster(name))).lastEvent - options.limit);
  const found = await ask((client) => client.events(name, after, options.limit));
  const wanted = isWanted(options);
  const shown = found.events.filter(wanted);
  if (output === "json" && options.follow !== true) return print("json", { ...found, events: shown }, []);
  for (const entry of shown) write(lineOf(entry, output));
  if (options.follow !== true) return;
  const ending = new AbortController();
  void untilSignal().then(() => ending.abort());
  await follow(ask, name, found.events.at(-1)?.seq ?? Math.min(after, found.last), {
    signal: ending.signal,
    entry: (entry) => {
      if (wanted(entry)) write(lineOf(entry, output));
    },
    gap: (first, last) => process.stderr.write(`events ${first} to ${last} are not kept any more\n`),
  });
}

function lineOf(entry: JournalEntry, output: OutputFormat): string {
  if (output === "json") return JSON.stringify(entry);
  const time = new Date(entry.at).toISOString().slice(11, 23);
  const id = entry.mscsId === null ? "" : ` [${entry.mscsId}]`;
  return `${entry.seq} ${time} ${entry.sentence}${id}`;
}
