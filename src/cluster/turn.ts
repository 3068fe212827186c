import { changesBetween } from "./durable.ts";
import { type CloseReason, done, type Effect, type Outcome, type Refusal, type Step } from "./events.ts";
import type { JournalEntry, JournalNote } from "./journal.ts";
import type { ObjectMessage } from "./messages.ts";
import type { Operation } from "./commands/operation.ts";
import type { ClusterState, Durable, GroupRow, Hold, LeaseRow, Memory, NodeRow, Session, SocketId } from "./state.ts";

/**
 * The working copy of one step. Handlers read and replace `durable` and `memory`, note what happened, and say what shall be
 * sent; `finish` puts all of it into the order that the shell has to keep: write, then tell.
 */
export type Turn = {
  readonly before: ClusterState;
  readonly now: number;
  durable: Durable;
  memory: Memory;
  readonly entries: JournalEntry[];
  readonly sends: Effect[];
};

export function beginTurn(state: ClusterState, now: number): Turn {
  return {
    before: state,
    now,
    durable: state.durable,
    memory: state.memory,
    entries: [],
    sends: [],
  };
}

export function finishTurn(turn: Turn, alarm: Effect | null, outcome: Outcome = done): Step<ClusterState> {
  const changes = changesBetween(turn.before.durable, turn.durable);
  for (const row of turn.entries) changes.push({ table: "journal", row });
  const effects: Effect[] = [];
  if (changes.length > 0) effects.push({ type: "persist", changes });
  effects.push(...turn.sends);
  if (alarm !== null) effects.push(alarm);
  if (turn.entries.length > 0) effects.push({ type: "publish", entries: turn.entries });
  return { state: { durable: turn.durable, memory: turn.memory }, effects, outcome };
}

/** A refusal leaves everything as it was: the state is the very object that came in. */
export function refuse(turn: Turn, refusal: Refusal): Step<ClusterState> {
  return { state: turn.before, effects: [], outcome: { kind: "refused", refusal } };
}

export function journal(turn: Turn, note: JournalNote): void {
  const seq = turn.memory.journaled + 1;
  turn.memory = { ...turn.memory, journaled: seq };
  turn.entries.push({
    seq,
    at: turn.now,
    severity: "info",
    mscsId: null,
    epoch: null,
    node: null,
    group: null,
    resource: null,
    actor: "cluster",
    details: null,
    ...note,
  });
}

export function send(turn: Turn, socket: SocketId, message: ObjectMessage): void {
  turn.sends.push({ type: "send", socket, message });
}

export function close(turn: Turn, socket: SocketId, reason: CloseReason): void {
  turn.sends.push({ type: "close", socket, reason });
}

// --- the one place where rows are put and removed -------------------------------------------------------------------

export function putNode(turn: Turn, key: string, row: NodeRow | null): void {
  turn.durable = { ...turn.durable, nodes: withRow(turn.durable.nodes, key, row) };
}

export function putGroup(turn: Turn, key: string, row: GroupRow | null): void {
  turn.durable = { ...turn.durable, groups: withRow(turn.durable.groups, key, row) };
}

export function putHold(turn: Turn, key: string, row: Hold | null): void {
  turn.durable = { ...turn.durable, holds: withRow(turn.durable.holds, key, row) };
}

export function putLease(turn: Turn, key: string, row: LeaseRow | null): void {
  turn.durable = { ...turn.durable, leases: withRow(turn.durable.leases, key, row) };
}

export function putOperation(turn: Turn, key: string, row: Operation | null): void {
  turn.durable = { ...turn.durable, operations: withRow(turn.durable.operations, key, row) };
}

export function putSession(turn: Turn, key: string, session: Session | null): void {
  turn.memory = { ...turn.memory, sessions: withRow(turn.memory.sessions, key, session) };
}

export function withRow<Row>(rows: ReadonlyMap<string, Row>, key: string, row: Row | null): ReadonlyMap<string, Row> {
  const copy = new Map(rows);
  if (row === null) copy.delete(key);
  else copy.set(key, row);
  return copy;
}
