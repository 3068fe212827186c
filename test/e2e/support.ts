import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
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

/** The sockets that listen on an address and port, and those that are open from it, by inode. */
type Sockets = { readonly listening: readonly string[]; readonly calling: readonly string[] };

export function socketsOf(address: string, port: number): Sockets {
  const lines = readFileSync("/proc/net/tcp", "latin1").split("\n").slice(1);
  const fields = lines
    .map((line) => line.trim().split(/\s+/))
    .filter((line) => line[1]?.startsWith(hexAddress(address)));
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const inodes = (of: (local: string, remote: string, state: string) => boolean): string[] =>
    fields.flatMap(([, local = "", remote = "", state = "", , , , , , inode = ""]) =>
      of(local, remote, state) ? [inode] : [],
    );
  return {
    listening: inodes((local, _remote, state) => state === tcpStates.listen && local.endsWith(`:${hexPort}`)),
    calling: inodes(
      (local, remote, state) =>
        state === tcpStates.established && !local.endsWith(`:${hexPort}`) && remote.endsWith(`:${hexPort}`),
    ),
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

/** The most sockets that were there at one time, each with the process that has it. */
export type MostSockets = { readonly listening: string[]; readonly calling: string[]; readonly samples: number };

/**
 * Looks at the sockets of an address each millisecond. The kernel writes its table piece by piece, so that one reading may hold
 * a socket that is gone and the one that followed it; those that two readings in a row hold were there at one time.
 */
export function watchSockets(address: string, port: number): { end: () => MostSockets } {
  let most: MostSockets = { listening: [], calling: [], samples: 0 };
  let before = socketsOf(address, port);
  const timer = setInterval(() => {
    const now = socketsOf(address, port);
    most = {
      listening: more(most.listening, inBoth(before.listening, now.listening)),
      calling: more(most.calling, inBoth(before.calling, now.calling)),
      samples: most.samples + 1,
    };
    before = now;
  }, 1);
  return {
    end: () => {
      clearInterval(timer);
      return most;
    },
  };
}

/** Whose they are is asked while they are there. */
function more(most: string[], inodes: string[]): string[] {
  return inodes.length <= most.length ? most : inodes.map((inode) => `socket ${inode} of ${ownerOf(inode)}`);
}

function inBoth(before: readonly string[], now: readonly string[]): string[] {
  return now.filter((inode) => before.includes(inode));
}

function ownerOf(inode: string): string {
  const owner = execPids().find((pid) => descriptorsOf(pid).includes(`socket:[${inode}]`));
  return owner === undefined ? "a process that is gone" : `${owner}: ${commandLineOf(owner)}`;
}

function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
