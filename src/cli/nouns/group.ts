import type { Command } from "commander";
import { change, type ChangeFlags, withDryRun, withWait } from "../change.ts";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { explanationText } from "../explanation.ts";
import { facts, print, table } from "../output.ts";
import { groupFacts, groupResourceRows, groupRows } from "../rows.ts";

export function register(noun: Command): void {
  noun.command("list").description("the groups, and who owns them").action(list);
  noun.command("show <group>").description("one group: its owner, its resources, what is planned").action(show);
  noun
    .command("explain <group>")
    .description("why a group is where it is, why not elsewhere, and what comes next")
    .action(explain);
  withDryRun(noun.command("create <group>").description("create a group without resources"))
    .option("--prefer <nodes...>", "the nodes that shall own it, in their order")
    .action(create);
  withWait(noun.command("delete <group>").description("delete a group"))
    .option("--recursive", "with its resources")
    .option("--force", "though it is not offline")
    .action(remove);
  withWait(noun.command("move <group>").description("give a group to another node: offline here, then online there"))
    .option("--to <node>", "which node (default: the best one)")
    .option("--at <time>", "not now but then, such as 2026-12-01T02:00:00Z")
    .addHelpText("after", "\nExample: bridgehead group move Exchange --to NODE2 --wait")
    .action(move);
  withDryRun(noun.command("cancel <group>").description("call off a move that waits or is under way")).action(cancel);
  withWait(noun.command("online <group>").description("bring a group online; what has failed is tried again")).action(
    (group: string, flags: ChangeFlags, command: Command) => want(group, "online", flags, command),
  );
  withWait(noun.command("offline <group>").description("take a group offline; it keeps its owner")).action(
    (group: string, flags: ChangeFlags, command: Command) => want(group, "offline", flags, command),
  );
  withDryRun(
    noun.command("prefer <group> [nodes...]").description("say which nodes shall own a group, in their order"),
  ).action(prefer);
  withDryRun(
    noun
      .command("depend-on <group> [groups...]")
      .description("say which groups must be online before this one comes online"),
  ).action(dependOn);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getCluster(name));
  print(output, view.groups, groupRows(view));
}

async function show(group: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const found = await ask((client) => client.getGroup(name, group));
  print(output, found, [], () => `${facts(groupFacts(found))}\n\n${table(groupResourceRows(found))}`);
}

async function explain(group: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const explanation = await ask((client) => client.explainGroup(name, group));
  print(output, explanation, [], () => explanationText(explanation));
}

type CreateOptions = ChangeFlags & { readonly prefer?: string[] };

function create(group: string, { prefer: preferred = [], ...flags }: CreateOptions, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) =>
      client.createGroup(cluster, { name: group, preferredOwners: preferred }, options),
    said: `Group ${group} is created.`,
  });
}

type RemoveOptions = ChangeFlags & { readonly recursive?: true; readonly force?: true };

function remove(group: string, { recursive, force, ...flags }: RemoveOptions, command: Command): Promise<void> {
  const how = { ...(recursive === true ? { recursive } : {}), ...(force === true ? { force } : {}) };
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.deleteGroup(cluster, group, { ...options, ...how }),
    said: `Group ${group} is deleted.`,
  });
}

type MoveOptions = ChangeFlags & { readonly to?: string; readonly at?: string };

function move(group: string, { to, at, ...flags }: MoveOptions, command: Command): Promise<void> {
  const when = at === undefined ? null : Date.parse(at);
  if (Number.isNaN(when)) throw usageError(`${at} is no time; write it such as 2026-12-01T02:00:00Z.`);
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.moveGroup(cluster, group, { target: to ?? null, at: when }, options),
    said: when === null ? `${group} is on its way.` : `${group} shall move at ${new Date(when).toISOString()}.`,
  });
}

function cancel(group: string, flags: ChangeFlags, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.commandGroup(cluster, group, "cancel", options),
    said: `${group} stays where it is.`,
  });
}

function want(group: string, wanted: "online" | "offline", flags: ChangeFlags, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.commandGroup(cluster, group, wanted, options),
    said: `${group} shall be ${wanted}.`,
  });
}

function prefer(group: string, nodes: readonly string[], flags: ChangeFlags, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.setPreferredOwners(cluster, group, nodes, options),
    said: nodes.length === 0 ? `${group} prefers no node.` : `${group} prefers ${nodes.join(", then ")}.`,
  });
}

function dependOn(group: string, groups: readonly string[], flags: ChangeFlags, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.setGroupDependencies(cluster, group, groups, options),
    said: groups.length === 0 ? `${group} waits for no group.` : `${group} starts after ${groups.join(", ")}.`,
  });
}
