import { alike } from "../alike.ts";
import {
  addressesOf,
  type ClusterDefinition,
  isPossibleOwner,
  lookup,
  type ResourceDefinition,
  servedResources,
} from "../definition/definition.ts";
import { refreshAgreements, type Vouching, vouchingIn } from "./agreement.ts";
import { distinct } from "../definition/ip-address.ts";
import { compareRevisions, sameRevision, type Revision } from "./generation.ts";
import { leasePresets } from "./lease.ts";
import type { AssignedGroup, AssignedResource, Assignment, Report, ReportedResource } from "../messages.ts";
import { holdsOfRun } from "./ownership.ts";
import { unfencedFor } from "./silent-owners.ts";
import { reportedResources, wantedOf } from "../policies/resources.ts";
import { type GroupRow, type Hold, noDemands, type Session } from "../state.ts";
import { putSession, send, type Turn } from "../turn.ts";

/** Everything that a run shall hold, said as a whole: level, not edge (LEASE rule 23). */
export function assignmentFor(
  turn: Turn,
  { incarnation, node, peer }: Pick<Session, "incarnation" | "node" | "peer">,
  revision: Revision,
  mayCome = addressesThatMayCome(turn.durable.cluster?.definition, node),
  vouching = vouchingIn(turn),
): Assignment {
  return {
    revision,
    lease: turn.durable.cluster?.definition.lease ?? leasePresets.wan,
    groups: holdsOfRun(turn, incarnation).map((hold) => assignedGroup(turn, hold)),
    mayCome,
    vouchesFor: vouching({ node, peer }),
  };
}

function addressesThatMayCome(definition: ClusterDefinition | undefined, node: string): readonly string[] {
  if (definition === undefined) return [];
  const groups = Object.values(definition.groups).filter((group) => isPossibleOwner(definition, group, node));
  return distinct(groups.flatMap((group) => addressesOf(servedResources(definition, group)))).toSorted();
}

/**
 * Makes a new assignment for each session whose own has changed, and tells it, unless it is `answering`: then the answer
 * will carry it. Nothing is computed when nothing that assignments are made of has changed.
 */
export function refreshAssignments(turn: Turn, answering: string | null): void {
  refreshAgreements(turn);
  const { before, durable } = turn;
  const untouched =
    before.durable.holds === durable.holds &&
    before.durable.groups === durable.groups &&
    before.durable.cluster === durable.cluster &&
    before.durable.generation === durable.generation;
  if (untouched) return;
  const vouching = vouchingIn(turn);
  for (const session of turn.memory.sessions.values()) {
    if (!renewAssignment(turn, session, vouching)) continue;
    const { connection, assigned } = turn.memory.sessions.get(session.incarnation) ?? session;
    if (connection.kind === "open" && session.incarnation !== answering) {
      send(turn, connection.socket, { type: "assignment", generation: durable.generation, assignment: assigned });
    }
  }
}

/** Whether the agent works on an older assignment than the one made for it. */
export function isBehind(session: Session, revision: Revision | null): boolean {
  return compareRevisions(session.assigned.revision, revision) > 0;
}

/** The assignment that a report was said under: the newest one, or the one that the last report named. */
export function assignmentOf({ assigned, confirmed }: Session, { revision }: Report): Assignment | null {
  if (sameRevision(assigned.revision, revision)) return assigned;
  return confirmed !== null && sameRevision(confirmed.revision, revision) ? confirmed : null;
}

/** Whether what the agent last reported is what it has made of the newest assignment. */
export function hasActed({ assigned, confirmed }: Session): boolean {
  return confirmed !== null && sameRevision(confirmed.revision, assigned.revision);
}

/** What the owner says of its resources since it was told all that it shall do; null while it has not said anything since. */
export function newestReportOf({ memory }: Turn, hold: Hold): Readonly<Record<string, ReportedResource>> | null {
  const session = memory.sessions.get(hold.incarnation);
  return session !== undefined && hasActed(session) ? reportedResources(session.report, hold) : null;
}

/** A revision number of this generation that no assignment has had. */
export function nextRevision(turn: Turn): Revision {
  turn.memory = { ...turn.memory, revisions: turn.memory.revisions + 1 };
  return { generation: turn.durable.generation.number, n: turn.memory.revisions };
}

function renewAssignment(turn: Turn, session: Session, vouching: Vouching): boolean {
  const before = session.assigned;
  // The addresses follow from the definition alone, and looking through all groups for each session is work.
  const isSameDefinition = turn.before.durable.cluster?.definition === turn.durable.cluster?.definition;
  const same = assignmentFor(turn, session, before.revision, isSameDefinition ? before.mayCome : undefined, vouching);
  if (before.revision.generation === turn.durable.generation.number && alike(same, before)) return false;
  putSession(turn, session.incarnation, { ...session, assigned: { ...same, revision: nextRevision(turn) } });
  return true;
}

function assignedGroup(turn: Turn, hold: Hold): AssignedGroup {
  const { group, epoch } = hold;
  const row = turn.durable.groups.get(group);
  const { cluster } = turn.durable;
  const defined = cluster && lookup(cluster.definition.groups, group);
  // What drains is taken offline as the agent has it: its definition may have changed or gone meanwhile.
  if (hold.phase.kind === "draining" || row === undefined || cluster === null || !defined) {
    return { group, epoch, wanted: "Offline", observe: false, heldBefore: {}, unfenced: [], peers: [], resources: {} };
  }
  const resources = Object.entries(servedResources(cluster.definition, defined));
  const assigned = resources.map(([name, resource]) => [name, assignedResource(row, name, resource)]);
  const observe = cluster.maintenance && hold.phase.arriving !== true;
  const heldBefore = hold.phase.before ?? {};
  const unfenced = unfencedFor(turn, hold);
  const { peers } = hold.agreement;
  return {
    group,
    epoch,
    wanted: "Online",
    observe,
    heldBefore,
    unfenced,
    peers,
    resources: Object.fromEntries(assigned),
  };
}

function assignedResource(
  row: GroupRow,
  name: string,
  { type, dependsOn, properties }: ResourceDefinition,
): AssignedResource {
  const attempt = lookup(row.troubles.resources, name)?.attempt ?? 1;
  const demands = lookup(row.demands, name) ?? noDemands;
  return { type, dependsOn, properties, wanted: wantedOf(row, name), attempt, ...demands };
}
