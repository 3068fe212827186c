import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import { driverTypes } from "../agent/drivers/registry.ts";
import { canonicalAddress } from "../mta/canonical-address.ts";
import { defaultUrl, urlOf } from "./context.ts";
import { CliError, messageOf, usageError } from "./errors.ts";
import { parseYaml } from "./yaml-file.ts";

/** A domain as DNS and mail addresses have it, an internationalized one as its A-labels. */
const domain = z
  .string()
  .regex(/^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/i, "must be a domain, such as example.org");

const address = z.union([z.ipv4(), z.ipv6()]);

/** A name or an address, and nothing that belongs to another key. */
const host = z
  .string()
  .refine(
    (text) => address.safeParse(text).success || /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?$/i.test(text),
    "must be the name or the address of a host, without a port, which is `port`",
  );

const agentConfigSchema = z.strictObject({
  node: z.string().exactOptional(),
  cluster: z.string().exactOptional(),
  url: z.string().exactOptional(),
  tokenFile: z.string().exactOptional(),
  state: z.string().exactOptional(),
  socket: z.string().exactOptional(),
  socketmap: z.string().exactOptional(),
  /** Who may ask at both sockets beside the agent's user: a group, by name or number; without it, the agent's own. */
  socketGroup: z.union([z.string(), z.int().min(0)]).exactOptional(),
  /** The resource types that this host takes, whatever a definition asks for; without it, all. */
  resourceTypes: z.array(z.enum(driverTypes)).exactOptional(),
  /** Where a guard listens that somebody else starts; without it the agent starts its own. */
  guardSocket: z.string().exactOptional(),
  /** Tells the network whose an address is, where that is not told by ARP. */
  addressScript: z.string().exactOptional(),
  /** A file in the form of hosts(5) that shows the names of the virtual servers that are here. */
  hostsFile: z.string().exactOptional(),
  /** Takes dynamic updates of names; `key` is a file as `tsig-keygen` writes it. */
  nameServer: z
    .strictObject({ host: z.string(), port: z.int().min(1).max(65_535).default(53), key: z.string() })
    .exactOptional(),
  /** Behind NAT: as which address the world sees one of this host's, such as a virtual IP. `doctor` compares with it. */
  outsideAddresses: z.record(address, address).transform(inOneSpelling).exactOptional(),
  /** By group: the domains for whose senders its virtual server sends. `doctor` looks at what their SPF says of it. */
  senderDomains: z.record(z.string(), z.array(domain).max(50)).exactOptional(),
  /** A mail server that `doctor` greets from the virtual IPs, to be told as whom it sees them. */
  smtpPeer: z.strictObject({ host, port: z.int().min(1).max(65_535).default(25) }).exactOptional(),
  log: z.enum(["json", "text"]).exactOptional(),
});

function inOneSpelling(addresses: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(addresses).map(([here, outside]) => [canonicalAddress(here), canonicalAddress(outside)] as const),
  );
}

/** What a node's agent may be told in a file; options of the command come first. Paths are absolute after loading. */
export type AgentConfig = z.infer<typeof agentConfigSchema>;

/** Reads the file; its relative paths start at its folder. Throws `CliError` that names the file and the line. */
export function loadAgentConfig(file: string): AgentConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError("config-unreadable", `${file} cannot be read: ${messageOf(error)}`);
  }
  const yaml = parseYaml(text, file);
  const parsed = agentConfigSchema.safeParse(yaml.value ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, code, message }) => ({
      path: yaml.placeOf(path),
      code: code ?? "wrong-value",
      sentence: message,
    }));
    throw usageError(`${file} is no configuration of an agent`, { problems });
  }
  const config = { ...parsed.data };
  for (const key of [
    "tokenFile",
    "state",
    "socket",
    "socketmap",
    "guardSocket",
    "addressScript",
    "hostsFile",
  ] as const) {
    const path = config[key];
    if (path !== undefined) config[key] = resolve(dirname(file), path);
  }
  const { nameServer } = config;
  if (nameServer !== undefined) config.nameServer = { ...nameServer, key: resolve(dirname(file), nameServer.key) };
  return config;
}

/** Which agent it is, whom it asks, and where it keeps its things. */
export type AgentPlace = Readonly<Record<"node" | "cluster" | "url" | "state" | "socket", string>>;

/** Options of a command come first, then the environment, then the file, then what is usual. Throws `CliError`. */
export function agentPlace(options: Partial<AgentPlace>, config: AgentConfig): AgentPlace {
  const node = options.node ?? config.node;
  const cluster = options.cluster ?? process.env["BRIDGEHEAD_CLUSTER"] ?? config.cluster;
  if (node === undefined)
    throw usageError("Which node is this? Give --node NODE, or `node` in the configuration file.");
  if (cluster === undefined)
    throw usageError("Of which cluster? Give --cluster NAME, or `cluster` in the configuration file.");
  const state = options.state ?? config.state ?? `.bridgehead/agents/${node}`;
  return {
    node,
    cluster,
    url: urlOf(options.url ?? process.env["BRIDGEHEAD_URL"] ?? config.url ?? defaultUrl),
    state,
    socket: options.socket ?? config.socket ?? `${state}/agent.sock`,
  };
}

/** Where the guard of an agent listens: somebody else's, or the one that the agent starts. */
export function guardPath({ guardSocket }: AgentConfig, state: string): string {
  return guardSocket ?? `${state}/guard.sock`;
}
