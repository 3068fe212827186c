import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { emptyReport, type Report } from "../cluster/messages.ts";
import { monotonicMs } from "../mta/clock.ts";
import { deferred } from "../mta/deferred.ts";
import { createAssociationBook } from "./associations.ts";
import { createDriverCalls } from "./driver-calls.ts";
import { holdNews } from "./hold-words.ts";
import { onlyOf } from "./drivers/registry.ts";
import { machineId } from "./machine-id.ts";
import { hostStep } from "./host.ts";
import { emptyHost, type HostEffect, type HostEvent } from "./host-state.ts";
import type { AgentHost } from "./linux/linux-host.ts";
import { createLapseWatch, hostClocks } from "./lapse.ts";
import { createLatenessWatch } from "./lateness.ts";
import { createLink } from "./link.ts";
import { serveLocalSocket } from "./local-socket.ts";
import { localVerdict } from "./local-verdict.ts";
import type { Log } from "./log.ts";
import { runLoop, type Loop } from "./loop.ts";
import { remembering, takeAwayWhatIsLeft } from "./drivers/remembered.ts";
import { openRemains } from "./remains.ts";
import { endProgramsLeft } from "./left-programs.ts";
import { openMemory } from "./memory.ts";
import { createNoticeBook } from "./notices.ts";
import { type HostSays, noOrders, type Orders } from "./orders.ts";
import { openPeerChannel, type PeerChannel, type PeerChannelOptions, type PeerEndpoint } from "./peers/channel.ts";
import { openPeerKey } from "./peers/key.ts";
import { peerProofText } from "../protocol/peer.ts";
import { sessionStep, startSession } from "./session.ts";
import type { SessionEffect, SessionEvent } from "./session-state.ts";
import { wordsOf } from "./session-words.ts";
import { serveSocketmap } from "./socketmap.ts";

export type AgentOptions = {
  /** Where the control plane is: `http://…` or `https://…`. */
  readonly url: string;
  readonly cluster: string;
  readonly node: string;
  /** Token of role `node` for this node, read anew for each connection: it may have been replaced meanwhile. */
  readonly token: () => string;
  /** Folder for what the agent remembers. One agent, one folder. */
  readonly stateFolder: string;
  readonly socketPath: string;
  /** Null: no socketmap for Postfix. */
  readonly socketmapPath: string | null;
  /** The number of the group that may ask at both sockets; null: the agent's own. */
  readonly socketGroup: number | null;
  /** The resource types that this host takes; null: all that there is a driver for. */
  readonly resourceTypes: readonly string[] | null;
  /** Where other agents of the cluster reach this one; null: nowhere, so it holds nothing by their word (PW1). */
  readonly peerEndpoint: PeerEndpoint | null;
  /** Relative file names in a resource's properties start here. */
  readonly baseFolder: string;
  readonly openHost: (incarnation: string, log: Log) => Promise<AgentHost>;
  readonly log: Log;
};

export type RunningAgent = {
  /** Takes everything offline, releases it, and ends. */
  readonly stop: () => void;
  /** Takes everything away at once, and ends: nothing is released, so the standby waits for the lease to expire. */
  readonly terminate: () => Promise<void>;
  /** Resolves when the agent has ended and nothing of it is left. */
  readonly ended: Promise<AgentEnd>;
};

/**
 * `released`: everything is offline, and the control plane knows it. `not-told`: everything is offline, and the control plane
 * could not be told. `terminated`: everything was taken away at once, and nothing was said.
 */
export type AgentEnd = "released" | "not-told" | "terminated";

/**
 * One run of a node's agent: the session machine and the host machine, what they act through, and one clock for all,
 * that of `monotonicMs`. It ends when it is stopped, and never because somebody refused it something. Rejects with
 * `MemoryError` or `UnixServerError` when it cannot begin.
 */
export async function runAgent(options: AgentOptions): Promise<RunningAgent> {
  let hear: Hear = () => {};
  const peers = await openPeers(options, (from, message) => hear(from, message));
  try {
    return await beginRun(options, peers, (told) => (hear = told));
  } catch (error) {
    // What stays open would keep the process from ending, and the key from the next one.
    await peers?.close();
    throw error;
  }
}

type Hear = PeerChannelOptions["heard"];

async function openPeers(
  { peerEndpoint, cluster, stateFolder, log }: AgentOptions,
  heard: Hear,
): Promise<PeerChannel | null> {
  if (peerEndpoint === null) return null;
  return openPeerChannel({
    listen: peerEndpoint,
    cluster,
    key: openPeerKey(join(stateFolder, "peer.key")),
    lockPath: join(stateFolder, "peer.lock"),
    heard,
    log,
  });
}

async function beginRun(
  options: AgentOptions,
  peers: PeerChannel | null,
  hearing: (hear: Hear) => void,
): Promise<RunningAgent> {
  const { cluster, node, socketPath, socketmapPath } = options;
  const admits = options.socketGroup ?? "group";
  const memory = openMemory(join(options.stateFolder, "seen.json"), { cluster, node });
  const remains = openRemains(join(options.stateFolder, "remains.json"));
  const associations = createAssociationBook();
  const ended = deferred<AgentEnd>();
  let orders: Orders | null = null;
  let says: HostSays = { n: 0, report: emptyReport, offline: [] };
  let ending: Promise<void> | null = null;
  let isRunning = false;
  const notices = createNoticeBook(options.log, Date.now, () => {
    if (isRunning) tellSession();
  });
  const { log } = notices;

  const verdict = (group: string) => localVerdict({ orders, report: says.report, now: monotonicMs() }, group);
  // Both sockets are there before the first lease is, so that no mailer ever finds a closed door and helps itself.
  const localSocket = await serveLocalSocket({ path: socketPath, verdict, log, admits });
  const socketmap = socketmapPath === null ? null : await serveSocketmap({ path: socketmapPath, verdict, log, admits });

  const lapse = createLapseWatch(hostClocks);
  const lateness = createLatenessWatch(monotonicMs, log);
  const incarnation = randomBytes(12).toString("base64url");
  const onHost = await options.openHost(incarnation, log);
  const registry = remembering(onHost.drivers, remains);
  const place = {
    agentSocket: socketPath,
    baseFolder: options.baseFolder,
    outputFolder: resolve(options.stateFolder, "output"),
  };
  await takeAwayWhatIsLeft(remains, registry, place, log);
  await endProgramsLeft(place.outputFolder, log);

  const link = createLink({
    url: sessionUrl(options),
    asking: { node, cluster },
    token: options.token,
    opened: (connection) => session.post({ type: "opened", connection }),
    received: (connection, message) => {
      // Orders are given when they change. That there are none is known once the object has spoken.
      if (orders === null) {
        orders = noOrders;
        localSocket.changed();
      }
      session.post({ type: "received", connection, message });
    },
    closed: (connection) => session.post({ type: "closed", connection }),
    log,
  });

  const calls = createDriverCalls({
    // What an earlier run has left was taken away above, whatever its type.
    registry: onlyOf(registry, options.resourceTypes),
    belongings: onHost.belongings,
    clock: monotonicMs,
    contextOf: ({ hold }) => {
      const order = orders?.holds.find(({ group, epoch }) => group === hold.group && epoch === hold.epoch);
      return {
        group: order?.resources ?? {},
        heldBefore: order?.heldBefore ?? {},
        unfenced: order?.unfenced ?? [],
        ttlMs: (orders ?? noOrders).ttlMs,
        ...place,
        association: (association) => {
          associations.add({ ...association, group: hold.group });
          tellSession();
        },
      };
    },
    called: (at, call, result) => host.post({ type: "called", at, call, result }),
    progress: (at, call, checkpoint) => host.post({ type: "progress", at, call, checkpoint }),
    failed: (at, call, problem) => host.post({ type: "failed", at, call, problem }),
    log,
  });

  /** The host machine knows resources; what its MTAs saw is added here. */
  function tellSession(): void {
    const report: Report = { ...says.report, associations: associations.list(), notices: notices.list() };
    session.post({ type: "host", says: { ...says, report } });
  }

  function performHost(effect: Exclude<HostEffect, { type: "wake" }>): void {
    switch (effect.type) {
      case "call":
        return calls.call(effect);
      case "extend":
        return calls.extend(effect.hold, effect.deadline);
      case "resume":
        return calls.resume(effect.at);
      case "says":
        says = effect.says;
        localSocket.changed();
        return tellSession();
    }
  }

  function tell({ code, detail, nodes }: Extract<SessionEffect, { type: "note" }>): void {
    const { level, sentence } = wordsOf(code, detail, nodes);
    log(level, code, sentence);
  }

  function performSession(effect: Exclude<SessionEffect, { type: "wake" }>): void {
    switch (effect.type) {
      case "remember":
        return memory.write(effect.seen);
      case "orders":
        for (const { code, sentence } of holdNews(orders, effect.orders)) log("info", code, sentence);
        orders = effect.orders;
        localSocket.changed();
        onHost.belongings.ordered(effect.orders);
        // Before the first assignment nobody knows what may come, and what an earlier run has guarded stays guarded.
        if (effect.orders.revision !== null) onHost.makeReady(effect.orders.mayCome);
        return host.post({ type: "orders", orders: effect.orders });
      case "connect":
        return link.connect(effect.connection, effect.timeoutMs);
      case "disconnect":
        return link.disconnect(effect.connection);
      case "send":
        return link.send(effect.connection, effect.message);
      case "heed":
        return peers?.heed(effect.keys);
      case "tell":
        return peers?.tell(effect.peer, effect.message);
      case "note":
        return tell(effect);
      case "exit":
        void end(effect.told ? "released" : "not-told");
    }
  }

  async function closeAll(how: AgentEnd): Promise<void> {
    session.end();
    host.end();
    link.end();
    await Promise.all([localSocket.close(), socketmap?.close(), onHost.end(), peers?.close()]);
    ended.resolve(how);
  }

  function end(how: AgentEnd): Promise<void> {
    ending ??= closeAll(how);
    return ending;
  }

  async function terminate(): Promise<void> {
    orders = null;
    localSocket.changed();
    session.end();
    host.end();
    await calls.terminateAll();
    await end("terminated");
  }

  const host: Loop<HostEvent> = runLoop({ state: emptyHost, step: hostStep, clock: monotonicMs, perform: performHost });
  const session: Loop<SessionEvent> = runLoop({
    ...startSession(
      {
        incarnation,
        machine: machineId(),
        peer: peers && { ...peers.place, proof: peers.prove(peerProofText({ cluster, node, incarnation })) },
      },
      memory.seen,
      monotonicMs(),
    ),
    step: (state, event) => {
      const lostMs = lapse();
      if (lostMs === 0) return sessionStep(state, event);
      const after = sessionStep(state, { type: "lapse", lostMs, now: event.now });
      const { state: next, effects } = sessionStep(after.state, event);
      return { state: next, effects: [...after.effects, ...effects] };
    },
    clock: monotonicMs,
    perform: performSession,
    late: (lateMs) => lateness((orders ?? noOrders).ttlMs, lateMs),
  });
  isRunning = true;
  hearing((from, message) => session.post({ type: "told", from, message }));
  if (notices.list().length > 0) tellSession();
  log("info", "started", `node ${node} of cluster ${cluster}, run ${incarnation}, process ${process.pid}`);
  return { stop: () => session.post({ type: "stop" }), terminate, ended: ended.promise };
}

function sessionUrl({ url, cluster, node }: AgentOptions): string {
  const base = url.replace(/^http/, "ws").replace(/\/+$/, "");
  return `${base}/v1/clusters/${encodeURIComponent(cluster)}/nodes/${encodeURIComponent(node)}/session`;
}
