import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { lookup, type ClusterDefinition } from "../../cluster/definition/definition.ts";
import type { TokenRequest } from "../../protocol/tokens.ts";
import { createAsk, type Ask } from "../api.ts";
import { CliError } from "../errors.ts";
import { readSecret, writeSecret } from "../secret-file.ts";
import { startControlPlane, type ControlPlane } from "../workerd/process.ts";
import { startChild, type Child } from "./child.ts";

/** The names in examples/q186756.yaml that the rest of this folder knows. */
export const exchange = {
  cluster: "exchange",
  group: "Exchange",
  peer: "peer.test",
  nodes: ["NODE1", "NODE2"],
} as const;
export type ExchangeNode = (typeof exchange.nodes)[number];

/** File names in the folder of the definition, as in examples/. */
export const exchangeFiles = {
  definition: "q186756.yaml",
  nodePartners: "partners.yaml",
  peerPartners: "peer-partners.yaml",
} as const;

export type ExchangeOptions = {
  /** State: what the control plane keeps, tokens, logs, sockets. */
  readonly folder: string;
  /** Port of the control plane on 127.0.0.1; 0 lets the kernel choose. */
  readonly port: number;
  readonly definition: ClusterDefinition;
  /** Where the partners files are. */
  readonly partnersFolder: string;
  readonly peer: { readonly host: string; readonly port: number };
};

/** The knowledge-base cluster on one machine: control plane, an agent for each node, and the partner's MTA. */
export type RunningExchange = {
  readonly controlPlane: ControlPlane;
  /** With the admin token. */
  readonly ask: Ask;
  /** Those of the example that are part of the cluster: an operator may have taken one out. */
  readonly nodes: readonly ExchangeNode[];
  readonly startAgent: (node: ExchangeNode) => Child;
  readonly agentSocket: (node: ExchangeNode) => string;
  readonly logFile: (name: string) => string;
  /** Ends everything in order: agents, which release what they hold, then the partner, then the control plane. */
  readonly stop: () => Promise<void>;
};

/** An agent ends within its group's offline time and a ttl; a bit more than a lan lease's takes. */
const agentPatienceMs = 6_000;
const peerPatienceMs = 2_000;

/** Starts all but the agents, which `startAgent` does. Rejects with `CliError`; nothing is left running then. */
export async function startExchange(options: ExchangeOptions): Promise<RunningExchange> {
  const { folder, definition } = options;
  const controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: options.port, tls: null });
  const ask = createAsk(controlPlane.url, controlPlane.adminToken);
  const logFile = (name: string): string => join(folder, "logs", `${name}.log`);
  const tokenFile = (name: string): string => join(folder, "tokens", `${name}.token`);
  const agents = new Map<ExchangeNode, Child>();
  const reach = ["--url", controlPlane.url, "--cluster", exchange.cluster];

  function startAgent(node: ExchangeNode): Child {
    const child = startChild(
      ["agent", "--node", node, "--state", statePath(node), "--base", options.partnersFolder]
        .concat(["--socket", agentSocket(node), "--token-file", tokenFile(node)])
        .concat(reach),
      logFile(node),
    );
    agents.set(node, child);
    return child;
  }

  const statePath = (node: ExchangeNode): string => join(folder, "agents", node);
  // Seen from the working folder: a path of a socket has 107 bytes.
  const agentSocket = (node: ExchangeNode): string => relative(process.cwd(), join(folder, `${node}.sock`));

  let peer: Child | null = null;
  async function stop(): Promise<void> {
    await Promise.all([...agents.values()].map((agent) => agent.stop(agentPatienceMs)));
    await peer?.stop(peerPatienceMs);
    await controlPlane.stop();
  }

  let nodes: readonly ExchangeNode[];
  try {
    nodes = await definedNodes(ask, definition);
    for (const node of nodes) await keepToken(ask, tokenFile(node), { role: "node", node });
    await keepToken(ask, tokenFile(exchange.peer), { role: "partner", partner: exchange.peer });
    peer = startPeer(options, reach.concat(["--token-file", tokenFile(exchange.peer)]), logFile(exchange.peer));
    await listening(peer, options, logFile(exchange.peer));
  } catch (error) {
    await stop();
    throw error;
  }
  return { controlPlane, ask, nodes, startAgent, agentSocket, logFile, stop };
}

/** The example's nodes that the cluster has. A cluster that is there already stays as its operator made it. */
async function definedNodes(ask: Ask, definition: ClusterDefinition): Promise<readonly ExchangeNode[]> {
  try {
    const { nodes } = await ask((client) => client.getCluster(definition.cluster));
    return exchange.nodes.filter((node) => lookup(nodes, node) !== undefined);
  } catch (error) {
    const absent =
      error instanceof CliError && (error.code === "cluster-not-found" || error.code === "cluster-not-defined");
    if (!absent) throw error;
    await ask((client) => client.putCluster(definition.cluster, definition));
    return exchange.nodes;
  }
}

/** A token's second part is its id: by it one knows whether the control plane still has the token that a file holds. */
function idOf(token: string): string | undefined {
  return token.split("_")[2];
}

async function keepToken(ask: Ask, file: string, request: TokenRequest): Promise<void> {
  const kept = readSecret(file);
  if (kept !== null) {
    const { tokens } = await ask((client) => client.listTokens(exchange.cluster));
    if (tokens.some(({ id }) => id === idOf(kept))) return;
    rmSync(file);
  }
  const { token } = await ask((client) => client.createToken(exchange.cluster, request));
  writeSecret(file, token);
}

function startPeer({ peer, partnersFolder }: ExchangeOptions, reach: readonly string[], logFile: string): Child {
  const args = ["mta", "listen", "--name", exchange.peer, "--listen", `${peer.host}:${peer.port}`]
    .concat(["--partners", join(partnersFolder, exchangeFiles.peerPartners), "--report", exchange.group])
    .concat(reach);
  return startChild(args, logFile);
}

async function listening(child: Child, { peer }: ExchangeOptions, logFile: string): Promise<void> {
  const how = await Promise.race([child.said.then(() => null), child.ended]);
  if (how === null) return;
  const lastLine = existsSync(logFile) ? (readFileSync(logFile, "utf8").trimEnd().split("\n").at(-1) ?? "") : "";
  throw new CliError(
    "peer-ended",
    `The partner's MTA on ${peer.host}:${peer.port} did not start (${how}): ${lastLine}`,
  );
}

/** The address of a node as defined. Throws for a node that the example does not have: that is a mistake in it. */
export function addressOf(definition: ClusterDefinition, node: ExchangeNode): string {
  const address = lookup(definition.nodes, node)?.address;
  if (address === undefined) throw new Error(`the example has no node ${node}`);
  return address;
}
