import { lookup } from "../definition/definition.ts";
import { isWantedElsewhere } from "../definition/fit-holds.ts";
import { drainGrants } from "./draining.ts";
import type { Step } from "../events.ts";
import { limits } from "../limits.ts";
import { type Generation, isRolledBack } from "./generation.ts";
import { leasePresets } from "./lease.ts";
import { type Hello, holdId } from "../messages.ts";
import {
  addressesBeyond,
  addressesHeld,
  becomeDraining,
  becomeReminded,
  holdOf,
  leaseOf,
  mayBeCalledOff,
} from "./ownership.ts";
import type { ClusterState, Durable, Memory } from "../state.ts";
import { beginTurn, finishTurn, journal, putGroup, type Turn } from "../turn.ts";

/**
 * The state of an object that has just started, from the rows that it read after its new generation was confirmed. Every
 * ownership found counts as granted at this moment; that holds others off and is never a reason to say `BIND`.
 */
export function restart(durable: Durable, journaled: number, now: number): Step<ClusterState> {
  const memory: Memory = {
    answers: 0,
    revisions: 0,
    start: { kind: "holding", holdMs: holdMs(durable) },
    sessions: new Map(),
    witnesses: new Map(),
    heard: new Map(),
    extended: new Set(),
    pending: new Map(),
    keys: new Map(),
    alarmAt: undefined,
    reporters: new Map(),
    journaled,
    associations: [],
  };
  const turn = beginTurn({ durable, memory }, now);
  for (const { plan, ...row } of durable.groups.values()) {
    if (plan.loss === null || plan.loss.since === 0) continue;
    putGroup(turn, row.name, { ...row, plan: { ...plan, loss: { ...plan.loss, since: 0 } } });
  }
  // An object that nobody uses wakes up for each reader; that is news only where somebody owns something.
  if (durable.holds.size > 0) {
    journal(turn, {
      kind: "object.started",
      sentence: `The control plane started (generation ${durable.generation.number}); it begins no epoch for ${holdMs(durable)} ms.`,
    });
  }
  return finishTurn(turn, null);
}

/**
 * A run has counted long enough from its first answer of this generation: epochs may begin (LEASE rule 10). Returns whether
 * the hold has ended by that.
 */
export function endHoldWhenCounted(turn: Turn, generation: number, countedMs: number | null): boolean {
  const { start } = turn.memory;
  if (start.kind === "over" || countedMs === null || countedMs < start.holdMs) return false;
  if (generation !== turn.durable.generation.number) return false;
  turn.memory = { ...turn.memory, start: { kind: "over" } };
  return true;
}

/**
 * State that was rolled back or lost is recognised by what an agent has seen: a start of our number with another nonce, a
 * later one, a higher epoch, or an address that it got under an epoch of its own. The new generation, epochs above all of it, and
 * those addresses are written before the welcome, and the hold begins anew (LEASE rule 12). An owner that says nothing has none
 * of them any more when the hold is over: nobody has extended it meanwhile.
 */
export function repairRollBack(turn: Turn, node: string, hello: Hello, nonce: string): void {
  const { generation } = turn.durable;
  const { seen } = hello;
  const forgotten = Object.entries(seen.epochs).filter(([group, epoch]) => epoch > highestEpoch(turn, group));
  const rolledBack = seen.generation !== null && isRolledBack(generation, seen.generation);
  const reminders = remindersOf(turn, node, hello);
  if (!rolledBack && forgotten.length + reminders.length === 0) return;
  const next: Generation = { number: Math.max(generation.number, seen.generation?.number ?? 0) + 1, nonce };
  turn.durable = { ...turn.durable, generation: next };
  raiseEpochs(turn, forgotten);
  for (const reminder of reminders) remind(turn, reminder);
  turn.memory = { ...turn.memory, start: { kind: "holding", holdMs: holdMs(turn.durable) } };
  journal(turn, {
    kind: "object.rolled-back",
    severity: "error",
    mscsId: 1561,
    node,
    sentence: `The agent of node ${node} has seen more than this control plane remembers: its state was rolled back or lost. It goes on as generation ${next.number}, and begins no epoch until a ttl has been counted.`,
  });
}

function raiseEpochs(turn: Turn, forgotten: readonly (readonly [string, number])[]): void {
  const { cluster } = turn.durable;
  if (cluster === null) return;
  const epochFloor = Math.max(cluster.epochFloor, ...forgotten.map(([, epoch]) => epoch));
  if (epochFloor > cluster.epochFloor) turn.durable = { ...turn.durable, cluster: { ...cluster, epochFloor } };
  for (const [group, epoch] of forgotten) {
    const row = turn.durable.groups.get(group);
    if (row !== undefined) putGroup(turn, group, { ...row, epoch });
    // An ownership older than the forgotten one was over long ago: it may end, and may not be extended. One that this
    // generation has extended is alive, whatever somebody else says that he has seen.
    const hold = holdOf(turn, group);
    if (hold !== undefined && !turn.memory.extended.has(holdId(hold))) {
      becomeDraining(turn, hold, "redefined", null, 0);
    }
  }
}

type Reminder = { readonly id: string; readonly more: readonly string[] };

/** The owner tells all that it may have before it is extended for the first time; what it gets later this start has given it. */
function remindersOf(turn: Turn, node: string, { incarnation, holding }: Hello): Reminder[] {
  return holding.flatMap((told) => {
    const id = holdId(told);
    const hold = turn.durable.holds.get(id);
    if (hold?.incarnation !== incarnation || hold.node !== node || turn.memory.extended.has(id)) return [];
    // What has to go for it will not be extended, so it need not be known better.
    if (hold.phase.kind === "draining" && hold.phase.because === "rolled-back") return [];
    const more = addressesBeyond(hold, told.addresses);
    return more.length === 0 ? [] : [{ id, more }];
  });
}

function remind(turn: Turn, { id, more }: Reminder): void {
  const hold = turn.durable.holds.get(id);
  if (hold === undefined) return;
  const free = more.filter((address) => !addressesHeld(turn, [address]));
  // No owner has ever got more than that.
  const isPossible = hold.addresses.length + more.length <= limits.addressesHeld;
  const reminded = isPossible ? becomeReminded(turn, hold, free) : hold;
  // Another ownership had it before, and may be remembered though it is over: neither is extended while both could have it.
  if (!isPossible || free.length < more.length) return becomeDraining(turn, reminded, "rolled-back", null, 0);
  const definition = turn.durable.cluster?.definition;
  const group = definition && lookup(definition.groups, hold.group);
  if (hold.phase.kind === "draining" && !mayBeCalledOff(hold.phase)) return;
  if (!definition || !group || !isWantedElsewhere(definition, hold.group, free)) return;
  const target = hold.phase.kind === "draining" ? hold.phase.target : null;
  becomeDraining(turn, reminded, "readdressed", target, drainGrants(definition, group));
}

function highestEpoch(turn: Turn, group: string): number {
  return turn.durable.groups.get(group)?.epoch ?? turn.durable.cluster?.epochFloor ?? 0;
}

/** The longest ttl that anything found may still be held for. */
function holdMs(durable: Durable): number {
  const held = [...durable.holds.values()].map((hold) => leaseOf({ durable }, hold).ttlHeldMs);
  return Math.max(durable.cluster?.definition.lease.ttlMs ?? leasePresets.wan.ttlMs, ...held);
}
