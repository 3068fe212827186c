import type { Command } from "commander";
import { change, changes } from "../change.ts";
import { asksFirst } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { print, printOne } from "../output.ts";
import { registerProperties } from "../property-verbs.ts";
import { examples } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .command("list")
    .description("the types that a resource can be of")
    .action(list)
    .addHelpText("after", examples("resource-type list"));
  noun
    .command("show <type>")
    .description("a type: its private properties, what it stands on, how often it is asked")
    .action(show)
    .addHelpText("after", examples('resource-type show "Message Transfer Agent"'));
  changes(noun.command("create <name>"), { waits: false })
    .description("make a type of your own, with intervals of its own")
    .requiredOption("--based-on <type>", "the built-in type that serves it")
    .action(create)
    .addHelpText("after", examples('resource-type create "Slow Disk" --based-on "Physical Disk"'));
  changes(asksFirst(noun.command("delete <type>")), { waits: false })
    .description("delete a type of your own that no resource is of")
    .action(remove)
    .addHelpText("after", examples('resource-type delete "Slow Disk"'));
  registerProperties(noun, {
    noun: "resource-type",
    argument: "<type>",
    example: { of: '"Slow Disk"', set: "PendingTimeout=300000" },
    find: (_place, name) => ({ kind: "resource-type", name }),
  });
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listResourceTypes(name));
  const rows = document.resourceTypes.map(({ name: type, basedOn, resources, requiredDependencies }) => ({
    type,
    "based on": basedOn ?? "(built in)",
    resources,
    "stands on": requiredDependencies.join(", "),
  }));
  print(output, document, rows);
}

async function show(type: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const found = await ask((client) => client.getResourceType(name, type));
  const { LooksAlivePollInterval, IsAlivePollInterval, PendingTimeout, DeadlockTimeout } = found.intervals;
  printOne(output, found, {
    type,
    "based on": found.basedOn ?? "(built in)",
    resources: found.resources,
    "stands on": found.requiredDependencies.join(", ") || "nothing",
    properties: found.properties.join(", "),
    "looks alive": `each ${LooksAlivePollInterval} ms`,
    "is alive": `each ${IsAlivePollInterval} ms`,
    "pending for": `${PendingTimeout} ms at most`,
    "one call": `${DeadlockTimeout} ms at most`,
  });
}

async function create(name: string, { basedOn }: { readonly basedOn: string }, command: Command): Promise<void> {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, how) => client.createResourceType(cluster, { name, basedOn }, how),
      said: () => `Resource type ${name} is created.`,
    }),
  });
}

async function remove(type: string, _options: unknown, command: Command): Promise<void> {
  await change(command, {
    question: `Delete resource type ${type}?`,
    plan: ({ cluster }) => ({
      send: (client, how) => client.deleteResourceType(cluster, type, how),
      said: () => `Resource type ${type} is deleted.`,
    }),
  });
}
