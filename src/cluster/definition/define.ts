import { alike } from "../alike.ts";
import { changedParts, summary } from "./changed-parts.ts";
import { applyEdit } from "./edit.ts";
import {
  type ClusterDefinition,
  devicesOf,
  type GroupDefinition,
  lookup,
  type ResourceDefinition,
  servedResources,
} from "./definition.ts";
import { fitHolds } from "./fit-holds.ts";
import type { OperatorEvent, Outcome } from "../events.ts";
import { reconsiderWindows } from "../policies/failback.ts";
import { limits } from "../limits.ts";
import { tellInterruptions } from "./interruptions.ts";
import type { Wanted } from "../messages.ts";
import { newestReportOf } from "../lease/assignment.ts";
import { becomeEquipped, holdOf } from "../lease/ownership.ts";
import { dwordOf } from "../properties/properties.ts";
import { commonResourceProperties } from "../properties/property-tables.ts";
import { refused } from "../refusals.ts";
import { groupStateOf } from "../policies/resources.ts";
import { startDelayMs, wantedAtFirst } from "../policies/starting.ts";
import { newChance } from "../policies/troubles.ts";
import { type ClusterRow, type GroupRow, type Hold, newNode, noPlan, noTroubles, type Troubles } from "../state.ts";
import { journal, putGroup, putNode, type Turn } from "../turn.ts";
import { validateDefinition } from "./validate.ts";

/**
 * Applies a whole definition. What would make an address ownable by another road (a group or node that goes, an address
 * or possible owner that changes) takes effect when its present holder has ended, and not before (LEASE rule 9).
 */
export function define(turn: Turn, definition: ClusterDefinition, actor: string, force: boolean): Outcome {
  const problems = validateDefinition(definition);
  if (problems.length > 0) {
    const detail = `the definition has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}; nothing was changed`;
    return { kind: "refused", refusal: { code: "invalid-definition", detail, problems } };
  }
  const before = turn.durable.cluster;
  if (before !== null && !isNameOf(before, definition.cluster)) {
    return refused(
      "cluster-name-differs",
      `this cluster is named ${before.definition.cluster}, not ${definition.cluster}`,
    );
  }
  const changed = before === null ? ["cluster"] : changedParts(before.definition, definition);
  if (changed.length === 0 && before?.destroyed !== true) return { kind: "done", changed };
  const online = force ? undefined : onlineAndGone(turn, definition);
  if (online !== undefined) {
    return refused(
      "group-online",
      `group ${online} is not offline: take it offline first, or say that it may go (force)`,
    );
  }
  put(turn, before, definition, false);
  journal(turn, {
    kind: "cluster.defined",
    sentence: `Definition ${turn.durable.cluster?.revision} of cluster ${definition.cluster} was applied: ${summary(changed)}.`,
    actor,
    details: { revision: turn.durable.cluster?.revision ?? null },
  });
  if (before !== null) tellInterruptions(turn, before.definition, definition);
  return { kind: "done", changed };
}

/** One that was destroyed may be created anew under another spelling of its name. */
function isNameOf({ definition, destroyed }: ClusterRow, name: string): boolean {
  return destroyed ? definition.cluster.toLowerCase() === name.toLowerCase() : definition.cluster === name;
}

/** One change of the definition in force. */
export function edit(turn: Turn, cluster: ClusterRow, event: Extract<OperatorEvent, { type: "edit" }>): Outcome {
  const edited = applyEdit(cluster.definition, event.edit);
  if (!edited.ok) return refused(edited.code, edited.detail);
  return define(turn, edited.definition, event.actor, event.force);
}

/**
 * DestroyCluster: nodes and groups go, and the ownerships that there are end as all do. What stays is what makes it safe to
 * use the name again: the epochs that must not come a second time.
 */
export function destroy(turn: Turn, cluster: ClusterRow, event: Extract<OperatorEvent, { type: "destroy" }>): Outcome {
  const { cluster: name, lease, timeZone } = cluster.definition;
  const empty = {
    cluster: name,
    lease,
    timeZone,
    properties: {},
    networks: {},
    nodes: {},
    resourceTypes: {},
    groups: {},
  };
  const online = event.force ? undefined : onlineAndGone(turn, empty);
  if (online !== undefined) {
    return refused(
      "group-online",
      `group ${online} is not offline: take it offline first, or say that it may go (force)`,
    );
  }
  put(turn, cluster, empty, true);
  journal(turn, {
    kind: "cluster.destroyed",
    severity: "warning",
    sentence: `Cluster ${name} was destroyed; each address stays with its owner until that one has ended.`,
    actor: event.actor,
  });
  return { kind: "done", changed: ["cluster"] };
}

function put(turn: Turn, before: ClusterRow | null, definition: ClusterDefinition, destroyed: boolean): void {
  defineNodes(turn, definition);
  const epochFloor = defineGroups(turn, before, definition);
  const revision = (before?.revision ?? 0) + 1;
  const maintenance = before?.maintenance === true && !destroyed;
  const silent = before?.silent ?? [];
  turn.durable = { ...turn.durable, cluster: { definition, revision, epochFloor, maintenance, destroyed, silent } };
  equipHolds(turn, definition);
  if (before?.destroyed === true) forgetTheOneBefore(turn);
  if (before === null && turn.memory.start.kind === "holding") {
    // Until now no ttl was known, so the hold was as long as the longest preset; what it waits for is this one.
    turn.memory = { ...turn.memory, start: { kind: "holding", holdMs: definition.lease.ttlMs } };
  }
}

/** The disks of a group change under its owner. */
function equipHolds(turn: Turn, definition: ClusterDefinition): void {
  for (const hold of turn.durable.holds.values()) {
    const group = lookup(definition.groups, hold.group);
    if (group !== undefined) becomeEquipped(turn, hold, devicesOf(servedResources(definition, group)));
  }
}

/** A cluster that is created under the name of one that was destroyed has nothing of it but the epochs, and who may write to its disks. */
function forgetTheOneBefore(turn: Turn): void {
  turn.durable = { ...turn.durable, operations: new Map() };
  turn.memory = { ...turn.memory, associations: [], reporters: new Map() };
}

/** A group that would go and is not offline, as far as is known. */
function onlineAndGone(turn: Turn, definition: ClusterDefinition): string | undefined {
  const before = turn.durable.cluster?.definition;
  for (const [name, group] of Object.entries(before?.groups ?? {})) {
    const hold = holdOf(turn, name);
    if (hold === undefined || lookup(definition.groups, name) !== undefined) continue;
    if (Object.keys(group.resources).length === 0) continue;
    if (!isKnownOffline(turn, hold, group)) return name;
  }
  return undefined;
}

/** Its owner is there, works on nothing newer, and says so of this very ownership. */
function isKnownOffline(turn: Turn, hold: Hold, group: GroupDefinition): boolean {
  const session = turn.memory.sessions.get(hold.incarnation);
  const reported = newestReportOf(turn, hold);
  if (session?.connection.kind !== "open" || reported === null) return false;
  const said = session.report.holds.some((one) => one.group === hold.group && one.epoch === hold.epoch);
  return said && groupStateOf(group, reported) === "Offline";
}

function defineNodes(turn: Turn, definition: ClusterDefinition): void {
  for (const name of turn.durable.nodes.keys()) {
    if (lookup(definition.nodes, name) === undefined) putNode(turn, name, null);
  }
  for (const name of Object.keys(definition.nodes)) {
    if (!turn.durable.nodes.has(name)) putNode(turn, name, newNode(name));
  }
}

function defineGroups(turn: Turn, before: ClusterRow | null, definition: ClusterDefinition): number {
  let epochFloor = before?.epochFloor ?? 0;
  const movedOffline = resourcesMovedOffline(turn, before?.definition, definition);
  for (const [name, row] of turn.durable.groups) {
    if (lookup(definition.groups, name) !== undefined) continue;
    epochFloor = Math.max(epochFloor, row.epoch);
    putGroup(turn, name, null);
  }
  for (const [name, group] of Object.entries(definition.groups)) {
    const row = turn.durable.groups.get(name);
    if (row === undefined) {
      const epoch = Math.max(epochFloor, holdOf(turn, name)?.epoch ?? 0);
      putGroup(turn, name, newGroup(name, epoch, group));
    } else if (before !== null && !alike(lookup(before.definition.groups, name), group)) {
      redefineGroup(turn, row, lookup(before.definition.groups, name), group, movedOffline.get(name) ?? []);
    }
  }
  if (before !== null) fitHolds(turn, before.definition, definition);
  reconsiderWindows(turn);
  return epochFloor;
}

function newGroup(name: string, epoch: number, group: GroupDefinition): GroupRow {
  const wanted = wantedAtFirst(group);
  return {
    name,
    epoch,
    wanted,
    exceptions: exceptionsOf(wanted, group.resources),
    troubles: noTroubles,
    plan: noPlan,
    demands: {},
  };
}

/** Resources whose PersistentState, when they are new, says otherwise than that of their group. */
function exceptionsOf(wanted: Wanted, fresh: Readonly<Record<string, ResourceDefinition>>): string[] {
  if (wanted === "Offline") return [];
  return Object.entries(fresh)
    .filter(([, { properties }]) => dwordOf(properties, commonResourceProperties, "PersistentState") === 0)
    .map(([name]) => name)
    .toSorted();
}

/**
 * What goes from one group to another under its name stays offline if it was: PersistentState is the resource's own. By group,
 * the resources that come to it so.
 */
function resourcesMovedOffline(
  turn: Turn,
  before: ClusterDefinition | undefined,
  after: ClusterDefinition,
): ReadonlyMap<string, readonly string[]> {
  const gone = Object.entries(before?.groups ?? {}).flatMap(([name, { resources }]) => {
    const row = turn.durable.groups.get(name);
    const left = Object.keys(resources).filter(
      (resource) => lookup(lookup(after.groups, name)?.resources ?? {}, resource) === undefined,
    );
    return row === undefined ? [] : left.filter((resource) => isWantedOffline(row, resource));
  });
  const arrived = Object.entries(after.groups).map(([name, { resources }]): [string, string[]] => {
    const had = lookup(before?.groups ?? {}, name)?.resources ?? {};
    return [name, gone.filter((one) => lookup(resources, one) !== undefined && lookup(had, one) === undefined)];
  });
  return new Map(arrived);
}

function isWantedOffline({ wanted, exceptions }: GroupRow, resource: string): boolean {
  return (wanted === "Offline") !== exceptions.includes(resource);
}

function redefineGroup(
  turn: Turn,
  row: GroupRow,
  before: GroupDefinition | undefined,
  after: GroupDefinition,
  movedOffline: readonly string[],
): void {
  const fresh = Object.entries(after.resources).filter(([name]) => lookup(before?.resources ?? {}, name) === undefined);
  const kept = row.exceptions.filter((name) => lookup(after.resources, name) !== undefined);
  const begun = exceptionsOf(row.wanted, Object.fromEntries(fresh));
  const moved = row.wanted === "Online" ? movedOffline : [];
  const exceptions = [...new Set([...kept, ...begun, ...moved])].toSorted();
  // A new definition is a new chance for what had failed.
  const troubles = newChance(bounded(row.troubles, after));
  const plan = { ...row.plan, start: row.plan.start && { ...row.plan.start, delayMs: startDelayMs(after) } };
  const redefined: GroupRow = { ...row, exceptions, troubles, plan };
  if (!alike(redefined, row)) putGroup(turn, row.name, redefined);
}

/** A resource that is no longer defined may come back under this epoch, so its number stays while there is room for it. */
function bounded(troubles: Troubles, { resources }: GroupDefinition): Troubles {
  const known = Object.entries(troubles.resources);
  if (known.length <= limits.demandsKept) return troubles;
  const kept = known.filter(([name]) => lookup(resources, name) !== undefined);
  return { ...troubles, resources: Object.fromEntries(kept) };
}
