import { type ChildProcess, spawn } from "node:child_process";
import { messageOf } from "../../../mta/message-of.ts";
import { longestDelayMs } from "../../delays.ts";
import { endGroups, howItEnded, signalTo } from "../../processes.ts";
import { DriverError } from "../driver.ts";

/**
 * What came of a command. A disk that does not answer leaves whoever asked it in the kernel, where no signal ends it: so nothing here
 * is waited for longer than its limit, and `hangs` means that nobody knows.
 */
export type Ran =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string; readonly said: string }
  | { readonly kind: "missing"; readonly why: string }
  | { readonly kind: "hangs"; readonly why: string };

export type RunOptions = { readonly limitMs: number; readonly input?: string };

/** Runs a command. Rejects with `DriverError` `called-off` once its sequence is over, and with nothing else. */
export type Run = (command: string, args: readonly string[], options: RunOptions) => Promise<Ran>;

export type DiskTools = {
  /** For commands that follow each other: none of them begins after `end`. */
  readonly sequence: () => Run;
  /** Ends all sequences, and the commands that are under way. False: one of them hangs in the kernel, and may still do its work. */
  readonly end: () => Promise<boolean>;
};

const endedWithinMs = 2_000;
const mostCharacters = 65_536;

/**
 * @param env what the commands find
 * @param started told of each process when it has been started
 */
export function createDiskTools(env: NodeJS.ProcessEnv, started: (child: ChildProcess) => void): DiskTools {
  const underWay = new Set<number>();
  let ends = 0;

  function start(command: string, args: readonly string[], { limitMs, input }: RunOptions): Promise<Ran> {
    return new Promise((resolve) => {
      const child = spawn(command, [...args], { env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
      const printed = { stdout: "", stderr: "" };
      const { pid } = child;
      if (pid !== undefined) underWay.add(pid);
      started(child);
      const limit = setTimeout(
        () => {
          if (pid !== undefined) signalTo(-pid, "SIGKILL");
          resolve({ kind: "hangs", why: `${command} did not end within ${limitMs} ms` });
        },
        Math.min(limitMs, longestDelayMs),
      );
      for (const stream of ["stdout", "stderr"] as const) {
        child[stream].setEncoding("utf8").on("data", (text: string) => {
          printed[stream] = (printed[stream] + text).slice(0, mostCharacters);
        });
      }
      child.stdin.on("error", () => {});
      child.stdin.end(input ?? "");
      child.once("error", (error) => {
        clearTimeout(limit);
        resolve({ kind: "missing", why: messageOf(error) });
      });
      child.once("exit", () => {
        if (pid !== undefined) underWay.delete(pid);
      });
      child.once("close", (code: number | null, signal: NodeJS.Signals | null) => {
        clearTimeout(limit);
        const [complaint = ""] = printed.stderr.trim().split("\n");
        const said = complaint === "" ? howItEnded(code, signal) : complaint;
        resolve({ kind: "ended", code: code ?? endedBySignal, stdout: printed.stdout, said });
      });
    });
  }

  return {
    sequence: () => {
      const begunAt = ends;
      const isOver = (): boolean => ends > begunAt;
      return async (command, args, options) => {
        const calledOff = new DriverError("called-off", `${command} was called off`);
        if (isOver()) throw calledOff;
        const ran = await start(command, args, options);
        if (isOver()) throw calledOff;
        return ran;
      };
    },
    end: () => {
      ends += 1;
      return endGroups([...underWay], endedWithinMs);
    },
  };
}

/** As no command of these ends by itself. */
const endedBySignal = -1;
