import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { commandModule } from "../package-files.ts";
import { howItEnded } from "../../agent/processes.ts";
import { messageOf } from "../errors.ts";

/** A command of this program as a process of its own. */
export type Child = {
  readonly pid: number;
  /** Resolves, with how it ended, when it is gone. It never rejects. */
  readonly ended: Promise<string>;
  /** Resolves with its first message; never when it has none to say. */
  readonly said: Promise<unknown>;
  /** Asks it to end, and kills it if it has not within `patienceMs`. Resolves when it is gone. */
  readonly stop: (patienceMs: number) => Promise<void>;
  readonly kill: () => Promise<void>;
};

/**
 * Starts `bridgehead ARGS…`, its output appended to a log. It is in a process group of its own, because Ctrl-C in the
 * terminal is for the parent, which ends the others in their order; and it has a channel whose end tells it that the
 * parent is gone, however that died.
 */
export function startChild(args: readonly string[], logFile: string): Child {
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(process.execPath, [commandModule, ...args], {
    stdio: ["ignore", log, log, "ipc"],
    detached: true,
  });
  closeSync(log);
  const ended = endOf(child);
  const said = new Promise<unknown>((resolve) => child.once("message", resolve));
  return {
    pid: child.pid ?? 0,
    ended,
    said,
    stop: async (patienceMs) => {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
      await ended;
      clearTimeout(timer);
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return howItEnded(code, signal);
  } catch (error) {
    return messageOf(error);
  }
}
