import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { deferred } from "../../mta/deferred.ts";
import { messageOf } from "../../mta/message-of.ts";

/** A command-line tool that is started once and then reads its commands from stdin, a line each. */
export type ToolSpec = {
  readonly command: string;
  readonly args: readonly string[];
  /** A command that always prints the same on stdout, whatever there is and whatever failed before it. */
  readonly sentinel: string;
  /** What it finds in its environment beside what this process has. */
  readonly env?: Readonly<Record<string, string>>;
  /** After so many requests another process takes over: for a tool that grows, or slows down, with each line. */
  readonly requestsEach?: number;
  /** Where the output of the sentinel begins in what was printed; null while it has not come **whole**. */
  readonly sentinelAt: (printed: string) => number | null;
};

/** What a request printed. What it was to do is read from there: the tools say nothing of what went well. */
export type Printed = { readonly stdout: string; readonly stderr: string };

export type Started = (child: ChildProcess) => void;

/** As they are, or made when their turn comes: what counts from now must not have waited. */
export type Lines = readonly string[] | (() => readonly string[]);

export type Tool = {
  /** Runs these lines in their order, after all that were asked before. Rejects with `ToolError`, and with nothing else. */
  readonly run: (lines: Lines) => Promise<Printed>;
  /** Ends the process. */
  readonly end: () => Promise<void>;
};

/** What a tool complained of first; empty: of nothing. */
export function complaintOf(stderr: string): string {
  const [first = ""] = stderr.trim().split("\n");
  return first;
}

export class ToolError extends Error {
  override readonly name = "ToolError";
  readonly code: "tool-missing" | "tool-ended" | "tool-hangs";

  constructor(code: ToolError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

type Process = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly printed: { stdout: string; stderr: string };
  readonly gone: Promise<ToolError>;
  /** Called with each thing printed. */
  heard: () => void;
  requests: number;
};

/** A request that takes longer than this has met a tool that hangs: the kernel answers within milliseconds. */
const patienceMs = 1_000;

/**
 * A tool of iproute2 or nftables, kept running: starting one for each command costs 3 to 15 ms, a line to a running one
 * about one. It is started with the first request, and anew after it has ended, was found to hang, or has had its share of requests.
 * @param started told of each process before it is given anything to do
 */
export function createTool(spec: ToolSpec, started: Started = () => {}): Tool {
  const { requestsEach = Number.POSITIVE_INFINITY } = spec;
  let running: Process | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let isEnding = false;

  function start(): Process {
    const env = { ...process.env, ...spec.env };
    const child = spawn(spec.command, [...spec.args], { stdio: ["pipe", "pipe", "pipe"], env });
    const begun: Process = {
      child,
      printed: { stdout: "", stderr: "" },
      gone: endOf(spec, child),
      heard: () => {},
      requests: 0,
    };
    started(child);
    child.stdin.on("error", () => {});
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        begun.printed[stream] += text;
        begun.heard();
      });
    }
    void begun.gone.then(() => {
      if (running === begun) running = null;
    });
    return begun;
  }

  /** One that works is given up for one that is there: on a host in need, or while its package is replaced, none may start. */
  async function relieve(): Promise<void> {
    const old = running;
    if (old === null || old.requests < requestsEach || isEnding) return;
    old.requests = 0;
    const next = start();
    const isThere = await Promise.race([once(next.child, "spawn").then(() => true), next.gone.then(() => false)]);
    if (!isThere) return;
    running = next;
    old.child.kill("SIGKILL");
    await old.gone;
  }

  async function request(asked: Lines): Promise<Printed> {
    const lines = typeof asked === "function" ? asked() : asked;
    const current = (running ??= start());
    const { printed } = current;
    printed.stdout = "";
    printed.stderr = "";
    const answered = deferred<number>();
    current.heard = () => {
      const at = spec.sentinelAt(printed.stdout);
      if (at !== null) answered.resolve(at);
    };
    current.requests += 1;
    current.child.stdin.write(`${[...lines, spec.sentinel].join("\n")}\n`);
    const timer = setTimeout(() => current.child.kill("SIGKILL"), patienceMs);
    try {
      const at = await Promise.race([answered.promise, current.gone]);
      if (at instanceof ToolError) throw at;
      // What it wrote to stderr came before, but through another pipe: both have been read after a turn of the loop.
      await new Promise((turn) => setImmediate(turn));
      return { stdout: printed.stdout.slice(0, at), stderr: printed.stderr };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    run: (lines) => {
      const asked = queue.then(() => request(lines));
      queue = asked
        .catch(() => {})
        .then(relieve)
        .catch(() => {});
      return asked;
    },
    end: async () => {
      isEnding = true;
      await queue;
      const last = running;
      last?.child.stdin.end();
      await last?.gone;
    },
  };
}

async function endOf({ command }: ToolSpec, child: ChildProcessWithoutNullStreams): Promise<ToolError> {
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (signal === "SIGKILL") return new ToolError("tool-hangs", `${command} did not answer within ${patienceMs} ms`);
    return new ToolError(
      "tool-ended",
      `${command} ended by itself, ${code === null ? `by ${signal}` : `exit ${code}`}`,
    );
  } catch (error) {
    const why = messageOf(error);
    return new ToolError("tool-missing", `${command} cannot be started: ${why}`);
  }
}
