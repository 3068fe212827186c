import type { Command } from "commander";
import { contextOf } from "../context.ts";
import { usageError } from "../errors.ts";
import { print, write } from "../output.ts";
import { nodeRows } from "../rows.ts";

export function register(noun: Command): void {
  noun.command("list").description("the nodes, and what each of them owns").action(list);
  noun
    .command("pause <node>")
    .description("let a node own nothing new; its groups go elsewhere")
    .option("--no-drain", "it keeps what it owns")
    .action(pause);
  noun.command("resume <node>").description("end a pause").action(resume);
  noun
    .command("confirm-down <node>")
    .description("say that a node's host is certainly off: its ownerships end at once")
    .option("--yes", "it is off, or cut off from power: if it runs, two hosts speak from one address")
    .action(confirmDown);
}

async function list(_options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const view = await ask((client) => client.getCluster(name));
  print(output, view.nodes, nodeRows(view));
}

async function pause(node: string, { drain }: { readonly drain: boolean }, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const accepted = await ask((client) => client.pauseNode(name, node, { drain }));
  if (output === "json") return print(output, accepted, []);
  write(drain ? `${node} is paused; its groups go to other nodes.` : `${node} is paused; it keeps what it owns.`);
}

async function resume(node: string, _options: unknown, command: Command): Promise<void> {
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const accepted = await ask((client) => client.resumeNode(name, node));
  if (output === "json") return print(output, accepted, []);
  write(`${node} may own groups again.`);
}

async function confirmDown(node: string, { yes }: { readonly yes?: true }, command: Command): Promise<void> {
  if (yes !== true) {
    throw usageError(
      `Is the host of ${node} certainly off? If it runs, two hosts may speak from one address. Say --yes if it is.`,
    );
  }
  const { ask, output, cluster } = contextOf(command);
  const name = await cluster();
  const accepted = await ask((client) => client.confirmNodeDown(name, node));
  if (output === "json") return print(output, accepted, []);
  write(`${node} is confirmed down; what it owned goes to other nodes.`);
}
