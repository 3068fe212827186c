import { createInterface } from "node:readline/promises";
import type { Command } from "commander";
import { CliError, usageError } from "./errors.ts";

/** Adds the option that says yes beforehand. */
export function asksFirst(command: Command): Command {
  return command.option("--yes", "do not ask whether it is meant");
}

/**
 * What is dangerous is asked about on a terminal; elsewhere `--yes` is needed. Rejects with `CliError`: nothing has been done
 * then.
 */
export async function confirm(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw usageError(question, { hint: "Say --yes if it is meant; on a terminal it would be asked." });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new CliError("not-confirmed", "Nothing was done");
}
