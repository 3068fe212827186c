import { lookup } from "../definition/definition.ts";
import type { Outcome, RefusedCode } from "../events.ts";
import type { JournalEntry } from "../journal.ts";
import type { ClusterState } from "../state.ts";
import { type GroupState, viewCluster } from "../questions/view.ts";
import type { ModelAgent } from "./model.ts";
import { type ScriptItem, simulationLimits } from "./script.ts";
import { command, disconnect, leaseTerms, nudge, passUntil, startAgent, stir, type World, worldOf } from "./world.ts";

/** What would happen, and what would be different in the end. */
export type Simulation = {
  /** How long it would take until nothing happens any more, milliseconds. */
  readonly durationMs: number;
  /** How often the brain was asked. */
  readonly steps: number;
  /** One for each item of the script, in its order. `refused`: it could not be carried out, and the script went on. */
  readonly items: readonly { readonly at: number; readonly refused: RefusedCode | null }[];
  /** What the journal would tell, in order. */
  readonly entries: readonly SimulatedEntry[];
  readonly groups: Readonly<Record<string, GroupOutcome>>;
  /** Groups that would not be as they are now. */
  readonly differences: readonly GroupDifference[];
};

/** `at`: milliseconds from now; `item`: the item of the script, from 0, after which it happens. */
export type SimulatedEntry = Omit<JournalEntry, "seq" | "actor"> & { readonly item: number };

export type GroupOutcome = { readonly owner: string | null; readonly state: GroupState; readonly epoch: number };
/** Null: there is no such group then. */
export type GroupDifference = {
  readonly group: string;
  readonly before: GroupOutcome | null;
  readonly after: GroupOutcome | null;
};

export type Simulated =
  | { readonly ok: true; readonly value: Simulation }
  | { readonly ok: false; readonly code: "simulation-too-large" };

/**
 * Runs the very `step` of the live cluster on its present state, with model agents for the runs that are connected. They are
 * well: they renew in time, bring up and take down what they are told in the order of its dependencies, release, count
 * silences and claim. What takes how long nobody knows, so times are those of a quick host; the order of what happens to a
 * group is that of the live cluster. The same arguments give the same answer, and nothing is changed.
 */
export function simulate(state: ClusterState, script: readonly ScriptItem[], now: number): Simulated {
  const running = simulateInTurns(state, script, now);
  for (;;) {
    const turn = running.next();
    if (turn.done === true) return turn.value;
  }
}

/** The same, for somebody who has others to serve meanwhile: it yields after each piece of work. */
export function* simulateInTurns(
  state: ClusterState,
  script: readonly ScriptItem[],
  now: number,
): Generator<void, Simulated> {
  const passesMs = script.reduce((sum, item) => sum + (item.do === "pass" ? (item.ms ?? 0) : 0), 0);
  if (script.length > simulationLimits.items || passesMs > simulationLimits.durationMs) {
    return { ok: false, code: "simulation-too-large" };
  }
  const world = worldOf(state, now);
  const items: Simulation["items"][number][] = [];
  for (const [index, item] of script.entries()) {
    world.item = index;
    const at = world.now - now;
    const outcome = item.do === "pass" ? yield* pass(world, item.ms) : carryOut(world, item);
    stir(world);
    items.push({ at, refused: outcome === null || outcome.kind === "done" ? null : outcome.refusal.code });
  }
  yield* settle(world);
  if (world.isTooLarge) return { ok: false, code: "simulation-too-large" };
  return { ok: true, value: resultOf(state, world, items) };
}

function* pass(world: World, ms: number | null): Generator<void, null> {
  yield* ms === null ? settle(world) : passUntil(world, world.now + ms);
  return null;
}

function carryOut(world: World, item: Exclude<ScriptItem, { do: "pass" }>): Outcome | null {
  switch (item.do) {
    case "node-down":
    case "node-up":
    case "lease-lost":
      return carryOutOfNode(world, item.do, item.node);
    case "resource-fails":
      return letFail(world, item);
    case "move":
      return command(world, { type: "move", group: item.group, target: item.target, at: null });
    case "cancel":
      return command(world, { type: "cancel", group: item.group });
    case "pause":
      return command(world, { type: "pause", node: item.node, drain: item.drain, target: item.target });
    case "resume":
      return command(world, { type: "resume", node: item.node, failback: item.failback });
    case "online":
    case "offline": {
      const wanted = item.do === "online" ? "Online" : "Offline";
      const { group, resource } = item;
      if (resource === null) return command(world, { type: "want", group, wanted });
      return command(world, { type: "want-resource", group, resource, wanted });
    }
    case "fail":
    case "restart":
      return command(world, { type: `${item.do}-resource`, group: item.group, resource: item.resource });
    case "maintenance":
      return command(world, { type: "maintenance", on: item.on });
    case "define":
      return command(world, { type: "define", definition: item.definition, force: item.force });
  }
}

function carryOutOfNode(world: World, what: "node-down" | "node-up" | "lease-lost", node: string): Outcome | null {
  if (!world.state.durable.nodes.has(node)) return refusedAs("node-not-found", `there is no node ${node}`);
  const running = world.agents.filter((agent) => agent.node === node && isThere(agent));
  if (what === "node-up") {
    if (running.length > 0) return refusedAs("node-is-connected", `the agent of node ${node} is connected`);
    startAgent(world, node);
    return null;
  }
  if (running.length === 0) return refusedAs("node-not-up", `the agent of node ${node} is not connected`);
  for (const agent of running) {
    // A witness counts from its next answer, and a renewal later it has told.
    const { ttlMs, renewMs } = leaseTerms(world);
    const backAt = world.now + 2 * ttlMs + 2 * renewMs;
    disconnect(world, agent, what === "lease-lost" ? backAt : null);
    if (what === "node-down") world.agents.splice(world.agents.indexOf(agent), 1);
  }
  return null;
}

function isThere({ line }: ModelAgent): boolean {
  return line.kind === "open" || line.connectAt !== null;
}

function letFail(world: World, { group, resource, times }: ScriptItem & { do: "resource-fails" }): Outcome | null {
  const defined = world.state.durable.cluster?.definition.groups;
  if (defined === undefined || !Object.hasOwn(defined, group)) {
    return refusedAs("group-not-found", `there is no group ${group}`);
  }
  if (!Object.hasOwn(defined[group]?.resources ?? {}, resource)) {
    return refusedAs("resource-not-found", `group ${group} has no resource ${resource}`);
  }
  world.failures.set(JSON.stringify([group, resource]), times);
  nudge(world);
  return null;
}

/** Until nothing but renewals has happened for as long as a silence takes to be counted. */
function settle(world: World): Generator<void, void> {
  const { ttlMs, renewMs } = leaseTerms(world);
  const held = [...world.state.durable.leases.values()].flatMap((row) => Object.values(row.held));
  const longestMs = Math.max(ttlMs, ...held.map(({ ttlHeldMs }) => ttlHeldMs));
  const left = world.startedAt + simulationLimits.durationMs - world.now;
  return passUntil(world, world.now + Math.min(simulationLimits.settleMs, left), 2 * longestMs + 2 * renewMs);
}

function refusedAs(code: RefusedCode, detail: string): Outcome {
  return { kind: "refused", refusal: { code, detail } };
}

function resultOf(before: ClusterState, world: World, items: Simulation["items"]): Simulation {
  const groups = outcomesOf(world.state, world.now);
  const groupsBefore = outcomesOf(before, world.startedAt);
  const names = [...new Set([...Object.keys(groupsBefore), ...Object.keys(groups)])];
  return {
    durationMs: Math.max(0, ...world.entries.map(({ entry }) => entry.at - world.startedAt)),
    steps: world.steps,
    items,
    entries: world.entries.map(({ item, entry: { seq: _seq, actor: _actor, ...entry } }) => ({
      ...entry,
      at: entry.at - world.startedAt,
      item,
    })),
    groups,
    differences: names
      .map((group) => ({ group, before: lookup(groupsBefore, group) ?? null, after: lookup(groups, group) ?? null }))
      .filter((one) => JSON.stringify(one.before) !== JSON.stringify(one.after)),
  };
}

function outcomesOf(state: ClusterState, now: number): Record<string, GroupOutcome> {
  const views = Object.entries(viewCluster(state, now)?.groups ?? {});
  return Object.fromEntries(views.map(([name, { owner, epoch, state: is }]) => [name, { owner, state: is, epoch }]));
}
