import { lookup, type ResourceDefinition } from "../definition/definition.ts";
import { alternativesOf } from "../definition/dependencies.ts";
import type { Reason, Subject } from "./explain.ts";
import type { Wanted } from "../messages.ts";
import { dwordOf } from "../properties/properties.ts";
import { commonResourceProperties } from "../properties/property-tables.ts";
import { restartDelayMs } from "../policies/resource-timing.ts";
import { reportedResources, reportOf } from "../policies/resources.ts";
import { waitsFor } from "../policies/starting.ts";
import type { ResourceTrouble } from "../state.ts";
import { retryAt } from "../policies/troubles.ts";
import type { ResourceView } from "../questions/view.ts";

/** Why a resource is not online. */
export type ResourceExplanation = Reason<NotOnlineCode> & {
  readonly resource: string;
  readonly state: ResourceView["state"];
  readonly wanted: Wanted;
  /** Resources, or groups, that have to be online before. */
  readonly waitsFor: readonly string[];
  /** What its agent said when it failed. */
  readonly problem: ResourceView["problem"];
  /** Failures within its RestartPeriod, and how many of them are answered with a restart (RestartThreshold). */
  readonly failures: number;
  readonly restartThreshold: number;
  /** The try that is made, or was made last, from 1. */
  readonly attempt: number;
  /** When it is tried again, epoch milliseconds; null: at once, or nobody can say, or not by itself. */
  readonly triedAgainAt: number | null;
};

export const notOnlineCodes = [
  "group-not-owned",
  "owner-silent",
  "draining",
  "waits-for-start",
  "waits-for-groups",
  "wanted-offline",
  "maintenance",
  "given-up",
  "failed-for-good",
  "restarting",
  "waits-for-resources",
  "pending",
  "ordered",
] as const;
export type NotOnlineCode = (typeof notOnlineCodes)[number];

type Case = { readonly name: string; readonly view: ResourceView; readonly trouble: ResourceTrouble };
const untroubled: ResourceTrouble = { attempt: 1, judged: 0, failedAt: [] };

export function explainResources(
  subject: Subject,
  views: Readonly<Record<string, ResourceView>>,
): ResourceExplanation[] {
  const { group, row, turn } = subject;
  return Object.entries(views).flatMap(([name, view]) => {
    const resource = lookup(group.resources, name);
    if (view.state === "Online" || resource === undefined) return [];
    const trouble = lookup(row.troubles.resources, name) ?? untroubled;
    const number = (property: string): number => dwordOf(resource.properties, commonResourceProperties, property);
    const periodMs = number("RestartPeriod");
    const waits = unmet(resource, views);
    const why = whyNotOnline(subject, { name, view, trouble }, resource, waits);
    return {
      resource: name,
      state: view.state,
      wanted: view.wanted,
      waitsFor: why.code === "waits-for-groups" ? waitsFor(turn, subject.definition, group) : waits,
      problem: view.problem,
      restartThreshold: number("RestartThreshold"),
      failures: trouble.failedAt.filter((at) => turn.now - at < periodMs).length,
      attempt: trouble.attempt,
      triedAgainAt: triedAgainAt(subject, why.code, resource, trouble),
      ...why,
    };
  });
}

function whyNotOnline(
  subject: Subject,
  { name, view, trouble }: Case,
  resource: ResourceDefinition,
  waits: readonly string[],
): Reason<NotOnlineCode> {
  const { hold, row, maintenance } = subject;
  if (hold === null) return because("group-not-owned", "GP2", "Nobody owns the group.");
  if (view.state === "Unknown") {
    return because("owner-silent", "VD4", `${hold.node} has been silent for longer than a ttl: nobody can say.`);
  }
  if (hold.phase.kind === "draining") return because("draining", "GR9", `It is taken offline on ${hold.node}.`);
  const notYet = whyNotStarted(subject);
  if (notYet !== null) return notYet;
  if (view.wanted === "Offline") {
    const exception = row.exceptions.includes(name);
    const who = exception ? "An operator wants it offline" : "The group is wanted offline";
    return because("wanted-offline", exception ? "GP12" : "GP8", `${who}.`);
  }
  if (maintenance) {
    return because("maintenance", "GP19", "The cluster is in maintenance: it is observed and not touched.");
  }
  if (view.state === "Failed") return whyFailed(subject, view, trouble, resource);
  if (view.state === "OnlinePending" || view.state === "OfflinePending") {
    const { checkpoint } = lookup(reportedResources(reportOf(subject.turn, hold), hold), name) ?? {};
    const far = checkpoint === undefined ? "" : `; its checkpoint is ${checkpoint}`;
    return because("pending", "GP6", `It is ${view.state} on ${hold.node}${far}.`);
  }
  if (waits.length > 0) return because("waits-for-resources", "GP1", `It waits for ${waits.join(", ")}.`);
  return because("ordered", "GR10", `${hold.node} has been told to bring it online, and has not said more yet.`);
}

function whyNotStarted({ turn, definition, group, row }: Subject): Reason<NotOnlineCode> | null {
  const { start } = row.plan;
  if (start === null) return null;
  const until = start.since + start.delayMs;
  if (turn.now < until) {
    const sentence = `The group starts ${start.delayMs} ms after it got its owner: ${until - turn.now} ms are left.`;
    return because("waits-for-start", "GP15", sentence);
  }
  const groups = waitsFor(turn, definition, group);
  const what = groups.length === 0 ? "the cluster to start it" : `group ${groups.join(", ")} to be online`;
  return because("waits-for-groups", "GP15", `Its group waits for ${what}.`);
}

function whyFailed(
  { row, turn }: Subject,
  { problem }: ResourceView,
  { attempt, judged, failedAt }: ResourceTrouble,
  { properties }: ResourceDefinition,
): Reason<NotOnlineCode> {
  const lately = `${failedAt.length} ${failedAt.length === 1 ? "time" : "times"} lately`;
  const times = problem === null ? lately : `${lately} (${problem.message})`;
  if (attempt > judged && judged > 0) {
    const sentence = `It failed ${times}, and is tried again as try ${attempt}, ${restartDelayMs({ properties })} ms after it failed.`;
    return because("restarting", "GP3", sentence);
  }
  if (row.troubles.givenUp !== null) {
    const at = retryAt(row);
    const when = at === null ? "not by itself" : `in ${lengthOf(Math.max(0, at - turn.now))}`;
    return because("given-up", "GP4", `It failed ${times}, and its group was given up: it is tried again ${when}.`);
  }
  return because("failed-for-good", "GP3", `It failed ${times}, and RestartAction and thresholds do not try it again.`);
}

/** As people say it: two figures are enough for what is long. */
function lengthOf(ms: number): string {
  if (ms < 10_000) return `${ms} ms`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}

function triedAgainAt(
  { row }: Subject,
  code: NotOnlineCode,
  { properties }: ResourceDefinition,
  { failedAt }: ResourceTrouble,
): number | null {
  if (code === "given-up") return retryAt(row);
  const last = failedAt.at(-1);
  return code === "restarting" && last !== undefined ? last + restartDelayMs({ properties }) : null;
}

/** Of each item of its dependencies of which none is online, all names. */
function unmet({ dependsOn }: ResourceDefinition, views: Readonly<Record<string, ResourceView>>): string[] {
  return dependsOn
    .map(alternativesOf)
    .filter((names) => !names.some((name) => lookup(views, name)?.state === "Online"))
    .flat();
}

function because(code: NotOnlineCode, rule: string, sentence: string): Reason<NotOnlineCode> {
  return { code, rule, sentence };
}
