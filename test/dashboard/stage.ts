import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeStage, type Stage } from "../../src/cli/demo/stage.ts";
import type { Child } from "../../src/cli/local/child.ts";
import {
  exchange,
  exchangeFiles,
  startExchange,
  type ExchangeNode,
  type RunningExchange,
} from "../../src/cli/local/exchange.ts";
import { startControlPlane, type ControlPlane } from "../../src/cli/workerd/process.ts";
import { mtaAssociate } from "../../src/mta/commands.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/until.ts";

/** The knowledge-base cluster on free addresses and a free port, with its state in a folder that goes with it. */
export type Playing = {
  readonly stage: Stage;
  readonly running: RunningExchange;
  readonly agents: Readonly<Record<ExchangeNode, Child>>;
  /** After `running.controlPlane.stop()`: with the same data, at the same place. */
  readonly restartControlPlane: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Control plane, both agents and the partner; NODE1 owns the group, and NODE2 stands by. */
export async function play(): Promise<Playing> {
  const folder = await mkdtemp(join(tmpdir(), "bridgehead-page-"));
  let running: RunningExchange | null = null;
  let restarted: ControlPlane | null = null;
  const stop = async (): Promise<void> => {
    // The agents go first, while somebody hears what they release.
    await running?.stop();
    await restarted?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const stage = await freeStage(folder);
    const port = await freePort("127.0.0.1");
    running = await startExchange({ ...stage, folder: stage.stateFolder, port });
    const { ask } = running;
    const NODE1 = running.startAgent("NODE1");
    await until(async () => (await ownerOf(ask))?.owner === "NODE1", 15_000, "NODE1 as the owner");
    const NODE2 = running.startAgent("NODE2");
    await until(async () => (await nodeStateOf(ask, "NODE2")) === "Up", 15_000, "NODE2 as a standby");
    const restartControlPlane = async (): Promise<void> => {
      restarted = await startControlPlane({ folder: stage.stateFolder, host: "127.0.0.1", port, tls: null });
    };
    return { stage, running, agents: { NODE1, NODE2 }, restartControlPlane, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Ask = RunningExchange["ask"];

export async function ownerOf(ask: Ask): Promise<{ owner: string | null; epoch: number; state: string } | undefined> {
  const { groups } = await ask((client) => client.getCluster(exchange.cluster));
  return groups[exchange.group];
}

async function nodeStateOf(ask: Ask, node: string): Promise<string | undefined> {
  const { nodes } = await ask((client) => client.getCluster(exchange.cluster));
  return nodes[node]?.leaseRemainingMs == null ? undefined : nodes[node].state;
}

/** The unpatched MTA calls from its node's own address, and the partner refuses it. */
export async function callUnpatched({ stage, running }: Playing): Promise<void> {
  const refused = async (): Promise<boolean> => {
    const { associations } = await running.ask((client) => client.getCluster(exchange.cluster));
    return associations.some(({ state }) => state === "refused");
  };
  await mtaAssociate({
    partner: exchange.peer,
    partnersFile: join(stage.partnersFolder, exchangeFiles.nodePartners),
    unpatchedAddress: `${stage.network}.1`,
    localMtaName: "EXCHVS",
    write: () => {},
  });
  await until(refused, 5_000, "the partner's report of the refusal");
}
