import { lookup } from "../definition/definition.ts";
import type { OperatorEvent } from "../events.ts";
import { changedGroups, howFarApplied, isDrivenOut } from "./applied.ts";
import { isAsWanted } from "./as-wanted.ts";
import { summary } from "../definition/changed-parts.ts";
import { limits } from "../limits.ts";
import { holdId } from "../messages.ts";
import type { Operation, OperationEnd, OperationKind, OperationStatus } from "./operation.ts";
import { holdOf } from "../lease/ownership.ts";
import { dwordOf } from "../properties/properties.ts";
import { clusterProperties } from "../properties/property-tables.ts";
import { reportedResources, reportOf, wantedOf } from "../policies/resources.ts";
import { type GroupRow, type Hold, noDemands } from "../state.ts";
import { journal, putOperation, type Turn } from "../turn.ts";

type Ended = Extract<OperationStatus, { readonly code: OperationEnd }>;

const pending: OperationStatus = { state: "Pending" };

/**
 * Whether there is room to follow it up. What needs no following up needs no room, and what ends something has room of its own:
 * whoever asked for too much must be able to take it back.
 */
export function mayBegin(turn: Turn, event: OperatorEvent): boolean {
  const begun = operationOf(event);
  // A definition is what mends a cluster that is stuck: where there is no room, it is applied and not followed up.
  if (begun === null || begun.kind === "apply") return true;
  return hasRoom(turn, begun.kind);
}

function hasRoom({ durable }: Pick<Turn, "durable">, kind: OperationKind): boolean {
  const most = endsSomething.has(kind) ? limits.operationsPendingInAll : limits.operationsPending;
  return [...durable.operations.values()].filter(isPending).length < most;
}

const endsSomething: ReadonlySet<OperationKind> = new Set(["offline", "resource-offline", "drain", "destroy"]);

/** Follows up what has just been accepted. `epoch`: that of the group before it. */
export function beginOperation(turn: Turn, event: OperatorEvent, epoch: number | null): void {
  const begun = operationOf(event);
  if (event.operation === undefined || begun === null || !hasRoom(turn, begun.kind)) return;
  makeRoom(turn);
  putOperation(turn, event.operation, newOperation(turn, event, begun, event.operation, epoch));
}

/**
 * Whether it is still to come about what was asked for and is asked for again: nothing changes by that, but who asks may want to
 * wait for it.
 */
export function isStillToCome(turn: Turn, event: OperatorEvent, epoch: number | null): boolean {
  if (event.type !== "want" && event.type !== "want-resource") return false;
  const begun = operationOf(event);
  if (begun === null) return false;
  return judge(turn, newOperation(turn, event, begun, "", epoch)).state === "Pending";
}

/** Ends the operations that have come to their end. */
export function settleOperations(turn: Turn): void {
  for (const operation of turn.durable.operations.values()) {
    if (!isPending(operation)) continue;
    const status = turn.now >= timeoutAt(turn, operation) ? failed(turn, "timeout") : judge(turn, operation);
    if (status.state === "Pending") continue;
    putOperation(turn, operation.id, { ...operation, status });
    if (status.state !== "Failed") continue;
    const { id, kind, actor, group, node, resource } = operation;
    journal(turn, {
      kind: "operation.failed",
      severity: "warning",
      sentence: `What was asked for (${kind}) did not come about: ${status.sentence}`,
      actor,
      group,
      node,
      resource,
      details: { operation: id, code: status.code },
    });
  }
}

/** A move begins when its time has come: from the group's present epoch on, whatever became of it since it was asked for. */
export function beginMove(turn: Turn, id: string | null, epoch: number): void {
  const operation = pendingOf(turn, id);
  if (operation !== null) putOperation(turn, operation.id, { ...operation, epoch, startedAt: turn.now });
}

/** The object's clock went back: what was begun after now has been pending for no time yet. */
export function rebaseOperations(turn: Turn): void {
  for (const operation of turn.durable.operations.values()) {
    if (!isPending(operation) || operation.startedAt <= turn.now) continue;
    putOperation(turn, operation.id, { ...operation, startedAt: turn.now });
  }
}

/** When the first of the pending operations has taken too long, epoch milliseconds. */
export function nextOperationTimeout({ durable }: Pick<Turn, "durable">): number | null {
  const pending = [...durable.operations.values()].filter(isPending);
  return pending.length === 0 ? null : Math.min(...pending.map((operation) => timeoutAt({ durable }, operation)));
}

/** A move that waits for its time is not late before it. */
function timeoutAt({ durable }: Pick<Turn, "durable">, operation: Operation): number {
  const { startedAt } = operation;
  return Math.max(startedAt, scheduledAt({ durable }, operation) ?? startedAt) + longestMs({ durable });
}

/** The time that it waits for, if it is a move that does. */
function scheduledAt({ durable }: Pick<Turn, "durable">, { id, group }: Operation): number | null {
  const move = group === null ? null : (durable.groups.get(group)?.plan.move ?? null);
  return move !== null && move.operation === id ? move.at : null;
}

/** RequestReplyTimeout of WSFC: what has not come to an end within so many minutes has failed. */
function longestMs({ durable: { cluster } }: Pick<Turn, "durable">): number {
  return 60_000 * dwordOf(cluster?.definition.properties ?? {}, clusterProperties, "RequestReplyTimeout");
}

type Begun = Pick<Operation, "kind"> & Partial<Pick<Operation, "node" | "group" | "resource">>;

/** What an event has to be followed up as; null for what is done when it is accepted. */
function operationOf(event: OperatorEvent): Begun | null {
  switch (event.type) {
    case "define":
      return { kind: "apply" };
    case "edit":
      return editOperation(event.edit);
    case "destroy":
      return { kind: "destroy" };
    case "move":
      return { kind: "move", group: event.group, node: event.target };
    case "want":
      return { kind: event.wanted === "Online" ? "online" : "offline", group: event.group };
    case "want-resource": {
      const kind: OperationKind = event.wanted === "Online" ? "resource-online" : "resource-offline";
      return { kind, group: event.group, resource: event.resource };
    }
    case "fail-resource":
      return { kind: "resource-fail", group: event.group, resource: event.resource };
    case "restart-resource":
      return { kind: "resource-restart", group: event.group, resource: event.resource };
    case "pause":
      return event.drain ? { kind: "drain", node: event.node } : null;
    default:
      return null;
  }
}

function newOperation(turn: Turn, event: OperatorEvent, begun: Begun, id: string, epoch: number | null): Operation {
  return {
    id,
    actor: event.actor,
    startedAt: turn.now,
    node: null,
    group: null,
    resource: null,
    epoch,
    count: countOf(turn, event),
    groups: begun.kind === "apply" ? changedGroups(turn) : [],
    ends: whatItEnds(turn, begun),
    ...begun,
    status: pending,
  };
}

/** The ownerships that are there now, and are over when what was asked for is. */
function whatItEnds({ durable }: Turn, { kind, node, group }: Begun): string[] {
  const ends = (hold: Hold): boolean => {
    if (kind === "destroy") return true;
    if (kind === "evict") return hold.node === node;
    return kind === "delete-group" ? hold.group === group : kind === "apply" && isDrivenOut(hold);
  };
  return [...durable.holds.values()].filter(ends).map(holdId);
}

/** Which failure or restart this is: the brain has counted it already. */
function countOf({ durable }: Turn, event: OperatorEvent): number | null {
  if (event.type !== "fail-resource" && event.type !== "restart-resource") return null;
  const demands = lookup(durable.groups.get(event.group)?.demands ?? {}, event.resource) ?? noDemands;
  return event.type === "fail-resource" ? demands.fails : demands.restarts;
}

function editOperation(edit: Extract<OperatorEvent, { type: "edit" }>["edit"]): Begun {
  switch (edit.kind) {
    case "remove-node":
      return { kind: "evict", node: edit.node };
    case "remove-group":
      return { kind: "delete-group", group: edit.group };
    case "add-resource":
      return { kind: "apply", group: edit.group, resource: edit.resource };
    default:
      return { kind: "apply" };
  }
}

function judge(turn: Turn, operation: Operation): OperationStatus {
  const completed: OperationStatus = { state: "Completed", at: turn.now };
  switch (operation.kind) {
    case "apply":
      return judgeApply(turn, operation, completed);
    case "destroy":
    case "evict":
    case "delete-group":
      return operation.ends.some((id) => turn.durable.holds.has(id)) ? pending : completed;
    case "resource-fail":
    case "resource-restart":
      return judgeDemand(turn, operation, completed);
    case "drain":
      return judgeDrain(turn, operation, completed);
    default:
      return judgeOfGroup(turn, operation, completed);
  }
}

function judgeApply(turn: Turn, operation: Operation, completed: OperationStatus): OperationStatus {
  const come = howFarApplied(turn, operation);
  if (come === "given-up") return failed(turn, come);
  return come === "applied" ? completed : pending;
}

function judgeDrain(turn: Turn, { node }: Operation, completed: OperationStatus): OperationStatus {
  const row = node === null ? undefined : turn.durable.nodes.get(node);
  if (row === undefined) return cancelled(turn, "gone");
  if (row.drain === null) return cancelled(turn, "asked-otherwise");
  if (someHold(turn, (hold) => hold.node === node && hold.phase.kind === "draining")) return pending;
  const stayed = [...turn.durable.holds.values()].filter((hold) => hold.node === node).map(({ group }) => group);
  if (stayed.length === 0) return completed;
  const sentence = `${summary(stayed)} stayed, because no other node can take it now; node ${node} is paused all the same.`;
  return { ...failed(turn, "could-not-leave"), sentence };
}

/** The host has let it fail, or has it online again. With the epoch, which it may have cost, the count is over too. */
function judgeDemand(turn: Turn, operation: Operation, completed: OperationStatus): OperationStatus {
  const { group, resource, epoch, count, kind } = operation;
  if (group === null || resource === null || !turn.durable.groups.has(group)) return cancelled(turn, "gone");
  const hold = holdOf(turn, group);
  if (hold === undefined) return pending;
  if (hold.epoch !== epoch) return kind === "resource-fail" ? completed : cancelled(turn, "called-off");
  const reported = lookup(reportedResources(reportOf(turn, hold), hold), resource);
  if (reported === undefined) return pending;
  if (kind === "resource-fail") return (reported.fails ?? 0) >= (count ?? 0) ? completed : pending;
  return (reported.restarts ?? 0) >= (count ?? 0) && reported.state === "Online" ? completed : pending;
}

function judgeOfGroup(turn: Turn, operation: Operation, completed: OperationStatus): OperationStatus {
  const { kind, group: name, resource, epoch, node } = operation;
  const row = name === null ? undefined : turn.durable.groups.get(name);
  const group = row && turn.durable.cluster && lookup(turn.durable.cluster.definition.groups, row.name);
  if (row === undefined || !group) return cancelled(turn, "gone");
  const hold = holdOf(turn, row.name);
  if (kind === "move") {
    if (scheduledAt(turn, operation) !== null || hold === undefined) return pending;
    if (hold.epoch === epoch) return hold.phase.kind === "owned" ? cancelled(turn, "called-off") : pending;
    if (node !== null && hold.node !== node) return failed(turn, "went-elsewhere");
  } else if (isAskedOtherwise(row, operation)) return cancelled(turn, "asked-otherwise");
  const of = resource === null ? Object.keys(group.resources) : [resource];
  if (of.every((one) => isAsWanted(turn, row, hold, one))) return completed;
  const downwards = kind === "offline" || kind === "resource-offline";
  return row.troubles.givenUp !== null && !downwards ? failed(turn, "given-up") : pending;
}

function isAskedOtherwise(row: GroupRow, { kind, resource }: Operation): boolean {
  // What a group waits for before it starts is on its way to what was asked for.
  const planned = { ...row, plan: { ...row.plan, start: null } };
  if (kind === "online" || kind === "offline") return row.wanted.toLowerCase() !== kind;
  return resource !== null && wantedOf(planned, resource).toLowerCase() !== kind.slice("resource-".length);
}

function someHold(turn: Turn, of: (hold: Hold) => boolean): boolean {
  return [...turn.durable.holds.values()].some(of);
}

/** A move that was to come ends so, if it is pending. */
export function endMove(turn: Turn, id: string | null, code: "called-off" | "asked-otherwise" | "not-made"): void {
  const operation = pendingOf(turn, id);
  if (operation === null) return;
  const status = code === "not-made" ? failed(turn, code) : cancelled(turn, code);
  putOperation(turn, operation.id, { ...operation, status });
}

/** The group stays where it is: whoever asked for its move from there is told. What is to move it later goes on. */
export function endMovesUnderWay(turn: Turn, { group, epoch }: Hold): void {
  for (const operation of turn.durable.operations.values()) {
    const isMove = operation.kind === "move" && operation.group === group && operation.epoch === epoch;
    if (isMove && scheduledAt(turn, operation) === null) endMove(turn, operation.id, "called-off");
  }
}

function pendingOf({ durable }: Turn, id: string | null): Operation | null {
  const operation = id === null ? undefined : durable.operations.get(id);
  return operation !== undefined && isPending(operation) ? operation : null;
}

function isPending({ status }: Operation): boolean {
  return status.state === "Pending";
}

function failed(turn: Turn, code: OperationEnd): Ended {
  return { state: "Failed", at: turn.now, code, sentence: sentences[code] };
}

function cancelled(turn: Turn, code: OperationEnd): Ended {
  return { state: "Cancelled", at: turn.now, code, sentence: sentences[code] };
}

const sentences: Readonly<Record<OperationEnd, string>> = {
  "went-elsewhere": "the group went to another node than was asked for.",
  "called-off": "it was called off, and the group stayed where it was.",
  "asked-otherwise": "something else was asked for meanwhile.",
  "given-up": "the group was given up: its resources failed too often.",
  "could-not-leave": "some groups stayed, because no other node can take them.",
  "not-made": "its time came, and it could not be made; the journal says why.",
  gone: "what it was about is not part of the cluster any more.",
  timeout: "it took longer than RequestReplyTimeout allows.",
};

/** Finished ones are forgotten, oldest first. */
function makeRoom(turn: Turn): void {
  const { operations } = turn.durable;
  if (operations.size < limits.operations) return;
  const finished = [...operations.values()].filter((one) => !isPending(one)).sort((a, b) => a.startedAt - b.startedAt);
  for (const { id } of finished.slice(0, operations.size - limits.operations + 1)) putOperation(turn, id, null);
}
