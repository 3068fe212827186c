import { type ClusterEvent, done, type OperatorEvent, type Outcome } from "../events.ts";
import type { JournalEntry } from "../journal.ts";
import { leasePresets, followingMs, type LeaseTerms, marginMs } from "../lease/lease.ts";
import { type Answer, holdId, type ObjectMessage, toldBy } from "../messages.ts";
import type { ClusterState, SocketId } from "../state.ts";
import { step } from "../step.ts";
import { agentOf, claimsOf, count, newAgent, nextClaimAt, seenBy } from "./agent.ts";
import { isDown, nextCallAt, reconcile, reportOf } from "./host.ts";
import { latencyMs, type ModelAgent } from "./model.ts";
import { simulationLimits } from "./script.ts";

/** A simulated cluster: the real brain, a clock, and model agents around it. It lives within one call of `simulate`. */
export type World = {
  state: ClusterState;
  now: number;
  readonly startedAt: number;
  readonly agents: ModelAgent[];
  alarmAt: number | null;
  /** By group and resource: how often it is still to fail. */
  readonly failures: Map<string, number>;
  readonly entries: { readonly item: number; readonly entry: JournalEntry }[];
  /** The item of the script that is being carried out. */
  item: number;
  /** When something last happened that is not an everyday renewal. */
  stirredAt: number;
  steps: number;
  work: number;
  /** What had been done when others last had their turn. */
  restedAt: number;
  /** It would take more time or more work than it may: nothing happens any more. */
  isTooLarge: boolean;
  names: number;
};

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

export function worldOf(state: ClusterState, now: number): World {
  const agents = [...state.memory.sessions.values()].flatMap((session) => agentOf(state, session, now) ?? []);
  return {
    state,
    now,
    startedAt: now,
    agents,
    alarmAt: state.memory.alarmAt ?? null,
    failures: new Map(),
    entries: [],
    item: 0,
    stirredAt: now,
    steps: 0,
    work: 0,
    restedAt: 0,
    isTooLarge: false,
    names: 0,
  };
}

export function leaseTerms({ state }: World): LeaseTerms {
  return state.durable.cluster?.definition.lease ?? leasePresets.wan;
}

/** Time passes until `end`, or until nothing has happened for `quietMs`. Yields where others may have their turn. */
export function* passUntil(world: World, end: number, quietMs = Number.POSITIVE_INFINITY): Generator<void, void> {
  if (end - world.startedAt > simulationLimits.durationMs) world.isTooLarge = true;
  while (!world.isTooLarge) {
    const next = nextAt(world);
    const quietAt = isBusy(world) ? Number.POSITIVE_INFINITY : world.stirredAt + quietMs;
    const stop = Math.min(end, quietAt);
    if (next > stop) {
      world.now = Math.max(world.now, stop);
      return;
    }
    world.now = Math.max(world.now, next);
    if (world.alarmAt !== null && world.alarmAt <= world.now) {
      world.alarmAt = null;
      happen(world, { type: "alarm" });
    }
    for (const agent of world.agents) wake(world, agent);
    if (world.work - world.restedAt < simulationLimits.workAtOnce) continue;
    world.restedAt = world.work;
    yield;
  }
}

export function command(world: World, event: DistributiveOmit<OperatorEvent, "actor" | "operation">): Outcome {
  world.names += 1;
  return happen(world, { ...event, actor: "simulation", operation: `simulation-${world.names}` } as OperatorEvent);
}

/** The connection is gone. `connectAt`: when the agent comes back. */
export function disconnect(world: World, agent: ModelAgent, connectAt: number | null): void {
  if (agent.line.kind !== "open") return;
  const { socket } = agent.line;
  agent.line = { kind: "closed", connectAt };
  happen(world, { type: "closed", socket });
}

export function startAgent(world: World, node: string): void {
  world.names += 1;
  const earlier = [...world.agents, ...world.state.memory.sessions.values()].find((run) => run.node === node);
  world.agents.push(newAgent(node, `simulation-${world.names}`, earlier?.peer ?? null, world.now));
  stir(world);
}

/** Every host looks at what it has. */
export function nudge(world: World): void {
  for (const agent of world.agents) work(world, agent);
}

/** Something that counts has happened. */
export function stir(world: World): void {
  world.stirredAt = world.now;
}

// --- what happens next ----------------------------------------------------------------------------------------------

function nextAt(world: World): number {
  const times = world.agents.map((agent) => wakeAt(agent, world.now));
  return Math.min(world.alarmAt ?? Number.POSITIVE_INFINITY, ...times);
}

/** Something is under way that will certainly be heard of. */
function isBusy({ agents }: World): boolean {
  return agents.some(({ line }) => line.kind === "closed" && line.connectAt !== null);
}

function wakeAt(agent: ModelAgent, now: number): number {
  const fuses = [...agent.fuses.values()].filter((deadline) => deadline > now);
  const host = Math.min(nextCallAt(agent, now), ...fuses);
  if (agent.line.kind === "closed") return Math.min(agent.line.connectAt ?? Number.POSITIVE_INFINITY, host);
  return Math.min(agent.renewAt, nextClaimAt(agent), host);
}

function wake(world: World, agent: ModelAgent): void {
  if (agent.line.kind === "closed" && agent.line.connectAt !== null && agent.line.connectAt <= world.now) {
    connect(world, agent);
  }
  work(world, agent);
  if (agent.line.kind === "open" && Math.min(agent.renewAt, nextClaimAt(agent)) <= world.now) renew(world, agent);
}

/** The host goes on; what is down and not wanted is released; and what is new is said at once. */
function work(world: World, agent: ModelAgent): void {
  const changed = reconcile(agent, world.now, (group, resource) => failsNow(world, group, resource));
  let released = false;
  for (const order of agent.assignment?.groups ?? []) {
    const id = holdId(order);
    const hold = agent.holds.get(id);
    if (order.wanted === "Online" || agent.released.has(id) || hold === undefined || !isDown(hold)) continue;
    agent.released.set(id, { group: order.group, epoch: order.epoch });
    released = true;
  }
  if (!changed && !released) return;
  stir(world);
  sayAtOnce(world, agent);
}

function sayAtOnce({ now }: World, agent: ModelAgent): void {
  agent.renewAt = Math.min(agent.renewAt, now + latencyMs);
}

function failsNow(world: World, group: string, resource: string): boolean {
  const key = JSON.stringify([group, resource]);
  const left = world.failures.get(key) ?? 0;
  if (left > 0) world.failures.set(key, left - 1);
  return left > 0;
}

// --- what is said ---------------------------------------------------------------------------------------------------

function connect(world: World, agent: ModelAgent): void {
  agent.connection += 1;
  world.names += 1;
  const socket = `simulation-${world.names}`;
  agent.line = { kind: "open", socket };
  agent.lastAnswer = 0;
  agent.reported = null;
  agent.renewAt = world.now;
  const { incarnation, connection, node } = agent;
  const released = [...agent.released.values()];
  const [seen, told] = [seenBy(agent), toldBy(agent)];
  const message = {
    type: "hello",
    protocol: 1,
    incarnation,
    connection,
    seen,
    released,
    holding: [],
    told,
    machine: null,
    peer: agent.peer && { ...agent.peer, proof: "" },
  } as const;
  happen(world, { type: "hello", socket, node, nonce: `simulation-${world.names}`, message });
}

function renew(world: World, agent: ModelAgent): void {
  if (agent.line.kind !== "open") return;
  const { now } = world;
  const report = reportOf(agent);
  const text = JSON.stringify(report);
  const news = text !== agent.reported;
  agent.renewals += 1;
  agent.renewAt = now + leaseTerms(world).renewMs;
  agent.reported = text;
  const live = (id: string): boolean => now < (agent.fuses.get(id) ?? Number.NEGATIVE_INFINITY);
  const held = agent.assignment?.groups ?? [];
  happen(world, {
    type: "renewal",
    socket: agent.line.socket,
    message: {
      type: "renewal",
      n: agent.renewals,
      lastAnswer: agent.lastAnswer,
      ttlHeldMs: now < agent.latest.deadline ? agent.latest.ttlMs : 0,
      generation: agent.generation?.number ?? 0,
      revision: agent.assignment?.revision ?? null,
      generationAgeMs: agent.generationSince === null ? null : now - agent.generationSince,
      intact: held
        .filter((hold) => live(holdId(hold)) && !agent.released.has(holdId(hold)))
        .map(({ group, epoch }) => ({ group, epoch })),
      released: [...agent.released.values()],
      claims: claimsOf(agent, now),
      agreeing: [],
      leaving: false,
      report: news ? report : null,
    },
  });
}

function hear(world: World, agent: ModelAgent, message: ObjectMessage): void {
  if (agent.generation?.number !== message.generation.number) agent.generationSince = null;
  agent.generation = message.generation;
  if (message.type === "answer") hearAnswer(world, agent, message);
  if (message.assignment === null) return;
  agent.assignment = message.assignment;
  const held = new Set(message.assignment.groups.map(holdId));
  for (const id of [...agent.released.keys(), ...agent.fuses.keys()]) {
    if (held.has(id)) continue;
    agent.released.delete(id);
    agent.fuses.delete(id);
  }
  sayAtOnce(world, agent);
}

function hearAnswer(world: World, agent: ModelAgent, { n, outcome, silences, ownerRenewedMs }: Answer): void {
  const { now } = world;
  const lease = leaseTerms(world);
  count(agent, silences, n, now, lease.ttlMs);
  if (ownerRenewedMs !== null) agent.renewAt = Math.min(agent.renewAt, now + followingMs(ownerRenewedMs, lease));
  agent.lastAnswer = n;
  agent.lastAnswerAt = now;
  agent.generationSince ??= now;
  if (outcome.kind !== "grant" || outcome.holds.length === 0) return;
  const { holds, ttlMs } = outcome;
  const deadline = now + ttlMs - marginMs(ttlMs);
  for (const hold of holds) agent.fuses.set(holdId(hold), deadline);
  if (deadline >= agent.latest.deadline) agent.latest = { deadline, ttlMs };
}

// --- the loop of a shell --------------------------------------------------------------------------------------------

function happen(world: World, event: DistributiveOmit<ClusterEvent, "now">): Outcome {
  if (world.work >= simulationLimits.work) {
    world.isTooLarge = true;
    return done;
  }
  world.steps += 1;
  world.work += costOf(world);
  const { state, effects, outcome } = step(world.state, { ...event, now: world.now } as ClusterEvent);
  world.state = state;
  const touched = new Set<ModelAgent>();
  for (const effect of effects) {
    if (effect.type === "alarm") world.alarmAt = effect.at;
    else if (effect.type === "publish") {
      for (const entry of effect.entries) world.entries.push({ item: world.item, entry });
      stir(world);
    } else if (effect.type === "send" || effect.type === "close") {
      const agent = at(world, effect.socket);
      if (agent === undefined) continue;
      // An agent whose connection is closed connects again; one that is no part of the cluster does so at leisure.
      if (effect.type === "close") agent.line = { kind: "closed", connectAt: null };
      else hear(world, agent, effect.message);
      touched.add(agent);
    }
  }
  for (const agent of touched) work(world, agent);
  return outcome;
}

/** Each step looks at what there is, and each model at what it has: with many resources it takes so much longer. */
function costOf({ state: { durable } }: World): number {
  const groups = Object.values(durable.cluster?.definition.groups ?? {});
  return 1 + groups.reduce((sum, { resources }) => sum + 1 + Object.keys(resources).length, 0) / 16;
}

function at({ agents }: World, socket: SocketId): ModelAgent | undefined {
  return agents.find(({ line }) => line.kind === "open" && line.socket === socket);
}
