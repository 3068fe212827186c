import type { Argument, Command } from "commander";
import { contextOf } from "./context.ts";

/** How long a shell waits for names at most, in milliseconds: nobody likes a Tab that hangs. */
const patienceMs = 1_000;

/**
 * What may stand in place of the last word, after the words before it: nouns, verbs and options from the command's own tree,
 * and names of groups, nodes and resources from the control plane, if it answers.
 */
export async function completionsOf(program: Command, words: readonly string[]): Promise<string[]> {
  const partial = words.at(-1) ?? "";
  const { command, given } = follow(program, words.slice(0, -1));
  const candidates = partial.startsWith("-")
    ? optionsOf(command)
    : command.commands.length > 0
      ? command.commands.map((verb) => verb.name())
      : await namesFor(command, argumentAt(command, given), words);
  return candidates.filter((candidate) => candidate.startsWith(partial));
}

/** Down the tree as far as the words lead; what is left are arguments. */
function follow(program: Command, words: readonly string[]): { readonly command: Command; readonly given: number } {
  let command = program;
  let given = 0;
  for (const word of words) {
    const next = command.commands.find((verb) => verb.name() === word);
    if (next !== undefined) command = next;
    else if (!word.startsWith("-")) given += 1;
  }
  return { command, given };
}

function optionsOf(command: Command): string[] {
  const own = command.options.map(({ long }) => long);
  const above = command.parent === null ? [] : optionsOf(command.parent);
  return [...own.filter((name) => name !== undefined && name !== null), ...above];
}

function argumentAt({ registeredArguments }: Command, index: number): string | null {
  const argument: Argument | undefined = registeredArguments[index] ?? registeredArguments.at(-1);
  if (argument === undefined || (index >= registeredArguments.length && !argument.variadic)) return null;
  return argument.name();
}

async function namesFor(command: Command, argument: string | null, words: readonly string[]): Promise<string[]> {
  // What follows an option such as --to is a node as well.
  const option = words.at(-2) ?? "";
  const wanted = option === "--to" || option === "--node" ? "node" : option.startsWith("--") ? null : argument;
  if (wanted === null || !["group", "groups", "node", "nodes", "resource"].includes(wanted)) return [];
  const { ask, cluster } = contextOf(command);
  const asked = (async () => {
    const name = await cluster();
    const { groups, nodes } = await ask((client) => client.getCluster(name));
    if (wanted.startsWith("node")) return Object.keys(nodes);
    if (wanted.startsWith("group")) return Object.keys(groups);
    return Object.values(groups).flatMap(({ resources }) => Object.keys(resources));
  })();
  const late = new Promise<string[]>((resolve) => {
    setTimeout(resolve, patienceMs, []).unref();
  });
  return Promise.race([asked, late]);
}
