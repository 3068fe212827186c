import { addressesOf, type GroupDefinition, lookup, servedResources } from "../definition/definition.ts";
import { holdId, type Report, type ReportedHold } from "../messages.ts";
import { rebaseWindows } from "./failback.ts";
import { nextOperationTimeout, rebaseOperations } from "../commands/operations.ts";
import { newestReportOf } from "../lease/assignment.ts";
import { becomeArrived, becomeCome, becomeOnline, epochOf, holdsOfRun } from "../lease/ownership.ts";
import type { GroupState } from "../questions/view.ts";
import { endQuarantines } from "./quarantine.ts";
import { mostPendingTimeouts } from "./resource-timing.ts";
import {
  groupStateOf,
  isOnlineAsAssigned,
  pendingBudgetMs,
  reportedResources,
  stateOf,
  wantedOf,
} from "./resources.ts";
import type { Hold, PendingSpan, Session, Span } from "../state.ts";
import { judgeFailures, judgeStuck, retryAt, retryGivenUp } from "./troubles.ts";
import { journal, putGroup, putNode, type Turn, withRow } from "../turn.ts";

type ReportedResources = ReportedHold["resources"];

/** What a session's report means for the groups that it holds. `before` is what it said last. */
export function judgeReport(turn: Turn, before: Report, session: Session): void {
  const { cluster } = turn.durable;
  if (cluster === null) return;
  const { definition, maintenance } = cluster;
  for (const found of holdsOfRun(turn, session.incarnation)) {
    const group = lookup(definition.groups, found.group);
    if (group === undefined) continue;
    const reported = reportedResources(session.report, found);
    const is = groupStateOf(group, reported);
    if (stateBefore(before, found, group) !== is) journalGroupState(turn, found, is);
    becomeOnline(turn, found, is === "Online");
    if (found.phase.before !== undefined) becomeCome(turn, presentOf(turn, found), addressesOnline(turn, found, group));
    const hold = presentOf(turn, found);
    if (hasArrived(turn, hold, reported)) becomeArrived(turn, hold);
    if (!maintenance) judgeFailures(turn, hold, definition, reported);
    const pending = is === "Pending" || (is === "PartialOnline" && !isAsWanted(turn, hold, group, reported));
    watchPending(
      turn,
      hold,
      pendingBudgetMs(definition, group),
      pending,
      hasProgressed(reportedResources(before, hold), reported),
    );
  }
}

function presentOf({ durable }: Turn, found: Hold): Hold {
  return durable.holds.get(holdId(found)) ?? found;
}

/** The addresses that its owner has, as it was last told of them. */
function addressesOnline(turn: Turn, hold: Hold, group: GroupDefinition): string[] {
  const reported = newestReportOf(turn, hold);
  const definition = turn.durable.cluster?.definition;
  if (reported === null || definition === undefined) return [];
  const resources = Object.entries(servedResources(definition, group));
  return addressesOf(Object.fromEntries(resources.filter(([name]) => isOnlineAsAssigned(reported, name))));
}

/** What is said for the first time since a start of the object is news only if it is not what was known before that. */
function stateBefore(before: Report, hold: Hold, group: GroupDefinition): GroupState {
  const heard = before.holds.some(({ group: name, epoch }) => name === hold.group && epoch === hold.epoch);
  if (heard) return groupStateOf(group, reportedResources(before, hold));
  return hold.phase.kind === "owned" && hold.phase.online === true ? "Online" : "Offline";
}

/** What was only observed for a time, or while nobody else was known, is judged now. Who has said nothing yet is not judged. */
export function judgeAnew(turn: Turn): void {
  for (const session of turn.memory.sessions.values()) {
    if (session.renewedAt !== null) judgeReport(turn, session.report, session);
  }
}

/** Part of a group may be offline by an operator's word, or because it waits to start. */
function isAsWanted(turn: Turn, hold: Hold, group: GroupDefinition, reported: ReportedResources): boolean {
  const row = turn.durable.groups.get(hold.group);
  return (
    row !== undefined && Object.keys(group.resources).every((name) => stateOf(reported, name) === wantedOf(row, name))
  );
}

/** Whether what is to be online under this epoch is, or has said that it cannot. */
function hasArrived(turn: Turn, { phase, group }: Hold, reported: ReportedResources): boolean {
  const row = turn.durable.groups.get(group);
  if (phase.kind !== "owned" || phase.arriving !== true || row === undefined || row.plan.start !== null) return false;
  const resources = Object.keys(lookup(turn.durable.cluster?.definition.groups ?? {}, group)?.resources ?? {});
  return resources
    .filter((name) => wantedOf(row, name) === "Online")
    .every((name) => ["Online", "Failed"].includes(stateOf(reported, name)));
}

/** Deadlines that have passed; none of them decides about an ownership. */
export function onAlarm(turn: Turn): void {
  const cluster = turn.durable.cluster;
  if (cluster === null) return;
  turn.memory = { ...turn.memory, alarmAt: null };
  endQuarantines(turn);
  if (cluster.maintenance) return;
  // Who could take it is known when the hold after a start is over, and not before.
  const stuck = turn.memory.start.kind === "over" ? turn.memory.pending : [];
  for (const [id, span] of stuck) {
    const hold = turn.durable.holds.get(id);
    const group = hold && lookup(cluster.definition.groups, hold.group);
    if (turn.now < span.since + span.durationMs) continue;
    turn.memory = { ...turn.memory, pending: withRow(turn.memory.pending, id, null) };
    if (hold?.phase.kind === "owned" && group) judgeStuck(turn, hold, cluster.definition, group);
  }
  for (const row of turn.durable.groups.values()) {
    const due = retryAt(row);
    if (due === null || due > turn.now) continue;
    retryGivenUp(turn, row);
    journal(turn, {
      kind: "group.starting",
      sentence: `Group ${row.name} is tried again: RetryPeriodOnFailure is over.`,
      group: row.name,
      epoch: epochOf(turn, row),
    });
  }
}

/** The earliest time at which `onAlarm` has something to do, epoch milliseconds; null: none. */
export function nextAlarm(turn: Pick<Turn, "durable" | "memory" | "now">): number | null {
  const { durable, memory, now } = turn;
  let next: number | null = null;
  const at = (time: number | null): void => {
    if (time !== null && (next === null || time < next)) next = time;
  };
  const later = (time: number | null): void => (time !== null && time > now ? at(time) : undefined);
  // What is due while the object is holding is looked at when that is over.
  const whenOver = memory.start.kind === "over" ? at : later;
  // In maintenance nothing of this is done, so nobody is woken for it.
  const isWatched = durable.cluster?.maintenance !== true;
  for (const row of durable.groups.values()) {
    const { move, start, failback } = row.plan;
    whenOver(move && move.at);
    // So are these with every event: their time may come before what else they wait for.
    later(start && start.since + start.delayMs);
    if (!isWatched) continue;
    at(retryAt(row));
    later(failback && failback.notBefore);
  }
  if (isWatched) for (const span of memory.pending.values()) whenOver(endOf(span));
  for (const { stability } of durable.nodes.values()) at(stability.quarantine && endOf(stability.quarantine));
  at(nextOperationTimeout(turn));
  return next;
}

function endOf({ since, durationMs }: Span): number {
  return since + durationMs;
}

/** The object's clock went back: a length of time stays the length that it was (LEASE rule 13). */
export function rebase(turn: Turn): void {
  const rebased = [...turn.memory.pending].filter(([, { since }]) => since > turn.now);
  for (const [id, span] of rebased) {
    turn.memory = { ...turn.memory, pending: withRow(turn.memory.pending, id, { ...span, since: turn.now }) };
  }
  for (const row of turn.durable.nodes.values()) {
    const { quarantine } = row.stability;
    if (quarantine === null || quarantine.since <= turn.now) continue;
    const stability = { ...row.stability, quarantine: { ...quarantine, since: turn.now } };
    putNode(turn, row.name, { ...row, stability });
  }
  for (const row of turn.durable.groups.values()) {
    const { start } = row.plan;
    if (start === null || start.since <= turn.now) continue;
    putGroup(turn, row.name, { ...row, plan: { ...row.plan, start: { ...start, since: turn.now } } });
  }
  for (const row of turn.durable.groups.values()) {
    const { givenUp } = row.troubles;
    if (givenUp === null || givenUp.since <= turn.now) continue;
    putGroup(turn, row.name, { ...row, troubles: { ...row.troubles, givenUp: { ...givenUp, since: turn.now } } });
  }
  rebaseWindows(turn);
  rebaseOperations(turn);
}

/** The agent bounds each resource itself; what is left to find here is an agent that does not. */
function watchPending(turn: Turn, hold: Hold, budgetMs: number, pending: boolean, progressed: boolean): void {
  const id = holdId(hold);
  const running = turn.memory.pending.get(id);
  if (pending === (running !== undefined) && !(pending && progressed)) return;
  const span = pending ? spanOf(turn.now, budgetMs, running) : null;
  turn.memory = { ...turn.memory, pending: withRow(turn.memory.pending, id, span) };
}

/** A span that begins, or that begins anew because a checkpoint has risen, but not for longer than is left in all. */
function spanOf(now: number, budgetMs: number, running: PendingSpan | undefined): PendingSpan {
  const totalLeftMs =
    running === undefined
      ? mostPendingTimeouts * budgetMs + slackMs
      : running.totalLeftMs - Math.max(0, now - running.since);
  return { since: now, durationMs: Math.min(budgetMs + slackMs, totalLeftMs), totalLeftMs };
}

function hasProgressed(before: ReportedResources, now: ReportedResources): boolean {
  return Object.entries(now).some(
    ([name, { checkpoint }]) => checkpoint !== undefined && checkpoint > (lookup(before, name)?.checkpoint ?? -1),
  );
}

const slackMs = 10_000;

function journalGroupState(turn: Turn, { group, node, epoch, phase }: Hold, state: GroupState): void {
  const about = { group, node, epoch };
  if (state === "Online") {
    journal(turn, { kind: "group.online", sentence: `Group ${group} is online on node ${node}.`, ...about });
  } else if (state === "Offline") {
    const isWanted = turn.durable.groups.get(group)?.wanted === "Online" && phase.kind === "owned";
    const sentence = `Group ${group} is offline on node ${node}${isWanted ? ", though it is wanted online" : ""}.`;
    journal(turn, { kind: "group.offline", severity: isWanted ? "warning" : "info", sentence, ...about });
  }
}
