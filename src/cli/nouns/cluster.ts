import { writeFileSync } from "node:fs";
import { Argument, type Command } from "commander";
import { lookup } from "../../cluster/definition/definition.ts";
import { change, changes } from "../change.ts";
import { paintFor } from "../colour.ts";
import { asksFirst, confirm } from "../confirm.ts";
import { clusterNamed, contextOf, type GlobalOptions, mayBeOfCluster, nameIt } from "../context.ts";
import { differenceLines } from "../difference-lines.ts";
import { nameKey } from "../../protocol/names.ts";
import { CliError, exitCodes, messageOf, usageError } from "../errors.ts";
import { hints } from "../hints.ts";
import { print, write, writeTable } from "../output.ts";
import { registerProperties } from "../property-verbs.ts";
import { groupRows, nodeRows, resourceRows } from "../rows.ts";
import { wrap } from "../text.ts";
import { examples, timeText, wholeNumber } from "../verb.ts";
import { whatGoes } from "../what-goes.ts";
import { definitionYaml } from "../yaml-text.ts";
import type { Defined } from "../../protocol/changes.ts";

export function register(noun: Command): void {
  changes(asksFirst(noun.command("apply")), { waits: true })
    .description("make the cluster what a file says; the same file again changes nothing")
    .requiredOption("-f, --file <file>", "definition, YAML or JSON; - for standard input")
    .option("--force", "also groups that are not offline may go")
    .option("--revision <number>", "only if the definition is still of this revision", wholeNumber)
    .action(apply)
    .addHelpText("after", examples("cluster apply -f cluster.yaml --dry-run", "cluster apply -f cluster.yaml --wait"));
  noun
    .command("show")
    .description("nodes, groups and resources as they are")
    .action(show)
    .addHelpText("after", examples("cluster show --output json"));
  noun
    .command("list")
    .description("the clusters of this control plane (admin token)")
    .action(list)
    .addHelpText("after", examples("cluster list"));
  noun
    .command("export")
    .description("the definition in force as a file to keep: applied again, it changes nothing")
    .option("-f, --file <file>", "where to write it (default: standard output)")
    .action(exportDefinition)
    .addHelpText("after", examples("cluster export -f cluster.yaml"));
  changes(asksFirst(noun.command("delete")), { waits: true })
    .description("destroy the cluster that --cluster names (admin token)")
    .option("--force", "though groups are not offline")
    .action(destroy)
    .addHelpText("after", examples("cluster delete --cluster exchange --force"));
  changes(noun.command("maintenance"), { waits: false })
    .description("on: what fails is left alone; leases go on, and moves and drains you ask for")
    .addArgument(new Argument("<switch>", "on or off").choices(["on", "off"]))
    .action((state: "on" | "off", _options: unknown, command: Command) => maintenance(state, command))
    .addHelpText("after", examples("cluster maintenance on"));
  registerProperties(noun, {
    noun: "cluster",
    example: { of: "", set: "QuarantineThreshold=3" },
    find: () => ({ kind: "cluster" }),
  });
}

type ApplyOptions = { readonly file: string; readonly force?: boolean; readonly revision?: number };

async function apply({ file, force = false, revision }: ApplyOptions, command: Command): Promise<void> {
  // What judges a definition takes a while to load, and no other verb needs it.
  const { loadDefinition } = await import("../definition-file.ts");
  const definition = loadDefinition(file);
  const name = definition.cluster;
  const meant = clusterNamed(command.optsWithGlobals<GlobalOptions>());
  if (meant !== undefined && nameKey(meant) !== nameKey(name)) {
    throw usageError(`The file defines cluster ${name}, and cluster ${meant} is meant`, {
      detail: "--cluster and BRIDGEHEAD_CLUSTER say which one",
      hint: "Name the cluster of the file, or none.",
    });
  }
  const only = revision === undefined ? {} : { revision };
  let seen = only;
  const { dryRun, yes } = command.opts<{ readonly dryRun?: true; readonly yes?: true }>();
  if (dryRun !== true && yes !== true && !force) {
    const { ask } = contextOf(command);
    const trial = await ask((client) => client.putCluster(name, definition, { ...only, dryRun: true, force: true }));
    const gone = whatGoes(trial.differences);
    if (gone.length > 0) await confirm(`This takes away ${gone.join(", ")}: apply it?`, false);
    // What somebody else changes meanwhile has not been asked about.
    if (gone.length > 0) seen = { revision: trial.revision - (trial.changed.length > 0 ? 1 : 0) };
  }
  await change(command, {
    cluster: name,
    plan: () => ({
      send: (client, options) => client.putCluster(name, definition, { ...options, ...seen, force }),
      // What goes shall be seen, whether or not it may go.
      tryForced: (client, options) => client.putCluster(name, definition, { ...options, ...seen, force: true }),
      tried: (answer, needsForce) => whatGoesText(answer, { needsForce, force }),
      said: appliedText,
      done: async (answer) => [appliedText(answer), ...(await notOnline(command, answer))].join("\n"),
    }),
  });
}

/** Groups that it has made or changed, and that are not online all the same: nobody can own them now, or they are not wanted so. */
async function notOnline(command: Command, { name, operation }: Defined): Promise<string[]> {
  const { groups } = await contextOf(command).ask((client) => client.getCluster(name));
  return (operation?.groups ?? []).flatMap((group) => {
    const view = lookup(groups, group);
    if (view === undefined || view.state === "Online" || view.wanted === "Offline") return [];
    const why = view.owner === null ? "no node can own it now" : `on ${view.owner}`;
    return [`Group ${group} is ${view.state}: ${why} (see: group explain)`];
  });
}

/** What a dry run says of what would go: whether the real one takes it away as it stands, and what it needs else. */
function whatGoesText(
  { differences }: Defined,
  { needsForce, force }: { readonly needsForce: boolean; readonly force: boolean },
): string[] {
  const gone = whatGoes(differences);
  if (gone.length === 0) return [];
  const takes = `This takes away ${gone.join(", ")}.`;
  if (needsForce) return wrap(`${takes} A group among these is not offline: to apply it, say --force.`);
  return wrap(force ? takes : `${takes} To apply it, say yes when it is asked on a terminal, or --yes.`);
}

function appliedText({ name, created, revision, changed, differences }: Defined): string {
  if (created) return `Cluster ${name} is created, revision ${revision}.`;
  if (changed.length === 0) return `Cluster ${name} is as the file says; nothing changed, revision ${revision}.`;
  const lines = differenceLines(differences, paintFor(process.stdout)).map((line) => `  ${line}`);
  return [`Cluster ${name} is changed, revision ${revision}:`, ...lines].join("\n");
}

async function show(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const asked = await cluster();
  const view = await ask((client) => client.getCluster(asked));
  if (output === "json") return print(output, view, []);
  const { name, revision, generation, lease, starting, maintenance } = view;
  write(
    `${name}: revision ${revision}, start ${generation}, lease ${lease.ttlMs} ms, renewed each ${lease.renewMs} ms`,
  );
  if (starting) write("The control plane started a moment ago: no group changes its owner yet.");
  if (maintenance) write("In maintenance: what fails is seen and left alone. End it: cluster maintenance off");
  for (const rows of [nodeRows(view), groupRows(view), resourceRows(view)]) {
    write("");
    writeTable(rows);
  }
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, token } = contextOf(command);
  const document = await ask((client) => client.listClusters()).catch((error: unknown) => {
    if (!mayBeOfCluster(error, token)) throw error;
    throw new CliError("forbidden", "This token may not do that", exitCodes.failed, {
      detail: "the list of clusters takes the admin token, and this one is of a single cluster",
      hint: hints.forbidden,
    });
  });
  const rows = document.clusters.map(({ name, createdAt }) => ({ name, created: timeText(createdAt) }));
  print(output, document, rows);
}

async function exportDefinition({ file }: { readonly file?: string }, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const definition = await ask((client) => client.getDefinition(name));
  const text = output === "json" ? `${JSON.stringify(definition, null, 2)}\n` : definitionYaml(definition);
  if (file === undefined || file === "-") return write(text.trimEnd());
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliError("file-unwritable", `${file} cannot be written`, exitCodes.failed, { detail: messageOf(error) });
  }
  if (output !== "json") write(`The definition of cluster ${name} is in ${file}.`);
}

async function destroy({ force = false }: { readonly force?: boolean }, command: Command): Promise<void> {
  const cluster = clusterNamed(command.optsWithGlobals<GlobalOptions>());
  // The only one there is may be another one than is meant, and what is destroyed does not come back.
  if (cluster === undefined) throw usageError("Destroy which cluster? It has to be named", { hint: nameIt });
  await change(command, {
    question: `Destroy cluster ${cluster}, with all its groups?`,
    cluster,
    plan: () => ({
      send: (client, options) => client.destroyCluster(cluster, { ...options, force }),
      said: ({ operation }) =>
        operation?.status.state === "Pending" ? `Cluster ${cluster} is destroyed.` : `Cluster ${cluster} is gone.`,
      // Its end cannot be asked for: with the last ownership the cluster is forgotten, and the operation with it.
      underWay: "What its nodes still hold ends now; then it is not listed any more: bridgehead cluster list",
      done: () => `Cluster ${cluster} is gone.`,
    }),
  });
}

async function maintenance(state: "on" | "off", command: Command): Promise<void> {
  const told = {
    on: "is in maintenance: what fails is left alone until it is off.",
    off: "is in maintenance no more.",
  };
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.setMaintenance(cluster, state === "on", options),
      said: () => `Cluster ${cluster} ${told[state]}`,
    }),
  });
}
