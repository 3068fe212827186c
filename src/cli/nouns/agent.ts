import { dirname, resolve } from "node:path";
import type { Command } from "commander";
import type { Surroundings } from "../../agent/drivers/registry.ts";
import { openLinuxHost, type GuardPlace } from "../../agent/linux/linux-host.ts";
import { makingToken } from "../../agent/link-sentences.ts";
import { createLog, type LogFormat } from "../../agent/log.ts";
import { type AgentEnd, runAgent } from "../../agent/main.ts";
import type { PeerEndpoint } from "../../agent/peers/channel.ts";
import { monotonicMs } from "../../mta/clock.ts";
import { begun } from "../begun.ts";
import { agentPlace, guardPath, loadAgentConfig, type AgentConfig } from "../agent-config.ts";
import { usageError } from "../errors.ts";
import { groupId } from "../local/group-id.ts";
import { assertPeerListen } from "../peer-listen.ts";
import { onEndingSignals } from "../local/signals.ts";
import { commandModule } from "../package-files.ts";
import { assertToken, readSecret } from "../secret-file.ts";
import { examples } from "../verb.ts";
import { registerInstall } from "./agent-install.ts";
import { registerOcf } from "./agent-ocf.ts";

type AgentCommandOptions = {
  readonly node?: string;
  readonly config?: string;
  readonly socket?: string;
  readonly socketmap?: string;
  readonly socketGroup?: string;
  readonly peerListen?: string;
  readonly state?: string;
  readonly base?: string;
  readonly addressScript?: string;
  readonly log?: LogFormat;
  readonly url?: string;
  readonly cluster?: string;
  readonly tokenFile?: string;
};

export function register(noun: Command): void {
  noun
    .option("--node <node>", "this node's name in the cluster")
    .option("--config <file>", "YAML with any of these options, and those of the control plane")
    .option("--socket <path>", "local socket, for mailers that ask from which address to call")
    .option("--socketmap <path>", "the same for Postfix (socketmap)")
    .option("--socket-group <group>", "group that may ask at both sockets (default: the agent's own)")
    .option(
      "--peer-listen <address:port>",
      "where agents of other nodes reach this one by UDP (onControlPlaneLoss: hold-while-peers-agree)",
    )
    .option("--state <folder>", "folder for what the agent remembers")
    .option("--base <folder>", "where relative file names in properties start (default: the folder of the config)")
    .option("--address-script <file>", "tells the network whose an address is, where it is not told by ARP (clouds)")
    .option("--log <format>", "json or text, on stderr")
    .action(async (_options: unknown, command: Command) => agent(command.optsWithGlobals<AgentCommandOptions>()))
    .addHelpText("after", examples("agent --cluster exchange --node NODE1 --token-file NODE1.token"));
  registerInstall(noun);
  registerOcf(noun);
}

async function agent(options: AgentCommandOptions): Promise<void> {
  const config = options.config === undefined ? {} : loadAgentConfig(options.config);
  const { node, cluster, url, state, socket } = agentPlace(options, config);
  const token = readTokens(options, config, makingToken({ node, cluster }));
  const hasParent = process.send !== undefined;
  const log = createLog({ format: options.log ?? config.log ?? "text", source: node, secrets: token.all });
  const guard = guardOf(config, state);
  const surroundings = surroundingsOf(options, config, `${cluster}/${node}`);
  const running = await begun(
    runAgent({
      url,
      cluster,
      node,
      token: token.newest,
      stateFolder: state,
      socketPath: socket,
      socketmapPath: options.socketmap ?? config.socketmap ?? null,
      socketGroup: groupOf(options, config),
      peerEndpoint: peerEndpointOf(options, config),
      resourceTypes: config.resourceTypes ?? null,
      baseFolder: resolve(options.base ?? (options.config === undefined ? "." : dirname(options.config))),
      openHost: (incarnation, noticing) =>
        openLinuxHost(
          {
            cluster,
            node,
            url,
            token: token.newest,
            stateFolder: state,
            guard,
            surroundings,
            clock: monotonicMs,
            log: noticing,
          },
          incarnation,
        ),
      log,
    }),
  );
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    log("info", "stopping", "everything goes offline and is released");
    running.stop();
  };
  onEndingSignals(stop, () => void running.terminate().then(() => process.exit(1)));
  // A parent that started this agent with an IPC channel, and is gone, wants it gone as well.
  process.once("disconnect", stop);
  if (hasParent && !process.connected) stop();
  log("info", "ended", endSentences[await running.ended]);
  process.off("disconnect", stop);
  if (process.connected) process.disconnect();
}

function groupOf(options: AgentCommandOptions, config: AgentConfig): number | null {
  const group = options.socketGroup ?? config.socketGroup;
  return group === undefined ? null : groupId(String(group));
}

function peerEndpointOf(options: AgentCommandOptions, config: AgentConfig): PeerEndpoint | null {
  if (options.peerListen !== undefined) return assertPeerListen(options.peerListen, "--peer-listen");
  return config.peerListen === undefined ? null : assertPeerListen(config.peerListen, "peerListen");
}

function surroundingsOf(options: AgentCommandOptions, config: AgentConfig, mark: string): Surroundings {
  const script = options.addressScript ?? config.addressScript;
  const { hostsFile, nameServer } = config;
  return {
    addressScript: script === undefined ? null : resolve(script),
    hostsFile: hostsFile === undefined ? null : { path: hostsFile, mark },
    nameServer:
      nameServer === undefined ? null : { host: nameServer.host, port: nameServer.port, keyFile: nameServer.key },
  };
}

function guardOf(config: AgentConfig, state: string): GuardPlace {
  const path = guardPath(config, state);
  if (config.guardSocket !== undefined) return { path, start: null };
  return { path, start: { command: process.execPath, args: [commandModule, "guard", "--once", "--socket", path] } };
}

const endSentences: Readonly<Record<AgentEnd, string>> = {
  released: "everything of this node is offline and released",
  "not-told":
    "everything of this node is offline; the control plane could not be told, so another node waits until the lease ends",
  terminated:
    "everything of this node was taken away at once and not released: another node waits until the lease ends",
};

/**
 * The node's token: a file that was named, then the environment, then the configuration's file. `making`: the command that
 * makes one.
 */
function readTokens(options: AgentCommandOptions, config: AgentConfig, making: string) {
  const file = options.tokenFile ?? process.env["BRIDGEHEAD_TOKEN_FILE"] ?? config.tokenFile;
  const given = options.tokenFile === undefined ? process.env["BRIDGEHEAD_TOKEN"] : undefined;
  const first = given ?? (file === undefined ? null : readSecret(file));
  if (first === null) {
    throw usageError(
      file === undefined
        ? "The agent needs its node's token: BRIDGEHEAD_TOKEN, BRIDGEHEAD_TOKEN_FILE or --token-file. " +
            `Make one with: ${making}`
        : `${file} is not there. Make the token with: ${making}`,
    );
  }
  assertToken(first, given === undefined && file !== undefined ? file : "BRIDGEHEAD_TOKEN");
  const all = new Set([first]);
  let newest = first;
  return {
    /** All that there have been: none of them is for the log. */
    all: () => [...all],
    /** A file that is being replaced may be away for a moment. */
    newest: (): string => {
      if (given === undefined && file !== undefined) newest = readQuietly(file) ?? newest;
      all.add(newest);
      return newest;
    },
  };
}

function readQuietly(file: string): string | null {
  try {
    const token = readSecret(file);
    if (token !== null) assertToken(token, file);
    return token;
  } catch {
    return null;
  }
}
