import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { Defined } from "../../protocol/http.ts";
import { askAgain, change, type ChangeFlags, sentencesOf, withDryRun, withWait } from "../change.ts";
import { confirm } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { loadDefinition } from "../definition-file.ts";
import { differencesText } from "../differences.ts";
import { CliError, messageOf, usageError } from "../errors.ts";
import { definitionYaml } from "../export-file.ts";
import { print, table, write } from "../output.ts";
import { groupRows, nodeRows, resourceRows } from "../rows.ts";

export function register(noun: Command): void {
  withDryRun(
    noun.command("apply").description("make the cluster what a file says; the same file again changes nothing"),
  )
    .requiredOption("-f, --file <file>", "definition, YAML or JSON; - for standard input")
    .option("--force", "also a group that is not offline may go")
    .option("--revision <number>", "only if the cluster is still at this revision", wholeNumber)
    .addHelpText("after", "\nExample: bridgehead cluster apply -f exchange.yaml --dry-run")
    .action(apply);
  noun.command("show").description("nodes, groups and resources as they are").action(show);
  noun.command("list").description("the clusters of this control plane").action(list);
  noun
    .command("export")
    .description("the definition in force, as a file that can be applied again")
    .option("-f, --file <file>", "where to write it (default: standard output)")
    .action(exportDefinition);
  withDryRun(
    noun
      .command("maintenance <on|off>")
      .description("on: observe, touch nothing; leases go on. off: act again, and judge what was seen"),
  ).action(maintenance);
  withWait(
    noun.command("delete").description("destroy the cluster; each address stays with its owner until that has ended"),
  )
    .option("--force", "also while groups are online")
    .option("--yes", "that is meant")
    .action(destroy);
}

function wholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It should be a whole number.");
}

type ApplyOptions = {
  readonly file: string;
  readonly dryRun?: true;
  readonly force?: true;
  readonly revision?: number;
};

async function apply({ file, dryRun, force, revision }: ApplyOptions, command: Command): Promise<void> {
  const context = contextOf(command);
  const definition = loadDefinition(file);
  const options = {
    ...(dryRun === true ? { dryRun } : { idempotencyKey: randomUUID() }),
    ...(force === true ? { force } : {}),
    ...(revision === undefined ? {} : { revision }),
  };
  const defined = await askAgain(context, (client) => client.putCluster(definition.cluster, definition, options));
  print(context.output, defined, [], () => appliedText(defined));
}

function appliedText({ name, created, revision, changed, differences, entries, dryRun }: Defined): string {
  if (dryRun) {
    if (changed.length === 0) return `Cluster ${name} is as the file says; nothing would change.`;
    if (created) return `Cluster ${name} would be created.`;
    return [
      `Nothing was changed. Cluster ${name} would change:`,
      differencesText(differences),
      ...sentencesOf(entries),
    ].join("\n");
  }
  if (created) return `Cluster ${name} is created, revision ${revision}.`;
  if (changed.length === 0) return `Cluster ${name} is as the file says; nothing changed, revision ${revision}.`;
  return [`Cluster ${name} is changed, revision ${revision}:`, differencesText(differences)].join("\n");
}

async function show(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const view = await ask((client) => client.getCluster(asked));
  if (output === "json") return print(output, view, []);
  const { name, revision, generation, lease, starting, maintenance: observes } = view;
  write(
    `${name}: revision ${revision}, start ${generation}, lease ${lease.ttlMs} ms, renewed each ${lease.renewMs} ms`,
  );
  if (starting) write("The control plane started a moment ago: no group changes its owner yet.");
  if (observes) write("In maintenance: it observes, and touches nothing.");
  for (const rows of [nodeRows(view), groupRows(view), resourceRows(view)]) write(`\n${table(rows)}`);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output } = contextOf(command);
  const document = await ask((client) => client.listClusters());
  const rows = document.clusters.map(({ name, createdAt }) => ({ name, created: new Date(createdAt).toISOString() }));
  print(output, document, rows);
}

async function exportDefinition({ file }: { readonly file?: string }, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const definition = await ask((client) => client.getDefinition(name));
  const text = output === "json" ? `${JSON.stringify(definition, null, 2)}\n` : definitionYaml(definition);
  if (file === undefined) {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError("file-unwritable", `${file} cannot be written: ${messageOf(error)}`);
  }
}

async function maintenance(wanted: string, flags: ChangeFlags, command: Command): Promise<void> {
  if (wanted !== "on" && wanted !== "off") throw usageError(`Maintenance is on or off, not ${wanted}.`);
  await change(command, {
    flags,
    ask: (client, cluster, options) => client.setMaintenance(cluster, wanted === "on", options),
    said: wanted === "on" ? "The cluster observes, and touches nothing." : "The cluster acts by itself again.",
  });
}

type DestroyOptions = ChangeFlags & { readonly force?: true; readonly yes?: true };

async function destroy({ force, yes, ...flags }: DestroyOptions, command: Command): Promise<void> {
  const name = await contextOf(command).cluster();
  if (flags.dryRun !== true) await confirm(`Cluster ${name} and its tokens will be gone.`, yes);
  await change(command, {
    flags,
    ask: (client, cluster, options) => client.destroyCluster(cluster, force === true ? { ...options, force } : options),
    said: `Cluster ${name} is destroyed.`,
  });
}
