import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { ScriptItem } from "../../cluster/simulate/script.ts";
import type { Simulation } from "../../cluster/simulate/simulate.ts";
import { problemKinds } from "../../protocol/problems.ts";
import { simulationRequestSchema } from "../../protocol/simulate.ts";
import { parse } from "../../protocol/shape.ts";
import { contextOf } from "../context.ts";
import { loadDefinition } from "../definition-file.ts";
import { CliError, exitCodes, messageOf, usageError } from "../errors.ts";
import { nearestTo } from "../nearest.ts";
import { print, write } from "../output.ts";
import { wordsOf } from "../script-words.ts";
import { examples } from "../verb.ts";
import { parseYaml } from "../yaml-file.ts";

type Script = readonly ScriptItem[];

/** Each verb is one item of a script; `--script` names a file of many. Nothing of it happens. */
export function register(noun: Command): void {
  noun.option("--script <file>", "a script (YAML, JSON)");
  noun.argument("[item...]", "what happens, as the commands below have it");
  noun.action((items: readonly string[], options: { readonly script?: string }, command: Command) => {
    const [item] = items;
    if (item !== undefined)
      throw noSuchItem(
        item,
        noun.commands.map((one) => one.name()),
      );
    if (options.script === undefined) return command.help({ error: true });
    return play(readScript(options.script), command);
  });
  for (const verb of ["node-down", "node-up", "lease-lost"] as const) {
    one(noun, `${verb} <node>`, nodeVerbs[verb], `simulate ${verb} NODE1`, ([node = ""]) => ({ do: verb, node }));
  }
  one(
    noun,
    "resource-fails <group> <resource>",
    "wherever it comes online",
    'simulate resource-fails Exchange "Exchange MTA" --times 4',
    ([group = "", resource = ""], options) => ({
      do: "resource-fails",
      group,
      resource,
      times: Number(options["times"] ?? 1),
    }),
  ).option("--times <count>", "how often", positive);
  one(
    noun,
    "move <group>",
    "a group goes to another node",
    "simulate move Exchange --to NODE2",
    ([group = ""], { to }) => ({
      do: "move",
      group,
      target: typeof to === "string" ? to : null,
    }),
  ).option("--to <node>", "which node (default: the best one)");
  one(noun, "pause <node>", "a node gives all away", "simulate pause NODE1", ([node = ""]) => ({
    do: "pause",
    node,
    drain: true,
    target: null,
  }));
  one(noun, "resume <node>", "a node may own groups again", "simulate resume NODE1", ([node = ""]) => ({
    do: "resume",
    node,
    failback: "policy",
  }));
  one(
    noun,
    "define <file>",
    "another definition is applied",
    "simulate define cluster.yaml --force",
    ([file = ""], { force }) => ({
      do: "define",
      definition: loadDefinition(file),
      force: force === true,
    }),
  ).option("--force", "also what is not offline may go");
}

function noSuchItem(item: string, known: readonly string[]): CliError {
  const near = nearestTo(item, known);
  const hint = near === null ? `It knows ${known.join(", ")}, and --script.` : `Did you mean ${near}?`;
  return usageError(`Nothing of the name ${item} can be simulated`, { hint });
}

const nodeVerbs = {
  "node-down": "a host is gone",
  "node-up": "its agent joins",
  "lease-lost": "cut off until its lease is lost",
} as const;

type Options = Readonly<Record<string, unknown>>;

function one(
  noun: Command,
  usage: string,
  description: string,
  example: string,
  itemOf: (names: readonly string[], options: Options) => ScriptItem,
): Command {
  const verb = noun.command(usage).description(description);
  return verb
    .action(() => play([itemOf(verb.args, verb.opts<Options>())], verb))
    .addHelpText("after", examples(example));
}

function positive(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It should be a whole number from 1.");
}

/** A list of items, or an object with `script`. Throws `CliError` with the line of each fault. */
function readScript(file: string): Script {
  const shown = file === "-" ? "standard input" : file;
  const yaml = parseYaml(readText(file, shown), shown);
  const parsed = parse(
    simulationRequestSchema,
    Array.isArray(yaml.value) ? { script: yaml.value as unknown } : yaml.value,
  );
  if (parsed.ok) return parsed.value.script;
  throw new CliError("invalid-script", "This is no script", exitCodes.failed, {
    detail: shown,
    problems: parsed.problems,
    hint: "A script is a list of what happens, such as: [{ do: node-down, node: NODE1 }]",
  });
}

function readText(file: string, shown: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new CliError("file-unreadable", `${shown} cannot be read`, exitCodes.failed, { detail: messageOf(error) });
  }
}

async function play(script: Script, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const simulation = await ask((client) => client.simulate(name, script));
  if (output === "json") print(output, simulation, []);
  else write(timelineOf(simulation, script));
  const refused = simulation.items.filter((item) => item.refused !== null).length;
  if (refused === 0) return;
  throw new CliError(
    "simulation-refused",
    `${refused} of ${script.length} could not be carried out`,
    exitCodes.failed,
    {
      detail: "what was simulated is not what was asked for",
      hint: "The reason stands behind each; names are written as in the definition.",
    },
  );
}

/** One line for each entry under the item that it follows, and what is different in the end. */
function timelineOf({ items, entries, differences }: Simulation, script: Script): string {
  const happened = items.flatMap(({ at, refused }, index) => [
    `${timeOf(at)}  > ${titleOf(script[index])}${refused === null ? "" : ` - refused: ${problemKinds[refused].title} (${refused})`}`,
    ...entries.filter(({ item }) => item === index).map((entry) => `${timeOf(entry.at)}    ${entry.sentence}`),
  ]);
  const ends = differences.map(({ group, before, after }) => `  ${group}: ${placeOf(before)} -> ${placeOf(after)}`);
  const wasAsked = items.every(({ refused }) => refused === null);
  const same = wasAsked ? ["In the end every group is as it is now."] : [];
  return [...happened, "", ...(ends.length === 0 ? same : ["In the end:", ...ends])].join("\n").trimEnd();
}

function timeOf(ms: number): string {
  return `+${(ms / 1000).toFixed(3)} s`.padStart(12);
}

function titleOf(item: ScriptItem | undefined): string {
  return item === undefined ? "" : wordsOf(item);
}

function placeOf(outcome: Simulation["groups"][string] | null): string {
  if (outcome === null) return "(not there)";
  return `${outcome.state} on ${outcome.owner ?? "no node"}, epoch ${outcome.epoch}`;
}
