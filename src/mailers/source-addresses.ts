import { statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { domainToASCII } from "node:url";
import { familyOf } from "../cluster/definition/ip-address.ts";
import type { Bind, Defer, Deny } from "../cluster/questions/verdict.ts";
import { monotonicMs } from "../mta/clock.ts";
import { localVerdicts, type WatchedBind } from "../mta/local-verdicts.ts";
import { type FedVerdict, openVerdictFeed } from "./verdict-feed.ts";
import { covers, mostSpecificFirst } from "./routes.ts";
import { isMissing } from "../mta/error-code.ts";

/** Where `agent install` puts them. */
export const defaultConfigFile = "/etc/bridgehead/agent.yaml";
export const defaultSocketPath = "/run/bridgehead/agent.sock";
export const defaultSocketmapPath = "/run/bridgehead/socketmap.sock";

/** As `GetNodeClusterState` of clusapi has it, without the states of an installation. */
export type NodeClusterState = "ClusterStateNotConfigured" | "ClusterStateNotRunning" | "ClusterStateRunning";

export type AgentOfThisHost = {
  /** The agent's configuration: a host without it belongs to no cluster. */
  readonly configFile?: string;
  /** The agent's local socket. */
  readonly socketPath?: string;
};

/** Whether a host with this configuration of an agent belongs to a cluster. One that cannot be looked at is there, as far as anybody knows. */
export function isConfigured(configFile: string): boolean {
  try {
    statSync(configFile);
    return true;
  } catch (error) {
    return !isMissing(error);
  }
}

/** Whether this host belongs to a cluster, and whether its agent answers. It never rejects. */
export async function nodeClusterState(agent: AgentOfThisHost = {}): Promise<NodeClusterState> {
  const { configFile = defaultConfigFile, socketPath = defaultSocketPath } = agent;
  if (!isConfigured(configFile)) return "ClusterStateNotConfigured";
  return (await answers(socketPath)) ? "ClusterStateRunning" : "ClusterStateNotRunning";
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const end = (isThere: boolean) => () => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", end(true)).once("error", end(false));
  });
}

export type SourceAddressesOptions = AgentOfThisHost & {
  /** The virtual server's group. */
  readonly group: string;
  /**
   * What a host that belongs to no cluster is to do. `refuse`: it is an error, as it is when a node has lost its configuration.
   * `standalone`: it calls as it did before there was a cluster. A node whose agent is away is no such host, and never calls so.
   */
  readonly withoutCluster?: "refuse" | "standalone";
};

/** From where to call, or not to. It has no case without a decision, and none but `BIND` has an address. */
export type SourceAnswer = BindNow | Defer | Deny | Standalone;

export type BindNow = Omit<Bind, "validForMs"> & {
  /** Aborted at the moment at which a connection that is not complete has to be given up. */
  readonly expired: AbortSignal;
};

/** This host belongs to no cluster, and the program said that it may call all the same. */
export type Standalone = { readonly decision: "STANDALONE" };

export type SourceAddresses = {
  /**
   * Asks anew, before each connection: nothing is remembered. An agent that does not answer is a `DEFER`.
   * @param destination the host that shall be called
   */
  readonly ask: (destination: string) => Promise<SourceAnswer>;
};

export class SourceAddressError extends Error {
  override readonly name = "SourceAddressError";
  readonly code = "no-agent-configured";
}

function assertConfigured(configFile: string): void {
  if (isConfigured(configFile)) return;
  throw new SourceAddressError(
    `This host belongs to no cluster: ${configFile} is not there. A program that may run without one says \`withoutCluster: "standalone"\`.`,
  );
}

/** What a program asks that opens connections for a virtual server. Throws `SourceAddressError` on a host that belongs to no cluster. */
export function sourceAddresses(options: SourceAddressesOptions): SourceAddresses {
  const { group, configFile = defaultConfigFile, socketPath = defaultSocketPath, withoutCluster = "refuse" } = options;
  if (withoutCluster === "refuse") assertConfigured(configFile);
  const verdicts = localVerdicts({ socketPath, group });
  return {
    ask: async (destination) => {
      // Each time: a host may join a cluster while the program runs.
      if (withoutCluster === "standalone" && !isConfigured(configFile)) return { decision: "STANDALONE" };
      const { verdict, askedAtMs } = await verdicts.ask(asDnsHasIt(destination));
      if (verdict.decision !== "BIND") return verdict;
      const { validForMs, ...bind } = verdict;
      const leftMs = Math.floor(askedAtMs + validForMs - monotonicMs());
      if (leftMs <= 0) return { decision: "DEFER", reason: "fuse-blown", retryAfterMs: 250 };
      return { ...bind, expired: AbortSignal.timeout(leftMs) };
    },
  };
}

/** An answer that is there already. `expired` is made when it is asked for. */
export type LiveAnswer = LiveBind | Defer | Deny;
export type LiveBind = Omit<BindNow, "expired"> & {
  readonly expired: AbortSignal;
  /** The same moment, in milliseconds of CLOCK_MONOTONIC (`process.hrtime`). */
  readonly until: number;
};

export type LiveSourceAddress = {
  /** The answer of this instant, without asking: what the agent told last, while that lasts. */
  readonly now: () => LiveAnswer;
  /** Resolves when the agent was heard, or found to be away or silent, for the first time: before, the answer is `DEFER`. */
  readonly begun: Promise<void>;
  /** Ends the connection; the answer is `DEFER` from then on. */
  readonly close: () => void;
};

/**
 * The answers of a virtual server's agent on a connection that stays, one of 32 that the agent has for this, for programs that open very many
 * connections. What the agent takes back is known here a moment later, when this program reads it; no connection can be opened from an address
 * that is gone. Throws `SourceAddressError` on a host that belongs to no cluster.
 */
export function liveSourceAddress(options: Omit<SourceAddressesOptions, "withoutCluster">): LiveSourceAddress {
  const { group, configFile = defaultConfigFile, socketPath = defaultSocketPath } = options;
  assertConfigured(configFile);
  const feed = openVerdictFeed({ socketPath, group });
  let last: { readonly of: FedVerdict; readonly answer: LiveAnswer } | null = null;
  return {
    ...feed,
    now: () => {
      const verdict = feed.now();
      if (last?.of !== verdict)
        last = { of: verdict, answer: verdict.decision === "BIND" ? liveBind(verdict) : verdict };
      return last.answer;
    },
  };
}

function liveBind(bind: WatchedBind): LiveBind {
  return {
    ...bind,
    get expired() {
      return AbortSignal.timeout(Math.max(0, Math.floor(bind.until - monotonicMs())));
    },
  };
}

export type RoutedSourceAddressesOptions = SourceAddressesOptions & {
  /** Groups by the domain that their mail is for; `.example.org` stands for all below it. All other mail is that of `group`. */
  readonly routes?: Readonly<Record<string, string>>;
};

/**
 * The same for a program that calls for several virtual servers: whom to ask follows from the domain that a message is for, which is not
 * the host that is called for it. Throws `SourceAddressError` on a host that belongs to no cluster.
 */
export function routedSourceAddresses({
  routes = {},
  ...options
}: RoutedSourceAddressesOptions): (domain: string) => SourceAddresses {
  const others = sourceAddresses(options);
  const routed = mostSpecificFirst(
    Object.entries(routes).map(([domain, group]) => ({
      domain: domain.startsWith(".") ? `.${asDnsHasIt(domain.slice(1))}` : asDnsHasIt(domain),
      addresses: sourceAddresses({ ...options, group }),
    })),
  );
  return (domain) => {
    const name = asDnsHasIt(domain.replace(/\.$/, ""));
    return routed.find((route) => covers(route, name))?.addresses ?? others;
  };
}

/** In ASCII and small letters; what is no name stays as it is. */
function asDnsHasIt(name: string): string {
  return domainToASCII(name) || name;
}

/**
 * A TCP connection from exactly the address of the answer, any port, to a host name's address of the same family. Rejects with an error
 * that has a `code`: those of Node (EADDRNOTAVAIL when the address has gone from this host), and ETIMEDOUT when the answer's time was
 * over before it was complete. There is no second try from another address.
 */
export function connectFrom(
  from: BindNow | Standalone,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Socket> {
  if (from.decision === "STANDALONE") return connected(connect({ host, port }), null);
  const { address, expired } = from;
  const bound = { localAddress: address, family: familyOf(address), autoSelectFamily: false };
  return connected(connect({ host, port, ...bound }), expired);
}

function connected(socket: Socket, expired: AbortSignal | null): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      const error = new Error("the connection was not complete before the answer's time was over");
      socket.destroy(Object.assign(error, { code: "ETIMEDOUT" }));
    };
    const settled = (): void => expired?.removeEventListener("abort", giveUp);
    socket.once("connect", () => {
      settled();
      socket.off("error", reject);
      // One that is reset before its owner listens is destroyed, which he sees, and ends no process.
      socket.on("error", () => {});
      resolve(socket);
    });
    socket.once("error", reject).once("close", settled);
    expired?.addEventListener("abort", giveUp);
    if (expired?.aborted === true) giveUp();
  });
}
