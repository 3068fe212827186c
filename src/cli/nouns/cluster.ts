import type { Command } from "commander";
import { contextOf } from "../context.ts";
import { loadDefinition } from "../definition-file.ts";
import { print, table, write } from "../output.ts";
import { groupRows, nodeRows, resourceRows } from "../rows.ts";

export function register(noun: Command): void {
  noun
    .command("apply")
    .description("make the cluster what a file says; the same file again changes nothing")
    .requiredOption("-f, --file <file>", "definition, YAML or JSON; - for standard input")
    .action(apply);
  noun.command("show").description("nodes, groups and resources as they are").action(show);
  noun.command("list").description("the clusters of this control plane").action(list);
}

async function apply({ file }: { readonly file: string }, command: Command): Promise<void> {
  const { ask, output } = contextOf(command);
  const definition = loadDefinition(file);
  const defined = await ask((client) => client.putCluster(definition.cluster, definition));
  if (output === "json") return print(output, defined, []);
  const { name, created, revision, changed } = defined;
  if (created) write(`Cluster ${name} is created, revision ${revision}.`);
  else if (changed.length === 0) write(`Cluster ${name} is as the file says; nothing changed, revision ${revision}.`);
  else write([`Cluster ${name} is changed, revision ${revision}:`, ...changed.map((what) => `  ${what}`)].join("\n"));
}

async function show(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const view = await ask((client) => client.getCluster(asked));
  if (output === "json") return print(output, view, []);
  const { name, revision, generation, lease, starting } = view;
  write(
    `${name}: revision ${revision}, start ${generation}, lease ${lease.ttlMs} ms, renewed each ${lease.renewMs} ms`,
  );
  if (starting) write("The control plane started a moment ago: no group changes its owner yet.");
  for (const rows of [nodeRows(view), groupRows(view), resourceRows(view)]) write(`\n${table(rows)}`);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output } = contextOf(command);
  const document = await ask((client) => client.listClusters());
  const rows = document.clusters.map(({ name, createdAt }) => ({ name, created: new Date(createdAt).toISOString() }));
  print(output, document, rows);
}
