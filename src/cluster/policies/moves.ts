import { candidatesFor } from "./candidates.ts";
import { type ClusterDefinition, type GroupDefinition, lookup, possibleOwners } from "../definition/definition.ts";
import { drainGrants } from "../lease/draining.ts";
import type { OperatorEvent, Outcome } from "../events.ts";
import { forgetFailbackOf } from "./failback.ts";
import { beginMove, endMove, endMovesUnderWay } from "../commands/operations.ts";
import { becomeDraining, becomeOwnedAgain, epochOf, holdOf, mayBeCalledOff } from "../lease/ownership.ts";
import { hasOtherOwner, noLoss } from "./placement.ts";
import { noSuchGroup, noSuchNode, refused } from "../refusals.ts";
import type { GroupRow, Hold, ScheduledMove } from "../state.ts";
import { timeIn } from "../definition/time-zone.ts";
import { journal, putGroup, type Turn } from "../turn.ts";

type MoveCommand = Extract<OperatorEvent, { type: "move" }>;

/** MoveClusterGroup: to the named node, or to the next best one; now, or at a time. */
export function move(turn: Turn, definition: ClusterDefinition, command: MoveCommand): Outcome {
  const { group: name, target, at, actor, operation = null } = command;
  const row = turn.durable.groups.get(name);
  const group = lookup(definition.groups, name);
  if (row === undefined || group === undefined) return noSuchGroup(turn, name);
  if (target !== null) {
    if (!turn.durable.nodes.has(target)) return noSuchNode(turn, target);
    if (!possibleOwners(definition, group).includes(target)) {
      return refused("node-not-possible-owner", `node ${target} is not a possible owner of group ${name}`);
    }
  }
  if (at !== null && at > turn.now) return schedule(turn, row, definition, { at, target, actor, operation });
  const hold = holdOf(turn, name);
  if (hold === undefined)
    return refused("group-not-owned", `nobody owns group ${name}; it goes to the first node that may have it`);
  if (hold.phase.kind === "draining") return refused("group-in-transition", `group ${name} is already on its way`);
  if (target === hold.node) return refused("already-owner", `node ${target} owns group ${name} already`);
  const objection = target === null ? null : objectionTo(turn, definition, hold, group, target);
  if (objection !== null) return refused("node-not-up", `node ${target} cannot take group ${name} (${objection})`);
  if (!hasOtherOwner(turn, row, hold.node))
    return refused("no-other-owner", `no other node can take group ${name} now`);
  journal(turn, {
    kind: "group.move-requested",
    sentence: `Group ${name} shall move from node ${hold.node} to ${nodeOrBest(target)}.`,
    group: name,
    node: hold.node,
    epoch: hold.epoch,
    actor,
    details: { target },
  });
  replaceMove(turn, row, null, actor);
  becomeDraining(turn, hold, "move", target, drainGrants(definition, group), actor);
  return { kind: "done", changed: [`groups.${name}`] };
}

/** CancelClusterGroupOperation: a move that waits for its time, or one that is under way and can still stay. */
export function cancelMove(turn: Turn, { group: name, actor }: Extract<OperatorEvent, { type: "cancel" }>): Outcome {
  const row = turn.durable.groups.get(name);
  if (row === undefined) return noSuchGroup(turn, name);
  const hold = holdOf(turn, name);
  const underWay = hold !== undefined && mayBeCalledOff(hold.phase);
  if (row.plan.move === null && !underWay) {
    return refused("nothing-to-cancel", `group ${name} is on no way that could be called off`);
  }
  if (row.plan.move !== null) {
    putGroup(turn, name, { ...row, plan: { ...row.plan, move: null } });
    endMove(turn, row.plan.move.operation, "called-off");
    journal(turn, {
      kind: "group.move-cancelled",
      sentence: `The scheduled move of group ${name} was called off.`,
      group: name,
      epoch: epochOf(turn, row),
      actor,
    });
  }
  if (underWay) {
    endMovesUnderWay(turn, hold);
    becomeOwnedAgain(turn, hold, "an operator called it off", actor);
    if (hold.phase.kind === "draining" && hold.phase.because === "failback") forgetFailbackOf(turn, name);
  }
  return { kind: "done", changed: [`groups.${name}`] };
}

/**
 * Moves whose time has come. One that cannot be carried out then is told, and not tried again. Just started, the object knows
 * of nobody yet who could take anything, so it waits.
 */
export function moveOnTime(turn: Turn): void {
  const { cluster } = turn.durable;
  if (cluster === null || turn.memory.start.kind !== "over") return;
  for (const row of turn.durable.groups.values()) {
    const due = row.plan.move;
    if (due === null || due.at > turn.now) continue;
    putGroup(turn, row.name, { ...row, plan: { ...row.plan, move: null } });
    const { target, actor, operation } = due;
    beginMove(turn, operation, epochOf(turn, row));
    const outcome = cluster.maintenance
      ? refused("in-maintenance", "the cluster is in maintenance")
      : move(turn, cluster.definition, { type: "move", group: row.name, target, at: null, actor });
    if (outcome.kind === "done") continue;
    endMove(turn, operation, "not-made");
    journal(turn, {
      kind: "group.move-failed",
      severity: "warning",
      mscsId: 1137,
      sentence: `The scheduled move of group ${row.name} was not made: ${outcome.refusal.detail}.`,
      group: row.name,
      epoch: epochOf(turn, row),
      actor,
      details: { code: outcome.refusal.code, target },
    });
  }
}

/** A move or a pause whose target is gone is called off when nobody else could take the group (LEASE rule 8). */
export function callOffMoves(turn: Turn): void {
  // Just started, the object knows of nobody yet who could take anything; the move is not lost by that.
  if (turn.memory.start.kind !== "over") return;
  for (const hold of turn.durable.holds.values()) {
    if (!mayBeCalledOff(hold.phase)) continue;
    const row = turn.durable.groups.get(hold.group);
    if (row !== undefined && !hasOtherOwner(turn, row, hold.node)) {
      becomeOwnedAgain(turn, hold, "no other node can take it any more");
    }
  }
}

function schedule(turn: Turn, row: GroupRow, { timeZone }: ClusterDefinition, planned: ScheduledMove): Outcome {
  replaceMove(turn, row, planned, planned.actor);
  journal(turn, {
    kind: "group.move-scheduled",
    sentence: `Group ${row.name} shall move to ${nodeOrBest(planned.target)} at ${timeIn(timeZone, planned.at)}.`,
    group: row.name,
    epoch: epochOf(turn, row),
    actor: planned.actor,
    details: { at: planned.at, target: planned.target },
  });
  return { kind: "done", changed: [`groups.${row.name}`] };
}

/** One move is to come at a time: what is asked for now takes the place of what was to come. */
function replaceMove(turn: Turn, row: GroupRow, move: ScheduledMove | null, actor: string): void {
  const before = row.plan.move;
  if (before === move) return;
  putGroup(turn, row.name, { ...row, plan: { ...row.plan, move } });
  if (before === null) return;
  endMove(turn, before.operation, "asked-otherwise");
  const timeZone = turn.durable.cluster?.definition.timeZone ?? "UTC";
  journal(turn, {
    kind: "group.move-cancelled",
    severity: "warning",
    sentence: `The move of group ${row.name} to ${nodeOrBest(before.target)} at ${timeIn(timeZone, before.at)}, which ${before.actor} asked for, will not be made: another one takes its place.`,
    group: row.name,
    epoch: epochOf(turn, row),
    actor,
    details: { code: "replaced", target: before.target, at: before.at },
  });
}

/** What speaks against a node as the next owner, or null. */
function objectionTo(
  turn: Turn,
  definition: ClusterDefinition,
  { group: name, node: leaving }: Hold,
  group: GroupDefinition,
  target: string,
): string | null {
  const candidates = candidatesFor(turn, definition, name, group, { ...noLoss, target, leaving });
  return (
    candidates
      .find(({ node }) => node === target)
      ?.rejected?.sentence.replace(/^The /, "the ")
      .replace(/\.$/, "") ?? null
  );
}

function nodeOrBest(target: string | null): string {
  return target === null ? "the next best node" : `node ${target}`;
}
