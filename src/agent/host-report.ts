import { alike } from "../cluster/alike.ts";
import type { AssignedResource, Report, ReportedHold, ReportedResource } from "../cluster/messages.ts";
import type { HostHold, LocalResource } from "./host-state.ts";
import { lookup } from "../cluster/definition/definition.ts";
import { sameSetup } from "../cluster/definition/resource-setup.ts";
import { isOffline, isOnline, isOnlyObserved, isPending, orderOf, stateOfPhase, type Work } from "./host-work.ts";
import type { HostSays } from "./orders.ts";

/** What is said of the host: as a whole, and only when it differs from what was said last. */
export function say(host: Work): void {
  const { said, orders } = host;
  const report = reportOf(host);
  const offline = [...host.holds.values()]
    .filter((hold) => isOffline(hold) && orderOf(host, hold) !== undefined)
    .map(({ group, epoch }) => ({ group, epoch }));
  // Most orders only renew a fuse: then the report is the very one that was said before.
  const isKnown = said !== null && alike(report, said.report);
  if (isKnown && said.n === orders.n && alike(offline, said.offline)) return;
  const says: HostSays = { n: orders.n, report: isKnown ? said.report : report, offline };
  host.said = says;
  host.effects.push({ type: "says", says });
}

function reportOf(host: Work): Report {
  const holds = [...host.holds.values()].map((hold) => reported(host, hold));
  return { revision: host.orders.revision, holds, associations: [], notices: [] };
}

function reported(host: Work, hold: HostHold): ReportedHold {
  const { group, epoch, resources } = hold;
  const observed = isOnlyObserved(host, hold);
  const ordered = orderOf(host, hold)?.resources ?? {};
  return {
    group,
    epoch,
    resources: Object.fromEntries(
      [...resources].map(([name, resource]) => [name, reportedResource(resource, lookup(ordered, name), observed)]),
    ),
  };
}

function reportedResource(
  resource: LocalResource,
  ordered: AssignedResource | undefined,
  observed: boolean,
): ReportedResource {
  const { spec, phase } = resource;
  const { attempt, fails, restarts } = spec;
  const had = { attempt, ...(fails > 0 ? { fails } : {}), ...(restarts > 0 ? { restarts } : {}) };
  if (observed && isOnline(resource) && resource.phase.health.observed !== null) {
    return { state: "Failed", ...had, problem: resource.phase.health.observed.problem };
  }
  const isOutdated = isOnline(resource) && ordered !== undefined && !sameSetup(spec, ordered);
  const base = { state: stateOfPhase(phase), ...had, ...(isOutdated ? { outdated: true as const } : {}) };
  if (phase.kind === "Failed") return { ...base, problem: phase.problem };
  if (phase.kind === "Terminating" && phase.failure !== null) return { ...base, problem: phase.failure };
  return isPending(phase) && phase.progress !== null ? { ...base, checkpoint: phase.progress.said } : base;
}
