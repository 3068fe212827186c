import type { Command } from "commander";
import type { Operation } from "../../cluster/operation.ts";
import { type ChangeFlags, timeOf, waitFor } from "../change.ts";
import { contextOf } from "../context.ts";
import { exitCodes } from "../errors.ts";
import { facts, print } from "../output.ts";

export function register(noun: Command): void {
  noun.command("list").description("what was asked for and takes time, newest first").action(list);
  noun
    .command("show <id>")
    .description("how far one of them is")
    .option("--wait", "wait until it is done")
    .option("--timeout <seconds>", "how long to wait", Number, 180)
    .option("--progress", "tell what happens while waiting")
    .action(show);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listOperations(name));
  const rows = document.operations.map((operation) => ({
    id: operation.id,
    what: operation.kind,
    of: subjectOf(operation),
    state: operation.status.state,
    began: timeOf(operation.startedAt),
  }));
  print(output, document, rows);
}

async function show(id: string, flags: ChangeFlags, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const found = await ask((client) => client.getOperation(name, id));
  const { lastEvent } = await ask((client) => client.getCluster(name));
  const operation = flags.wait === true ? await waitFor({ ask }, name, found, lastEvent, flags) : found;
  const { status } = operation;
  print(output, operation, [], () =>
    facts({
      operation: operation.id,
      what: operation.kind,
      of: subjectOf(operation),
      state: status.state,
      why: "sentence" in status ? status.sentence : null,
      "asked by": operation.actor,
      began: new Date(operation.startedAt).toISOString(),
      ended: status.state === "Pending" ? null : new Date(status.at).toISOString(),
    }),
  );
  if (status.state === "Failed" || status.state === "Cancelled") process.exitCode = exitCodes.failed;
}

function subjectOf({ group, resource, node }: Operation): string {
  return [group, resource, node].filter((name) => name !== null).join(", ");
}
