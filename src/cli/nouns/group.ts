import { Option, type Command } from "commander";
import { change, changes, type Place } from "../change.ts";
import { asksFirst } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { explanationText } from "../explanation.ts";
import { print, printOne, write, writeTable } from "../output.ts";
import { registerProperties } from "../property-verbs.ts";
import { groupResourceRows, groupRows, groupSheet } from "../rows.ts";
import { examples, momentAfter, once, timeText } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .command("list")
    .description("the groups, and who owns them")
    .action(list)
    .addHelpText("after", examples("group list"));
  noun
    .command("show <group>")
    .description("a group, what is planned for it, and its resources")
    .action(show)
    .addHelpText("after", examples("group show Exchange"));
  noun
    .command("explain <group>")
    .description("why a group is where it is, why not elsewhere, and what comes next")
    .action(explain)
    .addHelpText("after", examples("group explain Exchange"));
  changes(noun.command("create <name>"), { waits: true })
    .description("make a group; resources are added with: resource create")
    .option("--prefer <node...>", "its preferred owners, in their order")
    .option("--depends-on <group...>", "groups that must be online before it")
    .action(create)
    .addHelpText("after", examples("group create Print --prefer NODE2 NODE1"));
  changes(asksFirst(noun.command("delete <group>")), { waits: true })
    .description("delete a group; one that is online, or not empty, must be told so")
    .option("--recursive", "with its resources")
    .option("--force", "though it is not offline")
    .action(remove)
    .addHelpText("after", examples("group delete Print --recursive --wait"));
  changes(noun.command("online <group>"), { waits: true })
    .description("bring a group online, and try again what has failed")
    .action((group: string, _options: unknown, command: Command) => want(group, "online", command))
    .addHelpText("after", examples("group online Exchange --wait"));
  changes(noun.command("offline <group>"), { waits: true })
    .description("take a group offline; it keeps its owner")
    .action((group: string, _options: unknown, command: Command) => want(group, "offline", command))
    .addHelpText("after", examples("group offline Exchange --wait"));
  registerMoves(noun);
  registerOrder(noun);
  registerProperties(noun, {
    noun: "group",
    argument: "<group>",
    example: { of: "Exchange", set: "FailoverThreshold=3 FailoverPeriod=1" },
    find: (_place, name) => ({ kind: "group", name }),
  });
}

function registerMoves(noun: Command): void {
  changes(noun.command("move <group>"), { waits: true })
    .description("give a group to another node: offline here, then online there")
    .option("--to <node>", "which node (default: the best one)")
    .addOption(
      new Option("--at <time>", "not now but then: 2030-01-31T22:00 by this host's clock and zone, or +90m").argParser(
        (text, before: number | undefined) => once(momentAfter(text, Date.now()), before),
      ),
    )
    .action(move)
    .addHelpText(
      "after",
      examples("group move Exchange --to NODE2 --wait", "group move Exchange --to NODE2 --at +90m"),
    );
  changes(noun.command("cancel <group>"), { waits: false })
    .description("call off a move that waits, or one that can still stay")
    .action(cancel)
    .addHelpText("after", examples("group cancel Exchange"));
}

function registerOrder(noun: Command): void {
  changes(noun.command("prefer <group> [node...]"), { waits: true })
    .description("say which nodes shall own a group, the first one rather than the second")
    .option("--none", "no node rather than another")
    .action(prefer)
    .addHelpText("after", examples("group prefer Exchange NODE2 NODE1"));
  changes(noun.command("depend-on <group> [group...]"), { waits: true })
    .description("say which groups must be online before a group comes online")
    .option("--none", "it waits for none")
    .action(dependOn)
    .addHelpText("after", examples("group depend-on Exchange Directory"));
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getCluster(name));
  print(output, view.groups, groupRows(view));
}

async function explain(group: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const explanation = await ask((client) => client.explainGroup(name, group));
  if (output === "json") print(output, explanation, []);
  else write(explanationText(explanation));
}

async function show(group: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getGroup(name, group));
  printOne(output, view, groupSheet(group, view));
  if (output !== "table") return;
  const rows = groupResourceRows(group, view);
  write("");
  if (rows.length === 0) write("It has no resources yet: resource create");
  else writeTable(rows);
}

type CreateOptions = { readonly prefer?: string[]; readonly dependsOn?: string[] };

async function create(
  name: string,
  { prefer: preferredOwners = [], dependsOn = [] }: CreateOptions,
  command: Command,
): Promise<void> {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.createGroup(cluster, { name, preferredOwners, dependsOn }, options),
      said: () => `Group ${name} is created.`,
    }),
  });
}

type DeleteOptions = { readonly recursive?: boolean; readonly force?: boolean };

async function remove(
  group: string,
  { recursive = false, force = false }: DeleteOptions,
  command: Command,
): Promise<void> {
  await change(command, {
    question: `Delete group ${group}${recursive ? " with its resources" : ""}?`,
    plan: ({ cluster }) => ({
      send: (client, options) => client.deleteGroup(cluster, group, { ...options, recursive, force }),
      said: () => `Group ${group} is deleted; its owner takes down what is online of it.`,
      done: () => `Group ${group} is gone.`,
    }),
  });
}

async function want(group: string, wanted: "online" | "offline", command: Command): Promise<void> {
  await change(command, {
    plan: (place) => ({
      send: (client, options) => client.commandGroup(place.cluster, group, wanted, options),
      said: () => `${group} shall be ${wanted}.`,
      done: () => howItIs(place, group),
    }),
  });
}

type MoveOptions = { readonly to?: string; readonly at?: number };

async function move(group: string, { to, at }: MoveOptions, command: Command): Promise<void> {
  await change(command, {
    plan: (place) => ({
      send: (client, options) =>
        client.moveGroup(place.cluster, group, { target: to ?? null, at: at ?? null }, options),
      already: ({ code }) => (code === "already-owner" ? `${group} is on ${to ?? "that node"} already.` : null),
      said: () => (at === undefined ? `${group} is on its way.` : `${group} will move at ${timeText(at)}.`),
      done: () => howItIs(place, group),
    }),
  });
}

async function cancel(group: string, _options: unknown, command: Command): Promise<void> {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.commandGroup(cluster, group, "cancel", options),
      said: () => `The move of ${group} is called off.`,
    }),
  });
}

async function prefer(group: string, nodes: readonly string[], flags: NoneFlag, command: Command): Promise<void> {
  const owners = namedOrNone(nodes, flags, "Which nodes?", "Name them in their order, or say --none.");
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.setPreferredOwners(cluster, group, owners, options),
      said: () => `${group} prefers ${owners.join(", then ") || "no node"}.`,
    }),
  });
}

async function dependOn(group: string, groups: readonly string[], flags: NoneFlag, command: Command): Promise<void> {
  const dependsOn = namedOrNone(groups, flags, "On which groups?", "Name them, or say --none.");
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.setGroupDependencies(cluster, group, dependsOn, options),
      said: () => `${group} waits for ${dependsOn.join(", ") || "no other group"}.`,
    }),
  });
}

type NoneFlag = { readonly none?: true };

/** An empty list has to be said: a name that a script left out must not mean "none". */
function namedOrNone(names: readonly string[], { none }: NoneFlag, title: string, hint: string): readonly string[] {
  if (names.length > 0 === (none === true)) throw usageError(title, { hint });
  return names;
}

async function howItIs({ ask, cluster }: Place, group: string): Promise<string> {
  const { state, owner, epoch } = await ask((client) => client.getGroup(cluster, group));
  return `${group} is ${state} on ${owner ?? "no node"}, epoch ${epoch}.`;
}
