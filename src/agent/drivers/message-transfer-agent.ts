import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { lookup, virtualServerOf } from "../../cluster/definition/definition.ts";
import {
  exitCodes,
  fromMtaSchema,
  mtaProcessModule,
  type FromMta,
  type StartMessage,
  type ToMta,
} from "../../mta/ipc.ts";
import { type Aliveness, type Driver, DriverError, type DriverContext, type DriverFactory } from "./driver.ts";
import { createPings } from "./mta-pings.ts";
import { messageOf } from "../../mta/message-of.ts";
import { deferred } from "../../mta/deferred.ts";
import { howItEnded } from "../processes.ts";

/** The port of RFC 1006. */
const defaultPort = 102;

/** How long a process whose event loop turns may take to say so, in milliseconds; a loaded host is no dead MTA. */
const answerWithinMs = 5_000;

/**
 * A Message Transfer Agent is a process of its own. It is told the deadline at which its right to the address ends, and
 * ends by itself then, or when the channel to this process is gone: an agent that was killed leaves no MTA behind.
 */
export const messageTransferAgent: DriverFactory = messageTransferAgentWith({ answerWithinMs });

export function messageTransferAgentWith(patience: { readonly answerWithinMs: number }): DriverFactory {
  return (context) => driverOf(context, patience.answerWithinMs);
}

function driverOf(context: DriverContext, withinMs: number): Driver {
  let running: MtaProcess | null = null;
  return {
    online: async (deadline) => {
      running = startMta(context, deadline, withinMs);
      await running.online;
    },
    offline: async () => {
      await running?.stop();
    },
    terminate: async () => {
      await running?.kill();
    },
    looksAlive: async () => running?.isOnline() ?? false,
    isAlive: async () => (await running?.ask()) ?? { ok: false, reason: "the MTA process was never started" },
    extend: (deadline) => running?.extend(deadline),
    drain: {
      begin: async () => {
        await running?.drain();
      },
      undo: () => running?.resume(),
    },
  };
}

type MtaProcess = {
  readonly online: Promise<void>;
  /** It has said that it is online, and its process is there. */
  readonly isOnline: () => boolean;
  readonly ask: () => Promise<Aliveness>;
  /** Resolves when it has nothing open any more, or has ended. */
  readonly drain: () => Promise<void>;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly extend: (deadline: number) => void;
};

function startMta(context: DriverContext, deadline: number, withinMs: number): MtaProcess {
  const start = startMessage(context);
  let deadlineAt = deadline;
  let isStarted = false;
  // A process group of its own: Ctrl-C in a terminal is for the agent, which then stops its MTA in good order.
  const child = fork(mtaProcessModule, [], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: [],
    detached: true,
  });
  const ended = endOf(child);
  const belonging = { kind: "process", pid: child.pid ?? 0 } as const;
  if (child.pid !== undefined) context.belongings.add(belonging);
  void ended.then(() => context.belongings.remove(belonging));
  const pings = createPings((n) => send(child, { type: "ping", n }), withinMs);
  let asked = false;
  let isOnline = false;
  let drain = { n: 0, done: (): void => {} };

  const online = new Promise<void>((settle, reject) => {
    child.on("message", (raw) => {
      const message = parse(raw);
      if (message === null) {
        // A process that talks nonsense is not the one that was started.
        context.log("mta-malformed-message", context.name);
        child.kill("SIGKILL");
      } else if (message.type === "ready") {
        isStarted = true;
        send(child, { ...start, deadlineAt });
      } else if (message.type === "online") {
        isOnline = true;
        settle();
      } else if (message.type === "failed") {
        reject(new DriverError(message.code, message.message));
      } else if (message.type === "pong") {
        pings.answered(message.n, message.listening);
      } else if (message.type === "drained") {
        if (message.n === drain.n) drain.done();
      } else if (message.type === "association") {
        context.association(associationOf(message));
      } else if (message.type === "message") {
        context.log(`message-${message.outcome}`, `${message.name} ${message.detail}`);
      }
    });
    void ended.then((how) => {
      reject(new DriverError("mta-ended", `the MTA process ended before it was online: ${how}`));
      if (isOnline && !asked) context.failed({ code: "mta-ended", message: `the MTA process ended by itself: ${how}` });
    });
  });

  return {
    online,
    isOnline: () => isOnline && child.exitCode === null && child.signalCode === null,
    ask: pings.ask,
    drain: async () => {
      const { promise: drained, resolve: done } = deferred<void>();
      drain = { n: drain.n + 1, done };
      if (send(child, { type: "drain", n: drain.n })) await Promise.race([drained, ended]);
    },
    resume: () => void send(child, { type: "resume" }),
    stop: async () => {
      asked = true;
      send(child, { type: "stop" });
      await ended;
    },
    kill: async () => {
      asked = true;
      child.kill("SIGKILL");
      await ended;
    },
    extend: (newest) => {
      deadlineAt = newest;
      if (isStarted) send(child, { type: "deadline", epoch: context.hold.epoch, deadlineAt });
    },
  };
}

function startMessage(context: DriverContext): Omit<StartMessage, "deadlineAt"> {
  const { hold, spec, group, baseFolder, agentSocket } = context;
  const server = virtualServerOf(group);
  if (server === null) {
    throw new DriverError(
      "not-a-virtual-server",
      `group ${hold.group} has no IP Address or no Network Name to speak from`,
    );
  }
  const port = lookup(spec.properties, "Port");
  const queueFolder = lookup(spec.properties, "QueueFolder");
  return {
    type: "start",
    mtaName: String(lookup(spec.properties, "MtaName") ?? server.networkName),
    address: server.address,
    port: typeof port === "number" ? port : defaultPort,
    partnersFile: resolve(baseFolder, String(lookup(spec.properties, "PartnersFile"))),
    group: hold.group,
    epoch: hold.epoch,
    // As it was given: the process starts in the same folder, and a path of a socket must be short.
    agentSocket,
    queueFolder: queueFolder === undefined ? null : resolve(baseFolder, String(queueFolder)),
  };
}

/** Resolves, and never rejects, when nothing of the process is left; its sockets went with it. */
async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    if (code === exitCodes.fuseBlown) return "its deadline had passed";
    return howItEnded(code, signal);
  } catch (error) {
    // `error` before `exit`: it could not be started. (A failed kill cannot happen to a child that was not waited for.)
    return messageOf(error);
  }
}

/** False when nobody is there. What can no longer be sent is of no use: the end of the process is on its way as an event. */
function send(child: ChildProcess, message: ToMta): boolean {
  if (!child.connected) return false;
  child.send(message, () => {});
  return true;
}

function parse(raw: unknown): FromMta | null {
  const parsed = fromMtaSchema.safeParse(raw);
  return parsed.success ? parsed.data : null;
}

function associationOf(
  message: Extract<FromMta, { type: "association" }>,
): Parameters<DriverContext["association"]>[0] {
  const {
    partner,
    direction,
    state,
    reason = message.code ?? null,
    localAddress = null,
    remoteAddress = null,
  } = message;
  // A caller that gave no name is told apart by where it called from.
  return { partner: partner ?? remoteAddress ?? "unknown", direction, state, localAddress, remoteAddress, reason };
}
