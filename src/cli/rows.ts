import { lookup } from "../cluster/definition/definition.ts";
import { expressionOf } from "../cluster/definition/dependency-expression.ts";
import type { Operation } from "../cluster/commands/operation.ts";
import type { ClusterView, GroupView, NodeView } from "../cluster/questions/view.ts";
import type { ResourceStateAnswer } from "../protocol/objects.ts";
import type { WebhookView } from "../protocol/webhooks.ts";
import type { Row } from "./output.ts";
import { timeText } from "./verb.ts";

/** The parts of a cluster's state as rows of a table, and one by one as sheets. */
export function nodeRows(view: ClusterView): Row[] {
  return Object.entries(view.nodes).map(([node, state]) => ({
    node,
    state: state.state,
    address: state.address,
    "lease left": leaseLeft(state),
    owns: ownedBy(view, node).join(", "),
    note: nodeNote(state),
  }));
}

export function nodeSheet(view: ClusterView, node: string, state: NodeView): Row {
  return {
    node,
    state: state.state,
    address: state.address,
    "lease left": leaseLeft(state),
    owns: ownedBy(view, node).join(", ") || "nothing",
    drain: state.drain === "NotInitiated" ? null : state.drain,
    quarantine: state.quarantinedUntil === null ? null : `until ${timeText(state.quarantinedUntil)}`,
    why: state.reason,
    run: state.incarnation,
  };
}

export function groupRows({ groups }: ClusterView): Row[] {
  return Object.entries(groups).map(([group, view]) => ({
    group,
    state: view.state,
    owner: view.owner,
    epoch: view.epoch,
    address: addressText(view),
    name: view.networkName,
    note: groupNotes(view).join("; "),
  }));
}

export function groupSheet(group: string, view: GroupView): Row {
  return {
    group,
    state: view.state,
    wanted: view.wanted,
    owner: view.owner ?? "no node",
    "last owner": view.owner === view.lastOwner ? null : view.lastOwner,
    epoch: view.epoch,
    address: addressText(view),
    "network name": view.networkName,
    prefers: view.preferredOwners.join(", "),
    "without control plane": outageText(view),
    note: groupNotes(view).join("; "),
  };
}

/** What its owner does when no control plane answers. */
function outageText({ onControlPlaneLoss, owner, peers, cannotBeAsked }: GroupView): string {
  if (onControlPlaneLoss === "drop") return "goes down after a ttl";
  const without = cannotBeAsked.length === 0 ? "" : `no peerListen on ${cannotBeAsked.join(", ")}`;
  if (peers.length === 0 && without !== "") return `goes down after a ttl: ${without}`;
  if (owner === null) return "stays while peers agree";
  if (peers.length === 0) return "goes down after a ttl: no other node that could get it is joined";
  const named = peers.map(({ node, agrees }) => (agrees ? node : `${node} (which did not answer)`));
  return `stays while these agree: ${named.join(", ")}`;
}

export function resourceRows({ groups }: ClusterView): Row[] {
  return Object.entries(groups).flatMap(([group, view]) => groupResourceRows(group, view));
}

export function groupResourceRows(group: string, { resources }: GroupView): Row[] {
  return Object.entries(resources).map(([resource, { type, state, problem }]) => ({
    resource,
    group,
    type,
    state,
    problem: problemText(problem),
  }));
}

export function resourceSheet(resource: ResourceStateAnswer): Row {
  return {
    resource: resource.name,
    group: resource.group,
    type: resource.type,
    state: resource.state,
    wanted: resource.wanted,
    owner: resource.owner ?? "no node",
    "depends on": expressionOf(resource.dependsOn) || "nothing",
    "possible owners": resource.possibleOwners.join(", ") || "any node",
    problem: problemText(resource.problem),
  };
}

export function operationRow({ id, kind, startedAt, actor, status, ...of }: Operation): Row {
  return { id, kind, of: subjectOf(of), state: status.state, actor, started: timeText(startedAt) };
}

export function operationSheet(operation: Operation): Row {
  const { status } = operation;
  const { started, ...row } = operationRow(operation);
  return {
    ...row,
    started: started ?? null,
    ended: "at" in status ? timeText(status.at) : null,
    why: "sentence" in status ? `${status.sentence} (${status.code})` : null,
  };
}

function subjectOf({ group, resource, node }: Pick<Operation, "group" | "resource" | "node">): string {
  return [resource, group, node].filter((name) => name !== null).join(" / ");
}

export function webhookRows(webhooks: readonly WebhookView[]): Row[] {
  return webhooks.map(({ id, state, behind, url, lastError, disabledReason }) => ({
    webhook: id,
    state,
    behind,
    url,
    why: disabledReason ?? (lastError === null ? null : [lastError.code, lastError.status].filter(Boolean).join(" ")),
  }));
}

function leaseLeft({ leaseRemainingMs }: NodeView): string | null {
  return leaseRemainingMs === null ? null : `${Math.round(leaseRemainingMs)} ms`;
}

function ownedBy({ groups }: ClusterView, node: string): string[] {
  return Object.keys(groups).filter((name) => lookup(groups, name)?.owner === node);
}

function nodeNote({ reason, drain, quarantinedUntil }: NodeView): string | null {
  if (quarantinedUntil !== null) return `quarantined until ${timeText(quarantinedUntil)}`;
  return reason ?? (drain === "NotInitiated" ? null : `drain ${drain}`);
}

/** A group without a Network Name is no virtual server, and has its addresses all the same. */
function addressText({ address, addresses }: GroupView): string | null {
  return address ?? (addresses.join(", ") || null);
}

/** What is planned for a group, or keeps it waiting. */
function groupNotes({ draining, scheduled, waiting, givenUpUntil, failbackDue, wanted, state }: GroupView): string[] {
  const to = (target: string | null): string => (target === null ? "" : ` to ${target}`);
  return [
    draining === null ? "" : `${draining.because}${to(draining.target)}`,
    scheduled === null ? "" : `moves${to(scheduled.target)} at ${timeText(scheduled.at)}`,
    waiting === null ? "" : waitingText(waiting),
    givenUpUntil === null ? "" : `given up until ${timeText(givenUpUntil)}`,
    failbackDue ? "failback due" : "",
    wanted === "Offline" && state !== "Offline" ? "shall be offline" : "",
  ].filter((note) => note !== "");
}

function waitingText(waiting: NonNullable<GroupView["waiting"]>): string {
  if (waiting.for.length > 0) return `waits for ${waiting.for.join(", ")}`;
  return waiting.until === null ? "waits" : `waits until ${timeText(waiting.until)}`;
}

function problemText(problem: { readonly code: string; readonly message: string } | null): string | null {
  return problem === null ? null : `${problem.code}: ${problem.message}`;
}
