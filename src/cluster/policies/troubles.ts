import { type ClusterDefinition, type GroupDefinition, lookup } from "../definition/definition.ts";
import { drainGrants } from "../lease/draining.ts";
import type { ReportedResource } from "../messages.ts";
import { becomeDraining } from "../lease/ownership.ts";
import { hasOtherOwner } from "./placement.ts";
import { dwordMax, dwordOf } from "../properties/properties.ts";
import { commonResourceProperties, groupProperties } from "../properties/property-tables.ts";
import type { GroupRow, Hold, ResourceTrouble, Troubles } from "../state.ts";
import { journal, putGroup, type Turn } from "../turn.ts";

/**
 * What follows when a resource fails, as in MSCS: it is restarted on its node while its threshold lasts, then the group
 * fails over while **its** threshold lasts, then it is given up (event 1254) and tried again after RetryPeriodOnFailure.
 * Loss of a node or of a lease never comes here (LEASE rule 22).
 */
export function judgeFailures(
  turn: Turn,
  hold: Hold,
  definition: ClusterDefinition,
  reported: Readonly<Record<string, ReportedResource>>,
): void {
  const group = lookup(definition.groups, hold.group);
  if (group === undefined || hold.phase.kind !== "owned") return;
  for (const [name, resource] of Object.entries(reported)) {
    const row = turn.durable.groups.get(hold.group);
    if (row === undefined || resource.state !== "Failed" || lookup(group.resources, name) === undefined) continue;
    const known = lookup(row.troubles.resources, name) ?? { attempt: 1, judged: 0, failedAt: [] };
    // A higher number is that of a try which a state that was rolled back has forgotten: only a higher one yet is tried.
    const trouble = resource.attempt > known.attempt ? { ...known, attempt: resource.attempt } : known;
    if (resource.attempt < trouble.attempt || trouble.judged >= trouble.attempt) continue;
    judgeFailure(turn, hold, definition, group, row, name, trouble, resource.problem ?? unsaid);
  }
}

/** The group did not settle within its PendingTimeout: nobody will say what failed, so the group goes elsewhere. */
export function judgeStuck(turn: Turn, hold: Hold, definition: ClusterDefinition, group: GroupDefinition): void {
  const row = turn.durable.groups.get(hold.group);
  if (row !== undefined)
    failOver(turn, hold, definition, group, row, "it was pending for longer than its PendingTimeout");
}

/** Tries again what had been given up. */
export function retryGivenUp(turn: Turn, row: GroupRow): void {
  if (row.troubles.givenUp === null && Object.keys(row.troubles.resources).length === 0) return;
  putGroup(turn, row.name, { ...row, troubles: newChance(row.troubles) });
}

/**
 * All is tried again, and nothing counts that failed before. The numbers of the tries go on: an agent that has made a try
 * makes none of a lower number.
 */
export function newChance({ resources }: Troubles): Troubles {
  const again = Object.entries(resources).map(([name, trouble]) => [name, nextAttempt(trouble, [])] as const);
  return { failovers: [], resources: Object.fromEntries(again), givenUp: null };
}

/** Tries these again, if they have failed and nobody else would. */
export function retryResources(turn: Turn, row: GroupRow, names: readonly string[]): void {
  const again = names.filter((name) => (lookup(row.troubles.resources, name)?.judged ?? 0) > 0);
  if (again.length === 0) return;
  const resources = { ...row.troubles.resources };
  for (const name of again) {
    const trouble = lookup(resources, name);
    // What is being tried already has a higher number than what was judged.
    if (trouble !== undefined && trouble.judged >= trouble.attempt) resources[name] = nextAttempt(trouble, []);
  }
  putGroup(turn, row.name, { ...row, troubles: { ...row.troubles, resources, givenUp: null } });
}

/** When a group that was given up is due again, epoch milliseconds; null: never, or it was not given up. */
export function retryAt({ troubles: { givenUp } }: GroupRow): number | null {
  return givenUp?.retryAfterMs == null ? null : givenUp.since + givenUp.retryAfterMs;
}

type FailureReason = NonNullable<ReportedResource["problem"]>;
const unsaid: FailureReason = { code: "unsaid", message: "its agent does not say why" };

/** Event ids of MSCS for what has one of its own; any other failure of a resource is 1069. */
const eventIds: Readonly<Record<string, number>> = { deadlock: 1230, "address-in-use": 1049 };

const hourMs = 3_600_000;
/** More failures than this are not remembered one by one; a threshold above it is never reached. */
const mostRemembered = 100;

function judgeFailure(
  turn: Turn,
  hold: Hold,
  definition: ClusterDefinition,
  group: GroupDefinition,
  row: GroupRow,
  name: string,
  trouble: ResourceTrouble,
  { code, message: why }: FailureReason,
): void {
  const properties = lookup(group.resources, name)?.properties ?? {};
  const number = (property: string): number => dwordOf(properties, commonResourceProperties, property);
  const recent = trouble.failedAt.filter((at) => at <= turn.now && turn.now - at < number("RestartPeriod"));
  const mayRestart = number("RestartAction") !== 0 && recent.length < number("RestartThreshold");
  // Just started, the object knows of nobody yet who could take the group: this is judged when its hold is over.
  if (!mayRestart && turn.memory.start.kind !== "over") return;
  journal(turn, {
    kind: "resource.failed",
    severity: "error",
    mscsId: lookup(eventIds, code) ?? 1069,
    sentence: `Resource ${name} of group ${hold.group} failed on node ${hold.node}: ${why}.`,
    node: hold.node,
    group: hold.group,
    resource: name,
    epoch: hold.epoch,
    details: { code },
  });
  const failedAt = [...recent, turn.now].slice(-mostRemembered);
  const judged = mayRestart ? nextAttempt(trouble, failedAt) : { ...trouble, judged: trouble.attempt, failedAt };
  const after = { ...row, troubles: { ...row.troubles, resources: { ...row.troubles.resources, [name]: judged } } };
  putGroup(turn, row.name, after);
  if (mayRestart) return;
  if (number("RestartAction") === 2)
    failOver(turn, hold, definition, group, after, `resource ${name} failed too often`);
  else giveUp(turn, hold, group, after, `resource ${name} failed and RestartAction keeps it here`);
}

function failOver(
  turn: Turn,
  hold: Hold,
  definition: ClusterDefinition,
  group: GroupDefinition,
  row: GroupRow,
  why: string,
): void {
  const { recent, threshold } = failoversLately(turn.now, definition, group, row);
  if (recent.length >= threshold) return giveUp(turn, hold, group, row, `${why}; failovers lately: ${recent.length}`);
  if (!hasOtherOwner(turn, row, hold.node)) return giveUp(turn, hold, group, row, `${why}, no other node can take it`);
  const failovers = [...recent, turn.now].slice(-mostRemembered);
  putGroup(turn, row.name, { ...row, troubles: { ...row.troubles, failovers } });
  becomeDraining(turn, hold, "failover", null, drainGrants(definition, group));
}

/** Failovers within FailoverPeriod, and after how many the group is given up. `periodMs` 0: a period without an end. */
export function failoversLately(
  now: number,
  definition: ClusterDefinition,
  group: GroupDefinition,
  { troubles }: GroupRow,
): { readonly recent: readonly number[]; readonly threshold: number; readonly periodMs: number } {
  const periodMs = dwordOf(group.properties, groupProperties, "FailoverPeriod") * hourMs;
  const given = dwordOf(group.properties, groupProperties, "FailoverThreshold");
  const threshold = given === dwordMax ? Object.keys(definition.nodes).length - 1 : given;
  // Within no time nothing would ever count.
  const isRecent = (at: number): boolean => at <= now && (periodMs === 0 || now - at < periodMs);
  return { recent: troubles.failovers.filter(isRecent), threshold, periodMs };
}

function giveUp(turn: Turn, hold: Hold, group: GroupDefinition, row: GroupRow, why: string): void {
  if (row.troubles.givenUp !== null) return;
  const retries = Object.values(group.resources).map(({ properties }) =>
    dwordOf(properties, commonResourceProperties, "RetryPeriodOnFailure"),
  );
  const retry = Math.min(dwordMax, ...retries);
  const givenUp = { since: turn.now, retryAfterMs: retry === dwordMax ? null : retry };
  putGroup(turn, row.name, { ...row, troubles: { ...row.troubles, givenUp } });
  const again =
    givenUp.retryAfterMs === null
      ? "It is not tried again before somebody asks for it."
      : `It is tried again after ${givenUp.retryAfterMs / 1_000} s.`;
  journal(turn, {
    kind: "group.given-up",
    severity: "error",
    mscsId: 1254,
    sentence: `Group ${hold.group} stays failed on node ${hold.node}: ${why}. ${again}`,
    node: hold.node,
    group: hold.group,
    epoch: hold.epoch,
  });
}

function nextAttempt(trouble: ResourceTrouble, failedAt: readonly number[]): ResourceTrouble {
  return { attempt: trouble.attempt + 1, judged: trouble.attempt, failedAt };
}
