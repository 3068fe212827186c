import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../mta/message-of.ts";
import { endGroups, howItEnded, isGroupAtWork, signalTo } from "../processes.ts";
import { DriverError, type DriverContext } from "./driver.ts";
import { environmentOf } from "./environment.ts";
import { openOutput } from "./output.ts";
import { hasCode } from "../../mta/error-code.ts";

/** A program that runs for a resource, in a process group of its own: what it starts goes with it, unless it leaves that group. */
export type Program = {
  /** How it ended: `exit code 3: last line that it wrote`. Never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly isRunning: () => boolean;
  /** Asks it to end (SIGTERM), and resolves when nothing of it is at work any more, however long that takes. */
  readonly stop: () => Promise<void>;
  /** Ends it (SIGKILL). Rejects when something of it is still at work after a while. */
  readonly kill: () => Promise<void>;
  /** It has ended, and what it has left is nobody's to end. */
  readonly isOver: () => void;
};

export type ProgramEnd = { readonly code: number | null; readonly sentence: string };

/** A killed process is gone within milliseconds, unless it hangs in the kernel. */
const killedWithinMs = 2_000;
const lookedEveryMs = 20;
const lastWordsMs = 50;
const busyTries = 25;

/** @param environment what it finds beside what every program of a resource does. Resolves when it has been started. Rejects with `DriverError` `program-not-started`. */
export async function startProgram(
  context: Pick<DriverContext, "name" | "hold" | "group" | "spec" | "agentSocket" | "outputFolder" | "belongings">,
  command: string,
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<Program> {
  const env = { ...environmentOf(context), ...environment };
  const child = await spawned(command, () =>
    spawn(command, [...args], { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"], detached: true }),
  );
  const pid = child.pid ?? 0;
  const belonging = { kind: "process", pid } as const;
  context.belongings.add(belonging);
  const output = openOutput(context.outputFolder, `${context.hold.group}.${context.name}`);
  for (const stream of [child.stdout, child.stderr]) stream.on("data", output.write);
  const ended = endOf(child, output.lastLine);
  void ended.then(output.close);

  return {
    ended,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      signalTo(-pid, "SIGTERM");
      while (isGroupAtWork(pid)) await delay(lookedEveryMs);
      await ended;
      context.belongings.remove(belonging);
    },
    kill: async () => {
      if (!(await endGroups([pid], killedWithinMs))) {
        throw new DriverError("program-not-ended", `processes of group ${pid} are still at work`);
      }
      await ended;
      context.belongings.remove(belonging);
    },
    isOver: () => context.belongings.remove(belonging),
  };
}

/** A file that somebody is just writing (ETXTBSY) is tried again: whoever replaces a script takes milliseconds for it. */
async function spawned<Child extends ChildProcess>(
  command: string,
  start: () => Child,
  tries = busyTries,
): Promise<Child> {
  try {
    // Some faults are thrown here, and others are told by the child.
    const child = start();
    await once(child, "spawn");
    return child;
  } catch (error) {
    if (!hasCode(error, "ETXTBSY") || tries === 1) {
      throw new DriverError("program-not-started", `${command}: ${messageOf(error)}`);
    }
    await delay(lookedEveryMs);
    return spawned(command, start, tries - 1);
  }
}

async function endOf(child: ChildProcess, lastLine: () => string): Promise<ProgramEnd> {
  const closed = once(child, "close");
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  // What it wrote last may still be on its way through the pipes, which processes that it has left may keep open.
  await Promise.race([closed, delay(lastWordsMs)]);
  const last = lastLine();
  const how = howItEnded(code, signal);
  return { code, sentence: last === "" ? how : `${how}: ${last}` };
}
