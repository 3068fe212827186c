import { spawn } from "node:child_process";
import { createConnection, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { fromGuardSchema, type GuardedAgent, type ToGuard, type Ward } from "./guard/words.ts";
import { readJsonLines, writeJsonLine } from "./json-lines.ts";
import { lacks, lineOf } from "./linux/lacks.ts";
import type { Log } from "./log.ts";
import type { ProcessRef } from "./processes.ts";

export type GuardLinkOptions = {
  readonly path: string;
  /** Asked for each time that a guard is greeted. */
  readonly agent: () => GuardedAgent;
  /** What starts a guard at `path`; null: it is somebody else's to start. */
  readonly start: { readonly command: string; readonly args: readonly string[] } | null;
  readonly log: Log;
  /** How long one that is not there is waited for, in milliseconds. */
  readonly patienceMs?: number;
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
const defaultPatienceMs = 10_000;
const againMs = 50;
/** When nobody waits for it any more. */
const slowlyMs = 1_000;
/** A guard answers within milliseconds. One that does not must not keep addresses waiting. */
const answerMs = 1_000;

/**
 * The agent's side of its guard. The guard is asked for when the first address is to be taken, and from then on one is kept, or
 * looked for: when it goes, the next one is started, and told everything.
 */
export function createGuardLink(options: GuardLinkOptions): GuardLink {
  const { path, agent, start, log, patienceMs = defaultPatienceMs } = options;
  let guard: Socket | null = null;
  /** It has been told who is here, and has not answered yet. */
  let greeted: Socket | null = null;
  let wards: readonly Ward[] = [];
  let helpers: readonly ProcessRef[] = [];
  let search: Promise<void> | null = null;
  let isOver = false;

  function send(message: ToGuard): void {
    if (guard !== null) writeJsonLine(guard, message);
  }

  function lost(gone: Socket): void {
    if (guard !== gone) return;
    guard = null;
    search = null;
    if (isOver) return;
    log(
      "warning",
      "guard-lost",
      "the guard of this agent is gone; until there is one again, a crash costs a whole lease",
    );
    void ready();
  }

  function take(found: Socket): void {
    guard = found;
    found.once("close", () => lost(found));
    send({ type: "helpers", helpers: [...helpers] });
    send({ type: "wards", wards: [...wards] });
  }

  /** Looks for a guard until there is one. @param goOn called when nobody is to wait for that any longer */
  async function look(goOn: () => void): Promise<void> {
    const patientUntil = performance.now() + patienceMs;
    let isWaitedFor = true;
    let startedAt = Number.NEGATIVE_INFINITY;
    function giveUp(why: string): void {
      if (isWaitedFor) log("warning", "no-guard", lineOf(lacks.guard(why)));
      isWaitedFor = false;
      goOn();
    }

    while (!isOver) {
      const greeting = greet(path, agent());
      greeted = greeting.socket;
      // The connection stays: to close it would be this agent's death to a guard that comes round to what it has read from it.
      const silence = setTimeout(() => giveUp(`the guard at ${path} does not answer`), answerMs);
      const outcome = await greeting.outcome;
      clearTimeout(silence);
      greeted = null;
      if (isOver) return;
      if (outcome === "ready") {
        if (!isWaitedFor) log("info", "guard-found", "a guard watches this agent from now on");
        take(greeting.socket);
        return goOn();
      }
      if (performance.now() > patientUntil) giveUp(`nobody answers at ${path}`);
      if (outcome === "nobody" && start !== null && performance.now() > startedAt + patienceMs) {
        startedAt = performance.now();
        // Of a session of its own: what ends the agent's process group does not end it.
        const started = spawn(start.command, [...start.args], {
          detached: true,
          stdio: ["ignore", "ignore", "inherit"],
        });
        started.on("error", (error) => log("warning", "guard-not-started", error.message));
        started.unref();
      }
      await delay(isWaitedFor ? againMs : slowlyMs, undefined, { ref: isWaitedFor });
    }
  }

  function ready(): Promise<void> {
    search ??= new Promise((resolve) => void look(resolve).then(resolve));
    return search;
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
      for (const socket of [guard, greeted]) {
        if (socket === null) continue;
        writeJsonLine(socket, { type: "farewell" } satisfies ToGuard);
        // One that is stopped reads it when it wakes; nobody waits for that here.
        socket.end();
        socket.unref();
      }
    },
  };
}

type Greeting = {
  readonly socket: Socket;
  /** `busy`: it has another agent still, or is no guard. */
  readonly outcome: Promise<"ready" | "busy" | "nobody">;
};

/** Says who is here. */
function greet(path: string, agent: GuardedAgent): Greeting {
  const socket = createConnection(path);
  const outcome = new Promise<"ready" | "busy" | "nobody">((resolve) => {
    socket.once("error", () => resolve("nobody"));
    socket.once("close", () => resolve("busy"));
    socket.once("connect", () => writeJsonLine(socket, { type: "agent", agent } satisfies ToGuard));
    readJsonLines(socket, (value) => {
      const answer = fromGuardSchema.safeParse(value);
      if (answer.success && answer.data.type === "ready") resolve("ready");
      else socket.destroy();
    });
  });
  return { socket, outcome };
}
