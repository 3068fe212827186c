import type { Command, Option } from "commander";

/** What the word under the cursor is, seen from the words before it. */
export type Spot = {
  /** The deepest command that the words name. */
  readonly command: Command;
  readonly expects:
    | { readonly kind: "option-name" }
    /** `attached`: what stands before the value in the same word, `--to=`. */
    | { readonly kind: "option-value"; readonly option: Option; readonly attached: string }
    | { readonly kind: "word"; readonly position: number };
  /** Values of the options so far, by their long names. */
  readonly given: ReadonlyMap<string, string>;
};

/** Reads the words of a command line that is not complete yet; nothing of it is an error. */
export function spotOf(program: Command, words: readonly string[]): Spot {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const given = new Map<string, string>();
  let command = program;
  let position = 0;
  let open: Option | null = null;
  let onlyWords = false;
  for (const word of before) {
    if (!onlyWords && word.startsWith("-")) {
      onlyWords = word === "--";
      const [name = "", value] = split(word);
      const option = optionOf(command, name);
      if (value !== undefined) given.set(name, value);
      open = value === undefined && option !== null && takesValue(option) ? option : null;
    } else if (open !== null) {
      given.set(open.long ?? "", word);
      open = open.variadic ? open : null;
    } else {
      const below: Command | undefined = position === 0 ? subcommand(command, word) : undefined;
      if (below === undefined) position += 1;
      command = below ?? command;
    }
  }
  return { command, given, expects: expectation(command, current, { position, open, onlyWords }) };
}

type Reading = { readonly position: number; readonly open: Option | null; readonly onlyWords: boolean };

function expectation(command: Command, current: string, { position, open, onlyWords }: Reading): Spot["expects"] {
  if (!onlyWords && current.startsWith("-")) {
    const [name = "", value] = split(current);
    const option = value === undefined ? null : optionOf(command, name);
    if (option !== null) return { kind: "option-value", option, attached: `${name}=` };
    return { kind: "option-name" };
  }
  if (open !== null) return { kind: "option-value", option: open, attached: "" };
  return { kind: "word", position };
}

/** `--name=value` as its two halves. */
function split(word: string): string[] {
  const at = word.startsWith("--") ? word.indexOf("=") : -1;
  return at < 0 ? [word] : [word.slice(0, at), word.slice(at + 1)];
}

/** The options of a command are its own and those of the commands above it. */
export function optionsOf(command: Command): Option[] {
  const own = command.options.filter(({ hidden }) => !hidden);
  return command.parent === null ? own : [...own, ...optionsOf(command.parent)];
}

function optionOf(command: Command, name: string): Option | null {
  return optionsOf(command).find(({ long, short }) => long === name || short === name) ?? null;
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

function subcommand(command: Command, name: string): Command | undefined {
  return command.commands.find((one) => one.name() === name);
}
