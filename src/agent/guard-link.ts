import { spawn } from "node:child_process";
import { createConnection, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fromGuardSchema, type GuardedAgent, type ToGuard, type Ward } from "./guard/words.ts";
import { readJsonLines, writeJsonLine } from "./json-lines.ts";
import type { Log } from "./log.ts";
import type { ProcessRef } from "./processes.ts";

export type GuardLinkOptions = {
  readonly path: string;
  /** Asked for each time that a guard is greeted. */
  readonly agent: () => GuardedAgent;
  /** What starts a guard at `path`; null: it is somebody else's to start. */
  readonly start: { readonly command: string; readonly args: readonly string[] } | null;
  readonly log: Log;
};

export type GuardLink = {
  /** Resolves when a guard is ready, or was waited for in vain: then the agent goes on without, and has said so. */
  readonly ready: () => Promise<void>;
  /** Everything, each time. What is told is in the guard's hands even if this process dies right after. */
  readonly tell: (wards: readonly Ward[]) => void;
  readonly tellHelpers: (helpers: readonly ProcessRef[]) => void;
  /** Nothing is left here: the end of the connection means nothing. */
  readonly farewell: () => void;
};

/** What an earlier agent left may take its time to go, and a process its time to start. */
const patienceMs = 10_000;
const againMs = 50;
/** A guard answers within milliseconds. One that does not must not keep addresses waiting. */
const answerMs = 1_000;

/**
 * The agent's side of its guard. The guard is asked for when the first address is to be taken, and from then on one is kept:
 * when it goes, the next one is started, and told everything.
 */
export function createGuardLink({ path, agent, start, log }: GuardLinkOptions): GuardLink {
  let socket: Socket | null = null;
  let wards: readonly Ward[] = [];
  let helpers: readonly ProcessRef[] = [];
  let finding: Promise<void> | null = null;
  let isOver = false;

  function send(message: ToGuard): void {
    if (socket !== null) writeJsonLine(socket, message);
  }

  function lost(gone: Socket): void {
    if (socket !== gone) return;
    socket = null;
    finding = null;
    if (isOver) return;
    log(
      "warning",
      "guard-lost",
      "the guard of this agent is gone; until there is one again, a crash costs a whole lease",
    );
    void ready();
  }

  function greeted(found: Socket): void {
    if (isOver) {
      writeJsonLine(found, { type: "farewell" } satisfies ToGuard);
      return void found.end();
    }
    socket = found;
    found.once("close", () => lost(found));
    send({ type: "helpers", helpers: [...helpers] });
    send({ type: "wards", wards: [...wards] });
  }

  async function find(): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    let isStarted = false;
    while (!isOver) {
      const greeting = greet(path, agent());
      const found = await orSilence(greeting);
      if (found === "silence") return waitFor(greeting);
      if (isGuard(found)) return greeted(found);
      if (found === "nobody" && start !== null && !isStarted) {
        isStarted = true;
        // Of a session of its own: what ends the agent's process group does not end it.
        spawn(start.command, [...start.args], { detached: true, stdio: ["ignore", "ignore", "inherit"] }).unref();
      }
      if (performance.now() > giveUpAt) {
        finding = null;
        return log("warning", "no-guard", `nobody answers at ${path}: a crash of this agent costs a whole lease`);
      }
      await delay(againMs);
    }
  }

  /**
   * It has taken the connection, and may have read from it who is here: to close it now would be this agent's death to a guard
   * that comes round to it. So it is heard whenever it answers, and nobody waits for that.
   */
  function waitFor(greeting: Promise<Greeting>): void {
    log("warning", "no-guard", `${path} does not answer: until it does, a crash of this agent costs a whole lease`);
    void greeting.then((found) => {
      if (isGuard(found)) {
        log("info", "guard-found", `${path} has answered: it guards this agent from now on`);
        return greeted(found);
      }
      finding = null;
      return ready();
    });
  }

  function ready(): Promise<void> {
    finding ??= find();
    return finding;
  }

  return {
    ready,
    tell: (told) => {
      wards = told;
      send({ type: "wards", wards: [...wards] });
    },
    tellHelpers: (told) => {
      helpers = told;
      send({ type: "helpers", helpers: [...helpers] });
    },
    farewell: () => {
      isOver = true;
      send({ type: "farewell" });
      socket?.end();
    },
  };
}

/** The connection once the guard is ready. */
type Greeting = Socket | "busy" | "nobody";

function isGuard(found: Greeting): found is Socket {
  return found !== "busy" && found !== "nobody";
}

/** Says who is here. */
function greet(path: string, agent: GuardedAgent): Promise<Greeting> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("error", () => resolve("nobody"));
    socket.once("close", () => resolve("busy"));
    socket.once("connect", () => writeJsonLine(socket, { type: "agent", agent } satisfies ToGuard));
    readJsonLines(socket, (value) => {
      const answer = fromGuardSchema.safeParse(value);
      if (answer.success && answer.data.type === "ready") resolve(socket);
      else socket.destroy();
    });
  });
}

async function orSilence(greeting: Promise<Greeting>): Promise<Greeting | "silence"> {
  const answered = new AbortController();
  const silence = delay(answerMs, "silence" as const, { signal: answered.signal });
  silence.catch(() => {});
  return Promise.race([greeting, silence]).finally(() => answered.abort());
}
