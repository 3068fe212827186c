import { Option, type Command } from "commander";
import { lookup } from "../../cluster/definition/definition.ts";
import { resumeFailbacks, type ResumeFailback } from "../../cluster/events.ts";
import { change, changes } from "../change.ts";
import { asksFirst } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { CliError, exitCodes } from "../errors.ts";
import { hints } from "../hints.ts";
import { print, printOne } from "../output.ts";
import { registerProperties } from "../property-verbs.ts";
import { nodeRows, nodeSheet } from "../rows.ts";
import { examples } from "../verb.ts";

export function register(noun: Command): void {
  noun
    .command("list")
    .description("the nodes, and what each of them owns")
    .action(list)
    .addHelpText("after", examples("node list"));
  noun
    .command("show <node>")
    .description("all that is known of a node")
    .action(show)
    .addHelpText("after", examples("node show NODE1"));
  changes(noun.command("add <name>"), { waits: false })
    .description("add a node; its agent joins with a token of its own")
    .requiredOption("--address <address>", "the node's own IP address")
    .action(add)
    .addHelpText("after", examples("node add NODE3 --address 192.0.2.3"));
  changes(noun.command("pause <node>"), { waits: true })
    .description("let a node own nothing new; its groups go elsewhere")
    .option("--no-drain", "it keeps what it owns")
    .option("--to <node>", "where its groups go (default: the best node for each)")
    .action(pause)
    .addHelpText("after", examples("node pause NODE1 --wait"));
  changes(noun.command("resume <node>"), { waits: false })
    .description("end a pause, and a quarantine")
    .addOption(
      new Option("--failback <kind>", "what becomes of groups that would rather be here")
        .choices([...resumeFailbacks])
        .default("policy"),
    )
    .action(resume)
    .addHelpText("after", examples("node resume NODE1 --failback immediate"));
  changes(asksFirst(noun.command("evict <node>")), { waits: true })
    .description("take a node out of the cluster; its groups go elsewhere")
    .action(evict)
    .addHelpText("after", examples("node evict NODE3 --wait"));
  changes(asksFirst(noun.command("confirm-down <node>")), { waits: false })
    .description("say that a node's host is certainly off: its ownerships end at once")
    .action(confirmDown)
    .addHelpText("after", examples("node confirm-down NODE1 --yes"));
  registerProperties(noun, {
    noun: "node",
    argument: "<node>",
    example: { of: "NODE1", set: 'Description="the left one"' },
    find: (_place, name) => ({ kind: "node", name }),
  });
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getCluster(name));
  print(output, view.nodes, nodeRows(view));
}

async function show(node: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getCluster(name));
  const state = lookup(view.nodes, node);
  if (state === undefined) {
    throw new CliError("node-not-found", "There is no such node", exitCodes.failed, {
      detail: `cluster ${name} has no node ${node}`,
      hint: hints["node-not-found"],
    });
  }
  printOne(output, { name: node, ...state }, nodeSheet(view, node, state));
}

async function add(name: string, { address }: { readonly address: string }, command: Command): Promise<void> {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.addNode(cluster, { name, address }, options),
      said: () =>
        `${name} is a node of cluster ${cluster}. Make its agent's token with:\n` +
        `  bridgehead token create --role node --node ${name}`,
    }),
  });
}

type PauseOptions = { readonly drain: boolean; readonly to?: string | null };

async function pause(node: string, { drain, to = null }: PauseOptions, command: Command): Promise<void> {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.pauseNode(cluster, node, { drain, target: to }, options),
      said: () =>
        drain ? `${node} is paused; its groups go to other nodes.` : `${node} is paused; it keeps what it owns.`,
      done: () => `${node} is paused, and owns nothing.`,
    }),
  });
}

async function resume(node: string, { failback }: { readonly failback: ResumeFailback }, command: Command) {
  await change(command, {
    plan: ({ cluster }) => ({
      send: (client, options) => client.resumeNode(cluster, node, { failback }, options),
      said: ({ changed, entries }) => {
        if (changed.length === 0) return `${node} was not paused; nothing is changed.`;
        const coming = entries.filter(({ kind }) => kind === "group.draining").map(({ group }) => group);
        const home = coming.length === 0 ? "" : ` Coming back: ${coming.join(", ")}.`;
        return `${node} may own groups again.${home}`;
      },
    }),
  });
}

async function evict(node: string, _options: unknown, command: Command): Promise<void> {
  await change(command, {
    question: `Take node ${node} out of the cluster?`,
    plan: ({ cluster }) => ({
      send: (client, options) => client.evictNode(cluster, node, options),
      said: ({ operation }) =>
        operation?.status.state === "Pending"
          ? `${node} is evicted; what it still holds ends now, and goes to other nodes.`
          : `${node} is no node of the cluster any more.`,
      done: () => `${node} is no node of the cluster any more.`,
    }),
  });
}

async function confirmDown(node: string, _options: unknown, command: Command): Promise<void> {
  await change(command, {
    question: `Is the host of ${node} certainly off? If it runs, two hosts may speak from one address.`,
    plan: ({ cluster }) => ({
      send: (client, options) => client.confirmNodeDown(cluster, node, options),
      said: ({ changed }) =>
        changed.length > 0
          ? `${node} is confirmed down; what it held may be owned by others.`
          : `${node} is confirmed down; it held nothing.`,
    }),
  });
}
