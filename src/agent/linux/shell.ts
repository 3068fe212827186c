import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { messageOf } from "../../mta/message-of.ts";
import { type Started, ToolError } from "./tool.ts";

/** How a command ended. `said`: the first line that it wrote to stderr. */
export type Ran = { readonly code: number; readonly said: string };

/**
 * A shell that stays and starts commands, any number at a time. To start a process holds this one up for some 10 ms, and everything
 * that it does; a small shell does it in one.
 */
export type Shell = {
  /** Rejects with `ToolError` when the command does not end in time, and with nothing else. */
  readonly run: (words: readonly string[]) => Promise<Ran>;
  readonly end: () => Promise<void>;
};

/** What is asked of it is done within milliseconds, but for an `arping` that listens for a second. */
const patienceMs = 2_000;
/** POSIX: the command was not found. */
export const notFound = 127;

type Running = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly jobs: Map<number, (ran: Ran | ToolError) => void>;
};

/**
 * It leads a process group: whoever ends that ends what it has started as well.
 * @param started told of each shell before it is given anything to do
 */
export function createShell(started: Started = () => {}): Shell {
  let running: Running | null = null;
  let last = 0;

  function start(): Running {
    const child = spawn("/bin/sh", [], { stdio: ["pipe", "pipe", "pipe"], detached: true });
    const found: Running = { child, jobs: new Map() };
    child.stdin.on("error", () => {});
    child.stderr.resume();
    started(child);
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [, job, code, said = ""] = /^(\d+) (\d+) ?(.*)$/.exec(line) ?? [];
        found.jobs.get(Number(job))?.({ code: Number(code), said });
      }
    });
    const forget = (): void => {
      if (running === found) running = null;
    };
    const over = (why: string): void => {
      forget();
      for (const done of found.jobs.values()) done(new ToolError("tool-ended", `the shell ${why}`));
    };
    child.once("error", (error) => over(`cannot be started: ${messageOf(error)}`));
    child.once("exit", forget);
    // What it has started goes on without it, and may still tell.
    child.once("close", () => over("has ended"));
    return found;
  }

  function shellNow(): Running {
    try {
      return (running ??= start());
    } catch (error) {
      throw new ToolError("tool-missing", `the shell cannot be started: ${messageOf(error)}`);
    }
  }

  async function run(words: readonly string[]): Promise<Ran> {
    const { child, jobs } = shellNow();
    const job = (last += 1);
    const [command = ""] = words;
    const ended = new Promise<Ran | ToolError>((resolve) => jobs.set(job, resolve));
    const timer = setTimeout(
      () => jobs.get(job)?.(new ToolError("tool-hangs", `${command} did not end within ${patienceMs} ms`)),
      patienceMs,
    );
    child.stdin.write(lineOf(job, words));
    try {
      const ran = await ended;
      if (ran instanceof ToolError) throw ran;
      return ran;
    } finally {
      clearTimeout(timer);
      jobs.delete(job);
    }
  }

  return {
    run,
    end: async () => {
      if (running === null) return;
      const { child, jobs } = running;
      // Nobody waits any more for what still runs.
      jobs.clear();
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
    },
  };
}

/** In the background, so that the next one need not wait for it; what it says comes as one line. */
function lineOf(job: number, words: readonly string[]): string {
  const command = words.map(quoted).join(" ");
  return `{ said=$(${command} 2>&1 >/dev/null); echo "${job} $? \${said%%\n*}"; } &\n`;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
