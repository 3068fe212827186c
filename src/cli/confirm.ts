import { createInterface } from "node:readline/promises";
import { CliError, usageError } from "./errors.ts";

/**
 * What cannot be taken back is asked for on a terminal, and has to be said with `--yes` elsewhere. Rejects with `CliError`
 * when the answer is not yes.
 */
export async function confirm(sentence: string, yes: true | undefined): Promise<void> {
  if (yes === true) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) throw usageError(`${sentence} Say --yes if that is meant.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`${sentence} Go on? [y/N] `).finally(() => terminal.close());
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError("not-confirmed", "Nothing was changed.");
}
