import type { Command } from "commander";
import { contextOf } from "../context.ts";
import { print, printOne } from "../output.ts";
import { noProgress } from "../progress.ts";
import { operationRow, operationSheet } from "../rows.ts";
import { seconds, examples } from "../verb.ts";
import { defaultPatienceS, mustBeCompleted, waitForEnd } from "../wait.ts";

export function register(noun: Command): void {
  noun
    .command("list")
    .description("what was asked for and takes time, newest first")
    .action(list)
    .addHelpText("after", examples("operation list"));
  noun
    .command("show <operation>")
    .description("how far an operation is")
    .option("--wait", "wait for its end; exit code 0 only if it came to what was asked for")
    .option("--timeout <seconds>", "how long to wait", seconds, defaultPatienceS)
    .action(show)
    .addHelpText("after", examples("operation show 0b8f1a2c5d3e4f60 --wait"));
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listOperations(name));
  print(output, document, document.operations.map(operationRow));
}

type ShowOptions = { readonly wait?: true; readonly timeout: number };

async function show(id: string, { wait, timeout }: ShowOptions, command: Command): Promise<void> {
  const { ask, output, cluster: chosen } = contextOf(command);
  const cluster = await chosen();
  const now = await ask((client) => client.getOperation(cluster, id));
  const waiting = { cluster, operation: now, patienceS: timeout, progress: noProgress() };
  const operation = wait === true ? await waitForEnd(ask, waiting) : now;
  printOne(output, operation, operationSheet(operation));
  if (wait === true) mustBeCompleted(operation);
}
