import type { Command } from "commander";
import { contextOf } from "../context.ts";
import { print } from "../output.ts";
import { resourceRows } from "../rows.ts";

export function register(noun: Command): void {
  noun.command("list").description("the resources of all groups").action(list);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const rows = resourceRows(await ask((client) => client.getCluster(name)));
  print(output, rows, rows);
}
