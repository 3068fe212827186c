import type { Command } from "commander";
import { optionsOf, type Spot } from "./spot.ts";

/** What could stand at a spot: words that the tree of commands knows, names that only the control plane knows, or files. */
export type Candidates =
  | { readonly kind: "words"; readonly words: readonly Candidate[] }
  | { readonly kind: "names"; readonly of: NameKind }
  | { readonly kind: "files" }
  | { readonly kind: "nothing" };
export type Candidate = { readonly word: string; readonly about: string };

/** What the control plane is asked for, by the word in angle brackets that stands for it in a usage line. */
export const nameKinds = ["cluster", "node", "group", "resource", "type", "network", "operation", "token-id"] as const;
export type NameKind = (typeof nameKinds)[number];
const filePlaces: ReadonlySet<string> = new Set(["file", "folder", "path"]);

export function candidatesAt({ command, expects }: Spot): Candidates {
  switch (expects.kind) {
    case "option-name":
      return { kind: "words", words: optionNames(command) };
    case "option-value": {
      const { argChoices, flags } = expects.option;
      return argChoices === undefined ? namedBy(placeIn(flags)) : choice(argChoices);
    }
    case "word":
      return wordsAt(command, expects.position);
  }
}

function wordsAt(command: Command, position: number): Candidates {
  if (position === 0 && command.commands.length > 0) return { kind: "words", words: subcommands(command) };
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  const argument = registeredArguments[position] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return { kind: "nothing" };
  return argument.argChoices === undefined ? namedBy(argument.name()) : choice(argument.argChoices);
}

function subcommands(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ word: one.name(), about: one.description() }));
}

function optionNames(command: Command): Candidate[] {
  const named = optionsOf(command).map(({ long, short, description }) => ({
    word: long ?? short ?? "",
    about: description,
  }));
  return [...named, { word: "--help", about: "what there is" }];
}

/** `-f, --file <file>`: file. `--to <node>`: node. */
function placeIn(flags: string): string {
  return /[<[]([^>\].]+)/.exec(flags)?.[1] ?? "";
}

function namedBy(place: string): Candidates {
  if (filePlaces.has(place)) return { kind: "files" };
  const of = nameKinds.find((kind) => kind === place);
  return of === undefined ? { kind: "nothing" } : { kind: "names", of };
}

function choice(words: readonly string[]): Candidates {
  return { kind: "words", words: words.map((word) => ({ word, about: "" })) };
}
