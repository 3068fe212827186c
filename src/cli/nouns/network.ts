import { Option, type Command } from "commander";
import { networkRoles } from "../../cluster/definition/definition.ts";
import { change, changes } from "../change.ts";
import { asksFirst } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { print } from "../output.ts";
import { registerProperties } from "../property-verbs.ts";
import { examples } from "../verb.ts";

type Role = (typeof networkRoles)[number];

export function register(noun: Command): void {
  noun
    .command("list")
    .description("the networks, the first choice first")
    .action(list)
    .addHelpText("after", examples("network list"));
  noun
    .command("interfaces")
    .description("where each node meets each network")
    .action(interfaces)
    .addHelpText("after", examples("network interfaces"));
  changes(noun.command("create <name>"), { waits: false })
    .description("make a network that addresses can be on")
    .requiredOption("--cidr <cidr>", "its addresses, such as 192.0.2.0/24")
    .addOption(new Option("--role <role>", "whose it is").choices([...networkRoles]).default("InternalAndClient"))
    .action(create)
    .addHelpText("after", examples("network create backup --cidr 198.51.100.0/24"));
  changes(asksFirst(noun.command("delete <network>")), { waits: false })
    .description("delete a network that no address is on")
    .action(remove)
    .addHelpText("after", examples("network delete backup"));
  changes(noun.command("order <network...>"), { waits: false })
    .description("say which network is the first choice, which the second: all of them")
    .action(order)
    .addHelpText("after", examples("network order client backup"));
  registerProperties(noun, {
    noun: "network",
    argument: "<network>",
    example: { of: "client", set: 'Description="what clients reach"' },
    find: (_place, name) => ({ kind: "network", name }),
  });
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listNetworks(name));
  const rows = document.networks.map(({ name: network, cidr, role, state, netInterfaces }) => ({
    network,
    state,
    cidr,
    role,
    nodes: netInterfaces.map(({ node }) => node).join(", "),
  }));
  print(output, document, rows);
}

async function interfaces(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const document = await ask((client) => client.listNetInterfaces(name));
  const rows = document.netInterfaces.map(({ name: netInterface, state, node, network, address }) => ({
    interface: netInterface,
    state,
    node,
    network,
    address,
  }));
  print(output, document, rows);
}

async function create(name: string, { cidr, role }: { readonly cidr: string; readonly role: Role }, command: Command) {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, how) => client.createNetwork(cluster, { name, cidr, role }, how),
      said: () => `Network ${name} is created.`,
    }),
  });
}

async function remove(network: string, _options: unknown, command: Command): Promise<void> {
  await change(command, {
    question: `Delete network ${network}?`,
    plan: ({ cluster }) => ({
      send: (client, how) => client.deleteNetwork(cluster, network, how),
      said: () => `Network ${network} is deleted.`,
    }),
  });
}

async function order(networks: readonly string[], _options: unknown, command: Command): Promise<void> {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, how) => client.orderNetworks(cluster, networks, how),
      said: () => `Networks in their order: ${networks.join(", ")}.`,
    }),
  });
}
