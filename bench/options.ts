import { parseArgs } from "node:util";

export type Options =
  | { readonly kind: "list" }
  | { readonly kind: "wrong"; readonly sentence: string }
  | {
      readonly kind: "run";
      /** Names of measurements, in the order in which they are run. */
      readonly measures: readonly string[];
      readonly rounds: number;
      readonly seconds: number;
      readonly quick: boolean;
      readonly write: boolean;
      readonly check: boolean;
    };

export const usage = "npm run bench -- [measure…] [--rounds N] [--quick] [--write] [--check] [--list]";
const mostRounds = 1_000;

/** @param known every measurement there is; all of them are run when none is named */
export function optionsOf(args: readonly string[], known: readonly string[]): Options {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  if (values.list) return { kind: "list" };
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) return wrong(`There is no measurement ${unknown.join(", ")}; --list shows them.`);
  const { quick, write, check } = values;
  const rounds = Number(values.rounds ?? (quick ? 2 : 7));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
    return wrong(`--rounds takes a whole number from 1 to ${mostRounds}.`);
  }
  const measures = positionals.length === 0 ? known : known.filter((name) => positionals.includes(name));
  return { kind: "run", measures, rounds, seconds: quick ? 2 : 4, quick, write, check };
}

function wrong(sentence: string): Options {
  return { kind: "wrong", sentence: `${sentence}\nUsage: ${usage}` };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      check: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
    },
  });
}
