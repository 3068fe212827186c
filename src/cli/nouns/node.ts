import { type Command, Option } from "commander";
import { resumeFailbacks, type ResumeFailback } from "../../cluster/events.ts";
import { change, type ChangeFlags, withDryRun, withWait } from "../change.ts";
import { confirm } from "../confirm.ts";
import { contextOf } from "../context.ts";
import { facts, print } from "../output.ts";
import { nodeRows } from "../rows.ts";

export function register(noun: Command): void {
  noun.command("list").description("the nodes, and what each of them owns").action(list);
  noun.command("show <node>").description("one node: its state, its lease, what it owns").action(show);
  withDryRun(noun.command("add <node>").description("add a node; its agent joins with a token of the role node"))
    .requiredOption("--address <address>", "the node's own address")
    .addHelpText("after", "\nExample: bridgehead node add NODE3 --address 192.0.2.3")
    .action(add);
  withWait(noun.command("pause <node>").description("let a node own nothing new; its groups go elsewhere"))
    .option("--no-drain", "it keeps what it owns")
    .option("--to <node>", "where its groups go (default: each to its best node)")
    .action(pause);
  withDryRun(noun.command("resume <node>").description("end a pause, and a quarantine"))
    .addOption(
      new Option("--failback <how>", "what becomes of groups that would rather be there")
        .choices([...resumeFailbacks])
        .default("policy"),
    )
    .action(resume);
  withWait(noun.command("evict <node>").description("take a node out of the cluster; its groups go elsewhere"))
    .option("--yes", "that is meant")
    .action(evict);
  withDryRun(
    noun
      .command("confirm-down <node>")
      .description("say that a node's host is certainly off: its ownerships end at once"),
  )
    .option("--yes", "it is off, or cut off from power: if it runs, two hosts speak from one address")
    .action(confirmDown);
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
  const found = await ask((client) => client.getNode(name, node));
  print(output, found, [], () =>
    facts({
      node: found.name,
      state: found.state,
      address: found.address,
      "lease left": found.leaseRemainingMs === null ? null : `${Math.round(found.leaseRemainingMs)} ms`,
      owns: found.owns.join(", ") || "nothing",
      drain: found.drain === "NotInitiated" ? null : found.drain,
      "in quarantine until": found.quarantinedUntil === null ? null : new Date(found.quarantinedUntil).toISOString(),
      why: found.reason,
    }),
  );
}

type AddOptions = ChangeFlags & { readonly address: string };

function add(node: string, { address, ...flags }: AddOptions, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.addNode(cluster, { name: node, address }, options),
    said: `${node} is a node. Its token: bridgehead token create --role node --node ${node}`,
  });
}

type PauseOptions = ChangeFlags & { readonly drain: boolean; readonly to?: string };

function pause(node: string, { drain, to, ...flags }: PauseOptions, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.pauseNode(cluster, node, { drain, target: to ?? null }, options),
    said: drain ? `${node} is paused; its groups go to other nodes.` : `${node} is paused; it keeps what it owns.`,
  });
}

type ResumeOptions = ChangeFlags & { readonly failback: ResumeFailback };

function resume(node: string, { failback, ...flags }: ResumeOptions, command: Command): Promise<void> {
  return change(command, {
    flags,
    ask: (client, cluster, options) => client.resumeNode(cluster, node, { failback }, options),
    said: `${node} may own groups again.`,
  });
}

type Confirmed = ChangeFlags & { readonly yes?: true };

async function evict(node: string, { yes, ...flags }: Confirmed, command: Command): Promise<void> {
  if (flags.dryRun !== true) await confirm(`${node} will be no node of the cluster any more.`, yes);
  await change(command, {
    flags,
    ask: (client, cluster, options) => client.evictNode(cluster, node, options),
    said: `${node} is evicted; what it owns goes to other nodes.`,
  });
}

async function confirmDown(node: string, { yes, ...flags }: Confirmed, command: Command): Promise<void> {
  if (flags.dryRun !== true) {
    await confirm(`What ${node} owns will be over. If its host runs, two hosts speak from one address.`, yes);
  }
  await change(command, {
    flags,
    ask: (client, cluster, options) => client.confirmNodeDown(cluster, node, options),
    said: `${node} is down: what it owned is over.`,
  });
}
