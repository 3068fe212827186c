import type { OutagePolicy } from "../../src/cluster/definition/definition.ts";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { ChildProcess } from "node:child_process";
import { monotonicMs } from "../../src/mta/clock.ts";
import { virtualAddress, virtualAddress6 } from "../../test/network/lan.ts";
import { group, nodeNames, openStage, type Stage } from "../../test/network/stage.ts";
import { createWallClock, type WallClock } from "./clock.ts";
import { cameRound, keepAgents, mendAll, play } from "./faults.ts";
import { captureFrames } from "./frames.ts";
import type { Attempt, Call, History, PlayedFault } from "./history.ts";
import { readJournal } from "./journal-record.ts";
import { recordKernel } from "./kernel-record.ts";
import { eachLine, ended } from "../../test/support/lines.ts";
import { type Fault, planOf, takenBy } from "./plan.ts";

export type LiveRun = {
  readonly seed: number;
  readonly plan: readonly Fault[];
  /** What the agents are started with. */
  readonly env?: Readonly<Record<string, string>>;
  /** What becomes of the group while the control plane does not answer; `drop` when it is not said. */
  readonly policy?: OutagePolicy;
  readonly say?: (line: string) => void;
  /** Ends it before its time, with an error. */
  readonly signal?: AbortSignal;
};
/** `logs`: what the processes of each host have written. */
export type Played = { readonly history: History; readonly logs: Readonly<Record<string, string>> };

const lease = { ttlMs: 2_000, renewMs: 500 };
const port = 4_102;
const peerPort = 7_946;
const addresses = [virtualAddress, virtualAddress6];
/** Bounds that a busy machine keeps too: what they bound takes some ten seconds at most. */
const startMs = 90_000;
const onlineAgainMs = 90_000;
const sampleMs = 5_000;

/** The faults of a seed. */
export function planned(seed: number, forMs: number): Omit<LiveRun, "say"> {
  return { seed, plan: planOf(seed, forMs, nodeNames) };
}

/** Plays faults on real processes, and returns what was seen. Leaves nothing behind. */
export async function playLive(run: LiveRun): Promise<Played> {
  const stage = await openStage(lease, run.policy);
  try {
    return await Promise.race([playOn(stage, run), ...(run.signal === undefined ? [] : [isAborted(run.signal)])]);
  } finally {
    await stage.close();
  }
}

async function isAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort");
  throw new Error("it was ended before its time");
}

async function playOn(
  stage: Stage,
  { seed, plan, env = {}, policy = "drop", say = () => {} }: LiveRun,
): Promise<Played> {
  const start = (name: string): void => {
    const peerListen = ["--peer-listen", `${stage.node(name).addressOn("client")}:${peerPort}`];
    stage.startAgent(name, env, policy === "drop" ? [] : peerListen);
  };
  // A plan may count on the first one to be the owner.
  for (const name of nodeNames) {
    start(name);
    await stage.ownerIs(nodeNames[0], startMs);
  }
  await stage.bothUp(startMs);
  const clock = createWallClock();
  const record = await startRecord(stage, clock);
  const keeper = keepAgents(stage, start);
  const startedAt = monotonicMs();
  const faults = await playAll(stage, plan, startedAt, say);
  await mendAll(stage);
  const faultsEndedAt = monotonicMs();
  const isUp = await cameRound(stage, onlineAgainMs);
  const onlineAgainAt = isUp ? await record.openedAfter(monotonicMs()) : null;
  keeper.end();
  const seen = await record.end();
  const history = { seed, policy, addresses, startedAt, faults, faultsEndedAt, onlineAgainAt, ...seen };
  const logs = Object.fromEntries([...nodeNames, "CONTROL"].map((name) => [name, stage.logOf(name)]));
  return { history, logs };
}

/** Each at its time, unless what it takes is still taken: then as soon as that is mended. */
async function playAll(
  stage: Stage,
  plan: readonly Fault[],
  startedAt: number,
  say: (line: string) => void,
): Promise<PlayedFault[]> {
  const taken = new Map<string, Promise<void>>();
  const played: PlayedFault[] = [];
  const going = plan.map(async (fault) => {
    const takes = takenBy(fault);
    const before = Promise.all(takes.map((what) => taken.get(what)));
    const turn = before.then(async () => {
      await delay(Math.max(0, startedAt + fault.at - monotonicMs()));
      const at = monotonicMs();
      say(`${((at - startedAt) / 1_000).toFixed(1)} s: ${fault.kind} ${fault.node ?? ""} for ${fault.forMs} ms`);
      await play(stage, fault);
      played.push({ at, endedAt: monotonicMs(), kind: fault.kind, node: fault.node });
    });
    for (const what of takes) taken.set(what, turn);
    await turn;
  });
  await Promise.all(going);
  return played.toSorted((a, b) => a.at - b.at);
}

type Seen = Omit<History, "seed" | "policy" | "addresses" | "startedAt" | "faults" | "faultsEndedAt" | "onlineAgainAt">;

async function startRecord(stage: Stage, clock: WallClock) {
  const { lan } = stage;
  const peer = lan.host("PEER");
  const peerIndex = peer.addressOn("client").split(".").at(-1);
  const ways = [virtualAddress, peer.addressOn("client"), virtualAddress6, `2001:2:0:77::${peerIndex}`];
  const attempts: Attempt[] = [];
  const calls: Call[] = [];
  const script = (name: string): string => join(import.meta.dirname, `${name}.ts`);
  const helpers: ChildProcess[] = [];
  const sampling = setInterval(() => clock.sample(), sampleMs);

  function start(host: string, name: string, ...args: readonly string[]): ChildProcess {
    const child = lan.host(host).start(process.execPath, [script(name), ...args]);
    child.stderr?.on("data", (text: Buffer) => process.stderr.write(`${host} ${name}: ${text.toString("utf8")}`));
    helpers.push(child);
    return child;
  }

  const capture = await captureFrames(lan, nodeNames, addresses, stage.folder);
  const kernel = nodeNames.map((name) => recordKernel(stage.node(name), addresses));
  const journal = readJournal(stage.client, clock);
  eachLine(start("PEER", "partner", String(port), virtualAddress), (line) => calls.push(JSON.parse(line)));
  for (const node of nodeNames) {
    const caller = start(node, "caller", stage.socketOf(node), group, peer.addressOn("client"), String(port));
    eachLine(caller, (line) => attempts.push({ node, ...JSON.parse(line) }));
    start(node, "mumbler", String(port), ...ways);
  }

  /** Null: none was within the patience. */
  async function openedAfter(time: number): Promise<number | null> {
    for (const giveUpAt = monotonicMs() + onlineAgainMs; monotonicMs() < giveUpAt; await delay(50)) {
      const found = attempts.find(({ askedAt, outcome }) => askedAt > time && outcome.kind === "opened");
      if (found?.outcome.kind === "opened") return found.outcome.at;
    }
    return null;
  }

  async function end(): Promise<Seen> {
    const nodes: Record<string, string> = {};
    for (const name of nodeNames) nodes[name] = await stage.node(name).macOn("client");
    for (const helper of helpers) await ended(helper, "SIGKILL");
    for (const one of kernel) await one.end();
    clearInterval(sampling);
    clock.sample();
    const read = await journal.end();
    const { frames, missed } = await capture.end(clock.toMonotonic);
    return {
      nodes,
      frames,
      framesMissed: missed,
      attempts,
      calls,
      kernel: kernel.flatMap(({ events }) => events).toSorted((a, b) => a.at - b.at),
      journal: read,
      clockStepMs: clock.stepMs(),
    };
  }

  return { openedAfter, end };
}
