import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeStage, type Stage } from "../../src/cli/demo/stage.ts";
import { exchange, startExchange, type ExchangeNode, type RunningExchange } from "../../src/cli/local/exchange.ts";

import type { ClusterView, GroupView } from "../../src/cluster/questions/view.ts";
import { localVerdicts } from "../../src/mta/local-verdicts.ts";
import type { Verdict } from "../../src/cluster/questions/verdict.ts";
import { until } from "../support/until.ts";

/** The knowledge-base cluster in a temporary folder, on addresses of its own; ended and removed by `close`. */
export type TestExchange = {
  readonly stage: Stage;
  readonly running: RunningExchange;
  readonly view: () => Promise<ClusterView>;
  readonly group: () => Promise<GroupView>;
  readonly verdict: (node: ExchangeNode) => Promise<Verdict>;
  /** Waits until this node's agent says `BIND`. */
  readonly bound: (node: ExchangeNode, patienceMs?: number) => Promise<number>;
  readonly close: () => Promise<void>;
};

export async function openExchange(): Promise<TestExchange> {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-e2e-"));
  const stage = await freeStage(folder);
  const running = await startExchange({ ...stage, folder: stage.stateFolder, port: 0 });
  const view = (): Promise<ClusterView> => running.ask((client) => client.getCluster(exchange.cluster));
  const verdict = async (node: ExchangeNode): Promise<Verdict> =>
    (await localVerdicts({ socketPath: running.agentSocket(node), group: exchange.group }).ask(stage.peer.host))
      .verdict;
  return {
    stage,
    running,
    view,
    group: async () => {
      const group = (await view()).groups[exchange.group];
      if (group === undefined) throw new Error("the group is not there");
      return group;
    },
    verdict,
    bound: async (node, patienceMs = 15_000) => {
      let epoch = 0;
      await until(
        async () => {
          const answer = await verdict(node);
          if (answer.decision === "BIND") epoch = answer.epoch;
          return answer.decision === "BIND";
        },
        patienceMs,
        `BIND on ${node}`,
      );
      return epoch;
    },
    close: async () => {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A command as people start it, with what it wrote. */
export type Command = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | string>;
};

export function startCommand(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = process.env): Command {
  const bin = join(import.meta.dirname, "..", "..", "bin", "bridgehead.js");
  return startNode([bin, ...args], env, cwd);
}

/** Node with these arguments, such as `--eval` and a program's text. */
export function startNode(args: readonly string[], env: NodeJS.ProcessEnv, cwd = tmpdir()): Command {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let written = "";
  const take = (chunk: Buffer): void => {
    written += chunk.toString("utf8");
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const ended = once(child, "close").then(([code, signal]: (number | string | null)[]) => code ?? signal ?? "?");
  return { child, output: () => written, ended };
}

/** Processes whose command line holds this text. A folder's name in it makes it ours alone. */
export function processesOf(text: string): string[] {
  return execPids().filter((pid) => commandLineOf(pid).includes(text));
}

function execPids(): string[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

// --- sockets of the kernel ------------------------------------------------------------------------------------------

/** States of /proc/net/tcp (include/net/tcp_states.h). */
const tcpStates = { established: "01", listen: "0A" } as const;

/** How many sockets listen on an address and port, and how many are open from it, at this instant. */
export function socketsOf(address: string, port: number): { listening: number; calling: number } {
  const lines = readFileSync("/proc/net/tcp", "latin1").split("\n").slice(1);
  const fields = lines
    .map((line) => line.trim().split(/\s+/))
    .filter((line) => line[1]?.startsWith(hexAddress(address)));
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  return {
    listening: fields.filter(([, local, , state]) => state === tcpStates.listen && local?.endsWith(`:${hexPort}`))
      .length,
    calling: fields.filter(
      ([, local, remote, state]) =>
        state === tcpStates.established && !local?.endsWith(`:${hexPort}`) && remote?.endsWith(`:${hexPort}`),
    ).length,
  };
}

/** As the kernel prints it on a little-endian machine. */
function hexAddress(address: string): string {
  return address
    .split(".")
    .toReversed()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, "0"))
    .join("");
}

/** Looks at the sockets of an address each millisecond; `end` says the most that were there at one time. */
export function watchSockets(
  address: string,
  port: number,
): { end: () => { listening: number; calling: number; samples: number } } {
  let listening = 0;
  let calling = 0;
  let samples = 0;
  const timer = setInterval(() => {
    const now = socketsOf(address, port);
    listening = Math.max(listening, now.listening);
    calling = Math.max(calling, now.calling);
    samples += 1;
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return { listening, calling, samples };
    },
  };
}
