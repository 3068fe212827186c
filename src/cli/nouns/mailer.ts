import { existsSync } from "node:fs";
import type { Command } from "commander";
import { lookup } from "../../cluster/definition/definition.ts";
import { parseUnicast } from "../../cluster/definition/ip-address.ts";
import { eximSections } from "../../mailers/exim.ts";
import { harakaSections } from "../../mailers/haraka.ts";
import type { AgentSockets, Section, VirtualServer } from "../../mailers/mailer.ts";
import { nodeSections } from "../../mailers/node.ts";
import { postfixSections } from "../../mailers/postfix.ts";
import { defaultConfigFile, defaultSocketPath } from "../../mailers/source-addresses.ts";
import { agentPlace, loadAgentConfig, type AgentConfig } from "../agent-config.ts";
import { contextFrom, type GlobalOptions } from "../context.ts";
import { CliError, usageError } from "../errors.ts";
import { print, write } from "../output.ts";
import { harakaPlugin } from "../package-files.ts";
import { examples } from "../verb.ts";

type MailerOptions = GlobalOptions & {
  readonly group: string;
  readonly config: string;
  readonly socket?: string;
};
type PostfixOptions = MailerOptions & {
  readonly socketmap?: string;
  readonly address?: string;
  readonly name?: string;
  readonly relay?: string;
  readonly local: readonly string[];
};

export function register(noun: Command): void {
  mailer(noun, "exim", "for Exim 4: a router that asks, and what each smtp transport takes from the answer")
    .action((_: unknown, command: Command) => show(command, eximSections))
    .addHelpText("after", examples("mailer exim --group Exchange"));
  mailer(noun, "postfix", "for Postfix 3.7 or later: a transport that is bound, and the map that leads to it")
    .option("--socketmap <path>", "where the agent answers Postfix (default: as the agent's configuration has it)")
    .option("--address <address>", "the virtual IP; without it the control plane is asked")
    .option("--name <name>", "the name to speak under; without it the control plane is asked")
    .option("--relay <host>", "where all mail goes first, as relayhost has it: [relay.example]:587")
    .option("--local <domain...>", "domains whose mail is delivered on this host", [])
    .action((_: unknown, command: Command) => postfix(command))
    .addHelpText("after", examples("mailer postfix --group Exchange --local example.org"));
  mailer(noun, "haraka", "for Haraka 3: a plugin")
    .option("--relay <host>", "where all mail goes first: relay.example:587")
    .action((_: unknown, command: Command) => {
      const { relay = null } = command.opts<{ relay?: string }>();
      show(command, (sockets) => harakaSections(sockets, harakaPlugin, relay));
    })
    .addHelpText("after", examples("mailer haraka --group Exchange"));
  mailer(noun, "node", "for any program on Node, with Nodemailer as the example")
    .action((_: unknown, command: Command) => show(command, nodeSections))
    .addHelpText("after", examples("mailer node --group Exchange"));
}

function mailer(noun: Command, name: string, description: string): Command {
  return noun
    .command(name)
    .description(description)
    .requiredOption("--group <group>", "the virtual server's group")
    .option("--config <file>", "the agent's configuration on this host", defaultConfigFile)
    .option("--socket <path>", "the agent's local socket (default: as its configuration has it)");
}

function show(command: Command, sectionsOf: (sockets: AgentSockets) => readonly Section[]): void {
  const options = command.optsWithGlobals<MailerOptions>();
  printSections(options, sectionsOf(socketsOf(options)));
}

async function postfix(command: Command): Promise<void> {
  const options = command.optsWithGlobals<PostfixOptions>();
  const sockets = socketsOf(options);
  if (sockets.socketmap === null) {
    throw new CliError("no-socketmap", "The agent of this host does not answer Postfix", undefined, {
      detail: `${options.config} has no \`socketmap\``,
      hint: "Add socketmap: /run/bridgehead/socketmap.sock to it, restart the agent, or give --socketmap PATH.",
    });
  }
  const server = await virtualServerOf(options);
  const map = { group: options.group, relay: options.relay ?? null };
  printSections(options, postfixSections(map, sockets.socketmap, server, options.local));
}

/** Throws `CliError` on a host that belongs to no cluster: a mailer there is best left as it is. */
function socketsOf(options: MailerOptions & { readonly socketmap?: string }): AgentSockets {
  const { group, socket, socketmap, config: configFile } = options;
  const config = configOf(options);
  if (config !== null) {
    const found = socket ?? agentPlace({}, config).socket;
    return { group, socket: found, socketmap: socketmap ?? config.socketmap ?? null, configFile };
  }
  if (socket === undefined && socketmap === undefined) {
    throw new CliError("no-agent-configured", "No agent is configured on this host", undefined, {
      detail: `${options.config} is not there, so a mailer here is none of a cluster: leave its configuration as it is`,
      hint: "For another host, name the agent's socket there: --socket PATH (Postfix: --socketmap PATH).",
    });
  }
  return { group, socket: socket ?? defaultSocketPath, socketmap: socketmap ?? null, configFile };
}

function configOf({ config }: MailerOptions): AgentConfig | null {
  return existsSync(config) ? loadAgentConfig(config) : null;
}

async function virtualServerOf(options: PostfixOptions): Promise<VirtualServer> {
  const { address, name, group } = options;
  if (address !== undefined && parseUnicast(address) === null) throw usageError(`${address} is no address of a host`);
  if (address !== undefined && name !== undefined) return { address, networkName: name };
  if (address !== undefined || name !== undefined) throw usageError("Give both --address and --name, or neither.");
  const { url, cluster } = configOf(options) ?? {};
  const { ask, cluster: named } = contextFrom({
    ...(url === undefined ? {} : { url }),
    ...(cluster === undefined ? {} : { cluster }),
    ...options,
  });
  const view = await ask(async (client) => client.getCluster(await named()));
  const found = lookup(view.groups, group);
  if (found === undefined) throw new CliError("group-not-found", `There is no group ${group} in cluster ${view.name}.`);
  const { address: virtualIp, networkName } = found;
  if (virtualIp === null || networkName === null) {
    throw new CliError("not-a-virtual-server", `${group} is no virtual server of cluster ${view.name}.`);
  }
  return { address: virtualIp, networkName };
}

function printSections({ output }: GlobalOptions, sections: readonly Section[]): void {
  if (output === "json") return print(output, { sections }, []);
  write(
    sections
      .map(({ place, text }) => `# ${place}\n${text}`)
      .join("\n")
      .trimEnd(),
  );
}
