import type { Socket } from "node:net";
import { type Client, createClient } from "../../client/http-client.ts";
import { monotonicMs } from "../../mta/clock.ts";
import { deferred } from "../../mta/deferred.ts";
import { readJsonLines, writeJsonLine } from "../json-lines.ts";
import { createNft } from "../linux/filter.ts";
import { createIp } from "../linux/ip.ts";
import { createShell } from "../linux/shell.ts";
import { freeSockets } from "../linux/sockets.ts";
import type { Log } from "../log.ts";
import { type Loop, runLoop } from "../loop.ts";
import { endGroups, endProcesses, isStill } from "../processes.ts";
import { listenUnix } from "../unix-server.ts";
import { fence, type FenceTools } from "./fence.ts";
import { type GuardEffect, type GuardEvent, guardStep, waiting } from "./guard.ts";
import { type FromGuard, type GuardedAgent, type ToGuard, toGuardSchema, type Ward } from "./words.ts";

export type GuardOptions = {
  /** Where the agent finds it. */
  readonly path: string;
  readonly log: Log;
};

export type RunningGuard = {
  /** Resolves when an agent has said farewell, or what it left has been done away with. */
  readonly served: Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * A process beside the agent, which does what an agent that was killed or stopped cannot do any more (LEASE rule 16). It
 * decides nothing: what to take away, and when, it was told before it was put there. Rejects with `UnixServerError`.
 */
export async function runGuard({ path, log }: GuardOptions): Promise<RunningGuard> {
  const tools: FenceTools = { ip: createIp(), nft: createNft(), shell: createShell() };
  // Started now: at the moment at which they are needed the host may have other troubles.
  await Promise.allSettled([tools.ip.run([]), tools.nft.run([]), tools.shell.run(["true"])]);
  const sockets = new Map<number, Socket>();
  const greeted = new Map<number, GuardedAgent>();
  const served = deferred<void>();
  let connections = 0;

  function hear(connection: number, message: ToGuard): void {
    switch (message.type) {
      case "agent":
        greeted.set(connection, message.agent);
        return loop.post({ type: "agent", connection, agent: message.agent });
      case "wards":
        return loop.post({ type: "wards", connection, wards: message.wards });
      case "helpers":
        return loop.post({ type: "helpers", connection, helpers: message.helpers });
      case "farewell":
        loop.post({ type: "farewell", connection });
        return served.resolve();
    }
  }

  function connected(socket: Socket): void {
    const connection = (connections += 1);
    sockets.set(connection, socket);
    readJsonLines(socket, (value) => {
      const parsed = toGuardSchema.safeParse(value);
      if (parsed.success) hear(connection, parsed.data);
      else socket.destroy();
    });
    socket.once("close", () => {
      sockets.delete(connection);
      loop.post({ type: "lost", connection });
    });
  }

  function rehearse(connection: number): void {
    const agent = greeted.get(connection);
    if (agent !== undefined) void createClient(agent).version();
  }

  function answer(connection: number, type: FromGuard["type"]): void {
    const socket = sockets.get(connection);
    if (socket === undefined) return;
    writeJsonLine(socket, { type } satisfies FromGuard);
    if (type === "busy") socket.end();
  }

  function perform(effect: Exclude<GuardEffect, { type: "wake" }>): void {
    switch (effect.type) {
      case "fence":
        log("warning", "deadline-passed", `${listed(effect.wards)}: their addresses are taken away`);
        return void fence(tools, effect.agent, effect.wards).then(() => free(tools, effect.wards, log));
      case "end":
        return void endAll(tools, effect, log).finally(() => {
          loop.post({ type: "ended" });
          served.resolve();
        });
      case "answer":
        // Whatever it takes to make the first request is loaded now, and not between a crash and the release.
        if (effect.answer === "ready") rehearse(effect.connection);
        greeted.delete(effect.connection);
        return answer(effect.connection, effect.answer);
    }
  }

  const loop: Loop<GuardEvent> = runLoop({ state: waiting, step: guardStep, clock: monotonicMs, perform });
  const server = await listenUnix({
    path,
    name: "guard",
    onConnection: connected,
    log,
    // Whoever speaks to a guard is obeyed.
    admits: "owner",
    maxConnections: 8,
    idleMs: 0,
  });
  return {
    served: served.promise,
    close: async () => {
      loop.end();
      await Promise.all([server.close(), tools.ip.end(), tools.nft.end(), tools.shell.end()]);
    },
  };
}

/** A process that was killed is gone within milliseconds, unless it hangs in the kernel. */
const patienceMs = 5_000;

/** Everything that an agent has left, in the order in which it is safe. */
async function endAll(
  tools: FenceTools,
  { agent, wards, helpers }: Extract<GuardEffect, { type: "end" }>,
  log: Log,
): Promise<void> {
  log(
    "warning",
    "agent-lost",
    `run ${agent.incarnation} of node ${agent.node} is dead or frozen; it held ${listed(wards)}`,
  );
  const wasStill = isStill(agent);
  const fenced = fence(tools, agent, wards);
  const client = createClient(agent);
  // A connection takes as long as the rest, more where it is encrypted: it is there when there is something to say.
  setImmediate(() => void client.version());
  // The shell among the helpers leads a group: what it has started ends with it.
  const groups = [...wards.flatMap(({ processes }) => processes), ...helpers.filter(isStill).map(({ pid }) => pid)];
  const [, ...ended] = await Promise.all([
    fenced,
    // What the agent asked of its helpers last they would still do.
    endProcesses([agent, ...helpers], patienceMs),
    endGroups(groups, patienceMs),
  ]);
  if (wasStill) {
    log(
      "warning",
      "agent-killed",
      `process ${agent.pid} was still there, and was ended: its service starts it again, or you do`,
    );
  }
  // The last thing that any of them did may have come after the first fence.
  const isOver = (await fence(tools, agent, wards)) && ended.every((isEnded) => isEnded);
  const whole = isOver ? wards.filter(({ isWhole }) => isWhole) : [];
  const left = wards.filter((ward) => !whole.includes(ward));
  // The release first: somebody waits for it.
  await Promise.all([whole.length === 0 ? null : release(client, agent, whole, log), free(tools, wards, log)]);
  if (left.length > 0) log("warning", "left-to-expiry", `${listed(left)}: another node waits for the lease to end`);
}

function free({ shell }: FenceTools, wards: readonly Ward[], log: Log): Promise<void> {
  const addresses = wards.flatMap((ward) => ward.addresses.map(({ address }) => address));
  return freeSockets(shell, addresses, (code, detail) => log("warning", code, detail));
}

/** Final for these epochs (LEASE rule 6). When it does not arrive, the lease ends by itself. */
async function release(client: Client, agent: GuardedAgent, wards: readonly Ward[], log: Log): Promise<void> {
  const { cluster, node, incarnation } = agent;
  const epochs = wards.map(({ hold }) => hold);
  const answered = await client.releaseHolds(cluster, node, { incarnation, epochs });
  if (answered.ok) return log("info", "released", listed(wards));
  const isOver = answered.kind === "refused" && answered.problem.code === "run-not-known";
  if (isOver) log("info", "already-over", `${listed(wards)}: the lease had ended, and another node may have it`);
  else log("warning", "release-failed", `${listed(wards)}: another node waits for the lease to end`);
}

function listed(wards: readonly Ward[]): string {
  return wards.length === 0 ? "nothing" : wards.map(({ hold: { group, epoch } }) => `${group} #${epoch}`).join(", ");
}
