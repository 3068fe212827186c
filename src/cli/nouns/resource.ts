import type { Command } from "commander";
import type { ResourceStateAnswer } from "../../protocol/objects.ts";
import { change, changes, type Answer, type Place, type Plan } from "../change.ts";
import { asksFirst } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { readDependency } from "../dependency.ts";
import { print, printOne, write } from "../output.ts";
import { registerProperties } from "../property-verbs.ts";
import { findResource } from "../resource-place.ts";
import { resourceRows, resourceSheet } from "../rows.ts";
import { examples } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .command("list")
    .description("the resources of all groups")
    .action(list)
    .addHelpText("after", examples("resource list"));
  ofGroup(noun.command("show <resource>"))
    .description("all that is known of a resource")
    .action(show)
    .addHelpText("after", examples('resource show "Exchange MTA"'));
  changes(noun.command("create <name>"), { waits: true })
    .description("make a resource in a group")
    .requiredOption("--group <group>", "the group that it becomes a part of")
    .requiredOption("--type <type>", 'its type, such as "IP Address"')
    .option("--depends-on <expression>", 'what it stands on: "[Print IP] and [Print Disk]"')
    .option("--owner <node...>", "the nodes that may own it (default: all)")
    .option("--property <name=value>", "a property; may be given many times", collect, [])
    .action(create)
    .addHelpText(
      "after",
      examples('resource create "Print Name" --group Print --type "Network Name" --property Name=PRINTVS'),
    );
  changes(asksFirst(ofGroup(noun.command("delete <resource>"))), { waits: true })
    .description("delete a resource that nothing depends on")
    .action(remove)
    .addHelpText("after", examples('resource delete "Print Name"'));
  registerCommands(noun);
  registerEdits(noun);
  registerProperties(noun, {
    noun: "resource",
    argument: "<resource>",
    example: { of: '"Exchange MTA"', set: "RestartThreshold=5" },
    options: ofGroup,
    find: async (place, name, command) => {
      const { group } = await findResource(place, name, command.opts<GroupOption>().group);
      return { kind: "resource", group, name };
    },
  });
}

/** What is asked of a resource that there is: its verb, what the verb does, and what is said. */
const verbs = [
  ["online", "bring a resource online, with what it stands on", "shall be online"],
  ["offline", "take a resource offline, with what stands on it", "shall be offline"],
  ["fail", "let a resource fail, as if it had; the policies decide what follows", "is told to fail"],
  ["restart", "take a resource down and up again, with what stands on it", "is told to restart"],
] as const;

function registerCommands(noun: Command): void {
  for (const [verb, description, told] of verbs) {
    changes(ofGroup(noun.command(`${verb} <resource>`)), { waits: true })
      .description(description)
      .action((name: string, options: GroupOption, command: Command) =>
        changeResource(command, name, options, (place, { group }) => ({
          send: (client, how) => client.commandResource(place.cluster, group, name, verb, how),
          said: () => `${name} ${told}.`,
          done: () => howItIs(place, name, group),
        })),
      )
      .addHelpText("after", examples(`resource ${verb} "Exchange MTA" --wait`));
  }
}

function registerEdits(noun: Command): void {
  changes(ofGroup(noun.command("move <resource>")), { waits: true })
    .description("give a resource, with all that it is tied to, to another group")
    .requiredOption("--to <group>", "the group that it becomes a part of")
    .action(move)
    .addHelpText("after", examples('resource move "Disk E:" --group Exchange --to Print'));
  changes(ofGroup(noun.command("owners <resource> [node...]")), { waits: true })
    .description("say which nodes may own a resource; without any, show it")
    .option("--all", "every node may")
    .action(owners)
    .addHelpText("after", examples('resource owners "Exchange MTA" NODE1 NODE2'));
  changes(ofGroup(noun.command("depends <resource> [expression]")), { waits: true })
    .description("say what a resource stands on; without an expression, show it")
    .option("--none", "it stands on nothing")
    .action(depends)
    .addHelpText("after", examples('resource depends "Exchange MTA" "[Exchange Name] and [Disk E:]"'));
}

type GroupOption = { readonly group?: string };

function ofGroup(command: Command): Command {
  return command.option("--group <group>", "its group, where two groups have a resource of this name");
}

async function changeResource<T extends Answer>(
  command: Command,
  name: string,
  { group }: GroupOption,
  plan: (place: Place, resource: ResourceStateAnswer) => Plan<T>,
  question?: string,
): Promise<void> {
  await change(command, {
    ...(question === undefined ? {} : { question }),
    plan: async (place) => plan(place, await findResource(place, name, group)),
  });
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const rows = resourceRows(await ask((client) => client.getCluster(name)));
  print(output, rows, rows);
}

async function show(name: string, options: GroupOption, command: Command): Promise<void> {
  const { output, resource } = await found(command, name, options);
  printOne(output, resource, resourceSheet(resource));
}

type CreateOptions = {
  readonly group: string;
  readonly type: string;
  readonly dependsOn?: string;
  readonly owner?: string[];
  readonly property: readonly string[];
};

function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

async function create(name: string, options: CreateOptions, command: Command): Promise<void> {
  const { group, type, owner: possibleOwners = [] } = options;
  const dependsOn = options.dependsOn === undefined ? [] : readDependency(options.dependsOn);
  // What reads values takes a while to load, and no other verb needs it.
  const { readProperties } = await import("../property-values.ts");
  const properties = readProperties(options.property);
  await change(command, {
    plan: ({ ask, cluster }) => ({
      send: (client, how) =>
        client.createResource(cluster, group, { name, type, dependsOn, possibleOwners, properties }, how),
      said: () => `Resource ${name} is created in group ${group}.`,
      done: () => howItIs({ ask, cluster }, name, group),
    }),
  });
}

async function remove(name: string, options: GroupOption, command: Command): Promise<void> {
  await changeResource(
    command,
    name,
    options,
    ({ cluster }, { group }) => ({
      send: (client, how) => client.deleteResource(cluster, group, name, how),
      said: () => `Resource ${name} is deleted from group ${group}.`,
    }),
    `Delete resource ${name}?`,
  );
}

async function move(name: string, options: GroupOption & { readonly to: string }, command: Command): Promise<void> {
  await changeResource(command, name, options, ({ cluster }, { group }) => ({
    send: (client, how) => client.changeResourceGroup(cluster, group, name, options.to, how),
    said: () => `${name}, with what it is tied to, goes from group ${group} to ${options.to}.`,
  }));
}

async function owners(
  name: string,
  nodes: readonly string[],
  options: GroupOption & { readonly all?: true },
  command: Command,
): Promise<void> {
  if (nodes.length === 0 && options.all !== true) {
    const { output, resource } = await found(command, name, options);
    const { possibleOwners } = resource;
    return output === "json" ? print(output, { owners: possibleOwners }, []) : write(ownersText(name, possibleOwners));
  }
  await changeResource(command, name, options, ({ cluster }, { group }) => ({
    send: (client, how) => client.setPossibleOwners(cluster, group, name, nodes, how),
    said: () => ownersText(name, nodes),
  }));
}

function ownersText(name: string, nodes: readonly string[]): string {
  return `${name} may be owned by ${nodes.join(", ") || "any node"}.`;
}

async function depends(
  name: string,
  expression: string | undefined,
  options: GroupOption & { readonly none?: true },
  command: Command,
): Promise<void> {
  if (expression === undefined && options.none !== true) {
    const { output, ask, cluster, resource } = await found(command, name, options);
    const dependencies = await ask((client) => client.getDependencies(cluster, resource.group, name));
    return output === "json" ? print(output, dependencies, []) : write(dependencies.expression || "(nothing)");
  }
  const dependsOn = expression === undefined ? [] : readDependency(expression);
  await changeResource(command, name, options, ({ cluster }, { group }) => ({
    send: (client, how) => client.setDependencies(cluster, group, name, dependsOn, how),
    said: () => `${name} stands on ${expression ?? "nothing"}.`,
  }));
}

async function found(command: Command, name: string, { group }: GroupOption) {
  const { ask, output, cluster: chosen } = contextOf(command);
  const cluster = await chosen();
  return { ask, output, cluster, resource: await findResource({ ask, cluster }, name, group) };
}

async function howItIs({ ask, cluster }: Place, name: string, group: string): Promise<string> {
  const { state, owner } = await ask((client) => client.getResource(cluster, group, name));
  return `${name} is ${state} on ${owner ?? "no node"}.`;
}
