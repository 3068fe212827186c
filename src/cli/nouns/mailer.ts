import { resolve } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { lookup } from "../../cluster/definition/definition.ts";
import { parseUnicast } from "../../cluster/definition/ip-address.ts";
import { eximSections } from "../../mailers/exim.ts";
import { harakaSections } from "../../mailers/haraka.ts";
import type { AgentSockets, Section, VirtualServer } from "../../mailers/mailer.ts";
import { nodeSections } from "../../mailers/node.ts";
import { postfixSections, type RoutedServer, transportName } from "../../mailers/postfix.ts";
import { covers, maxRoutes, type Route } from "../../mailers/routes.ts";
import { nameKey, nameSchema } from "../../protocol/names.ts";
import {
  defaultConfigFile,
  defaultSocketmapPath,
  defaultSocketPath,
  isConfigured,
} from "../../mailers/source-addresses.ts";
import { agentPlace, loadAgentConfig, type AgentConfig } from "../agent-config.ts";
import { contextFrom, type GlobalOptions } from "../context.ts";
import { CliError, usageError } from "../errors.ts";
import { isNotThere } from "../known-objects.ts";
import { print, write } from "../output.ts";
import { harakaPlugin } from "../package-files.ts";
import { examples } from "../verb.ts";

type MailerOptions = GlobalOptions & {
  readonly group: string;
  readonly route: readonly Route[];
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
    .addHelpText(
      "after",
      examples("mailer exim --group Exchange", 'mailer exim --group Exchange --route "partner.example=Connector A"'),
    );
  mailer(noun, "postfix", "for Postfix 3.7 or later: a transport that is bound, and the map that leads to it")
    .option(
      "--socketmap <path>",
      "where the agent answers Postfix (default: as the agent's configuration has it)",
      pathOf,
    )
    .option("--address <address>", "the virtual IP; without it the control plane is asked", addressOf)
    .option("--name <name>", "the name to speak under; without it the control plane is asked", hostNameOf)
    .option("--relay <host>", "where all mail goes first, as relayhost has it: [relay.example]:587", relayOf)
    .option("--local <domain...>", "domains whose mail is delivered on this host", domainsOf, [])
    .action((_: unknown, command: Command) => postfix(command))
    .addHelpText("after", examples("mailer postfix --group Exchange --local example.org"));
  mailer(noun, "haraka", "for Haraka 3: a plugin")
    .option("--relay <host>", "where all mail goes first: relay.example:587", relayOf)
    .action((_: unknown, command: Command) => {
      const { relay } = command.opts<{ relay?: string }>();
      show(command, (sockets) => harakaSections(sockets, harakaPlugin, relay ?? null));
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
    .requiredOption("--group <group>", "the virtual server's group", groupOf)
    .option(
      "--route <domain=group>",
      "mail for this domain (.example.org: all below it) is called for by another group; may be repeated",
      routeOf,
      [],
    )
    .option("--config <file>", "the agent's configuration on this host", defaultConfigFile)
    .option("--socket <path>", "the agent's local socket (default: as its configuration has it)", pathOf);
}

function show(command: Command, sectionsOf: (sockets: AgentSockets) => readonly Section[]): void {
  const options = command.optsWithGlobals<MailerOptions>();
  printSections(options, sectionsOf(socketsOf(options)));
}

async function postfix(command: Command): Promise<void> {
  const options = command.optsWithGlobals<PostfixOptions>();
  const { group, route: routes, relay = null, local } = options;
  const here = routes.find((route) => local.some((domain) => covers({ domain: domain.toLowerCase() }, route.domain)));
  if (here !== undefined) {
    throw usageError(`${here.domain} is delivered on this host (--local): no group calls for it.`);
  }
  const socketmap = pathOfAgent(options, "socketmap", ({ socketmap: path }) => path);
  const servers = await virtualServersOf(options);
  const server = servers(group);
  const routed = routes.map((route) => ({ ...route, server: servers(route.group) }));
  assertTransportsDiffer([{ group, server }, ...routed]);
  printSections(options, postfixSections({ group, relay }, socketmap, server, local, routed));
}

/** A service of Postfix has fewer letters than a network name. */
function assertTransportsDiffer(servers: readonly Pick<RoutedServer, "group" | "server">[]): void {
  const names = new Map<string, string>();
  for (const { group, server } of servers) {
    const transport = transportName(server.networkName);
    const other = names.get(transport) ?? group;
    if (nameKey(other) !== nameKey(group)) {
      const refusal = `${other} and ${group} would both have ${transport} in master.cf`;
      const detail = "their network names differ in nothing that a service's name may have";
      throw new CliError("same-transport", refusal, undefined, { detail });
    }
    names.set(transport, group);
  }
}

function socketsOf(options: MailerOptions): AgentSockets {
  const { group, route: routes, config: configFile } = options;
  const socket = pathOfAgent(options, "socket", (config) => {
    return config.socket ?? (config.state === undefined ? undefined : agentPlace({}, config).socket);
  });
  return { group, socket, configFile, routes };
}

/** Where the agent of this host answers. Throws `CliError` on a host that belongs to no cluster: a mailer there is best left as it is. */
function pathOfAgent(
  options: MailerOptions & { readonly socketmap?: string },
  name: "socket" | "socketmap",
  configured: (config: AgentConfig) => string | undefined,
): string {
  const given = options[name];
  if (given !== undefined) return given;
  const config = configOf(options);
  if (config === null) {
    throw new CliError("no-agent-configured", "No agent is configured on this host", undefined, {
      detail: `${options.config} is not there, so a mailer here is none of a cluster: leave its configuration as it is`,
      hint: `For another host, name where its agent answers: --${name} PATH.`,
    });
  }
  const path = configured(config);
  if (path !== undefined) return path;
  const usual = name === "socket" ? defaultSocketPath : defaultSocketmapPath;
  throw new CliError(`no-${name}`, "Where the agent of this host answers is not known", undefined, {
    detail: `${options.config} has no \`${name}\``,
    hint: `Add ${name}: ${usual} to it and restart the agent, or give --${name} PATH.`,
  });
}

function configOf({ config }: MailerOptions): AgentConfig | null {
  return isConfigured(config) ? loadAgentConfig(config) : null;
}

/** The virtual server of each group: as the control plane has it, or, of the only one, as the options do. */
async function virtualServersOf(options: PostfixOptions): Promise<(group: string) => VirtualServer> {
  const { address, name, route: routes } = options;
  if ((address !== undefined || name !== undefined) && routes.length > 0) {
    throw usageError("--address and --name do not go with --route", {
      detail: "the control plane is asked for those of each group",
    });
  }
  if (address !== undefined && name !== undefined) return () => ({ address, networkName: name });
  if (address !== undefined || name !== undefined) throw usageError("Give both --address and --name, or neither.");
  const { url, cluster } = configOf(options) ?? {};
  const { ask, cluster: named } = contextFrom({
    ...(url === undefined ? {} : { url }),
    ...(cluster === undefined ? {} : { cluster }),
    ...options,
  });
  const view = await ask(async (client) => client.getCluster(await named()));
  return (group) => {
    const found = lookup(view.groups, group);
    if (found === undefined) {
      throw isNotThere("group", group, view.groups, view.name);
    }
    const { address: virtualIp, networkName } = found;
    if (virtualIp === null || networkName === null) {
      throw new CliError("not-a-virtual-server", `${group} is no virtual server of cluster ${view.name}.`);
    }
    return { address: virtualIp, networkName };
  };
}

function groupOf(text: string): string {
  const parsed = nameSchema.safeParse(text);
  if (parsed.success) return text;
  throw new InvalidArgumentError(`It is no name of a group: ${parsed.error.issues[0]?.message ?? ""}.`);
}

function routeOf(text: string, before: readonly Route[]): readonly Route[] {
  const at = text.indexOf("=");
  if (at < 0) throw new InvalidArgumentError('It should be a domain and a group: "partner.example=Connector A".');
  const domain = text.slice(0, at).toLowerCase();
  if (!isDomain(domain)) throw new InvalidArgumentError(notADomain(domain));
  if (before.some((route) => route.domain === domain)) throw new InvalidArgumentError(`${domain} is given twice.`);
  if (before.length >= maxRoutes) throw new InvalidArgumentError(`There may be ${maxRoutes} of them.`);
  return [...before, { domain, group: groupOf(text.slice(at + 1)) }];
}

function addressOf(text: string): string {
  if (parseUnicast(text) !== null) return text;
  throw new InvalidArgumentError("It is no address of a host.");
}

/** RFC 1123 section 2.1. */
const hostName = /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

function hostNameOf(text: string): string {
  if (hostName.test(text)) return text;
  throw new InvalidArgumentError("It is no name of a host.");
}

/** What the configurations of mailers would take apart, or take for their own. */
function pathOf(text: string): string {
  const path = resolve(text);
  if (/^[A-Za-z0-9/._+-]+$/.test(path)) return path;
  throw new InvalidArgumentError("It should be a path of letters, digits and /._+- alone.");
}

/** A host or an address in brackets, and a port. */
function relayOf(text: string): string {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^[\]:]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain ?? "";
  const isHost = hostName.test(host) || (bracketed !== undefined && parseUnicast(host) !== null);
  if (isHost && (port === undefined || (Number(port) >= 1 && Number(port) <= 65_535))) return text;
  throw new InvalidArgumentError("It should be a host such as relay.example, [relay.example]:587 or [192.0.2.1]:25.");
}

function domainsOf(text: string, before: readonly string[]): readonly string[] {
  const domains = text.split(",").filter((domain) => domain !== "");
  const wrong = domains.find((domain) => !isDomain(domain));
  if (wrong === undefined) return [...before, ...domains];
  throw new InvalidArgumentError(notADomain(wrong));
}

function isDomain(text: string): boolean {
  return hostName.test(text.replace(/^\./, ""));
}

function notADomain(text: string): string {
  return `${text === "" ? "Nothing" : text} is no domain; .example.org stands for all below it.`;
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
