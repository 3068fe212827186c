import { lookup, possibleOwners, servedResources, virtualServerOf } from "../definition/definition.ts";
import { prefixOfMask } from "../definition/ip-address.ts";
import { marginMs } from "../lease/lease.ts";
import { emptyReport } from "../messages.ts";
import { holdOf } from "../lease/ownership.ts";
import { isOnlineAsAssigned, reportedResources } from "../policies/resources.ts";
import type { ClusterState, SentGrant, Session } from "../state.ts";
import { silentForMs } from "./view.ts";

/**
 * The answer to the one question that this project exists for: from which local address may this node open an
 * association for this virtual server, until when, under which epoch, and under which name?
 *
 * It is a tagged union with no fourth case and no empty one. A caller that holds a `Defer` or a `Deny` holds no address
 * that it could fall back to: that is how the fault of KB Q186756 (an address by default) is made impossible to write.
 */
export type Verdict = Bind | Defer | Deny;

/** The node owns the group and its IP Address is online: call from `address`, under `networkName`. */
export type Bind = {
  readonly decision: "BIND";
  /** The virtual IP, textual. */
  readonly address: string;
  /** Prefix length of the address in its network, 0–32 or 0–128. */
  readonly prefix: number;
  /** The name to speak under: MTA name, EHLO name. */
  readonly networkName: string;
  readonly epoch: number;
  /**
   * Milliseconds, counted from before the question was sent. A connection that is not complete by then is destroyed by
   * the caller.
   */
  readonly validForMs: number;
};

/** Not now: the mail waits, it is neither lost nor sent. */
export type Defer = {
  readonly decision: "DEFER";
  readonly reason: DeferReason;
  readonly retryAfterMs: number;
  /** Where the group is, if the answerer knows: for a log line, never an address to use. */
  readonly owner?: string;
};

/** Never for this caller: asking again changes nothing until an operator changes the cluster. */
export type Deny = { readonly decision: "DENY"; readonly reason: DenyReason };

export const deferReasons = [
  /** Another node owns the group. */
  "standby",
  /** No node owns the group. */
  "unowned",
  /** The group is on its way: to or from this node, or its resources are not all up. */
  "in-transition",
  /** The group's IP Address or Network Name is not online here. */
  "address-not-online",
  /** The control plane started a moment ago and extends, but promises nothing yet. */
  "starting",
  /** The owner has not renewed for longer than its ttl: nobody can say. */
  "unknown",
  /** This node's fuse for the epoch has blown. */
  "fuse-blown",
  /** The answerer could not be reached, or did not answer in time. */
  "unreachable",
] as const;
export type DeferReason = (typeof deferReasons)[number];

export const denyReasons = [
  "no-such-group",
  "no-such-node",
  /** The group has no IP Address or no Network Name, so nobody can speak for it. */
  "not-a-virtual-server",
  /** The node is not among the group's possible owners. */
  "not-a-possible-owner",
  /** The caller's token is for another node. */
  "not-your-node",
] as const;
export type DenyReason = (typeof denyReasons)[number];

/**
 * The verdict as the object knows it: the node owns the epoch and renewed lately. Its fences keep the promise: the bind may
 * still fail, and must never fall back. Only the answer of the node's own agent implies an unblown fuse.
 */
export function sourceAddress(
  state: ClusterState,
  question: { readonly group: string; readonly node: string; readonly now: number },
): Verdict {
  const { cluster, nodes } = state.durable;
  const group = cluster && lookup(cluster.definition.groups, question.group);
  if (!cluster || group === undefined || group === null) return { decision: "DENY", reason: "no-such-group" };
  if (!nodes.has(question.node)) return { decision: "DENY", reason: "no-such-node" };
  const { definition } = cluster;
  if (virtualServerOf(servedResources(definition, group)) === null)
    return { decision: "DENY", reason: "not-a-virtual-server" };
  if (!possibleOwners(definition, group).includes(question.node)) {
    return { decision: "DENY", reason: "not-a-possible-owner" };
  }
  const { ttlMs, renewMs } = definition.lease;
  const hold = holdOf(state, question.group);
  const defer = (reason: DeferReason): Defer => {
    const owner = hold === undefined || reason === "unknown" ? {} : { owner: hold.node };
    return { decision: "DEFER", reason, retryAfterMs: renewMs, ...owner };
  };
  if (hold === undefined) return defer(state.memory.start.kind === "holding" ? "starting" : "unowned");
  const silentMs = silentForMs(state, hold.incarnation, question.now);
  if (silentMs === null) return defer("starting");
  const session = state.memory.sessions.get(hold.incarnation);
  // A ttl that was made longer is nobody's before it is granted.
  const heldMs = Math.min(ttlMs, lastGrant(session)?.ttlMs ?? ttlMs);
  const validForMs = Math.floor(heldMs - marginMs(heldMs) - silentMs);
  if (validForMs <= 0) return defer("unknown");
  if (hold.node !== question.node) return defer("standby");
  const resources = reportedResources(session?.report ?? emptyReport, hold);
  if (hold.phase.kind === "draining" || !isCovered(session, `${hold.group}#${hold.epoch}`))
    return defer("in-transition");
  // What it was assigned since it last reported it does not have yet, and what it has it still holds.
  const confirmed = session?.confirmed?.groups.find((one) => one.group === hold.group && one.epoch === hold.epoch);
  const server = virtualServerOf(confirmed?.resources ?? {});
  if (server === null) return defer("in-transition");
  const online = [server.ipResource, server.nameResource].every((name) => isOnlineAsAssigned(resources, name));
  if (!online) return defer("address-not-online");
  return {
    decision: "BIND",
    address: server.address,
    prefix: prefixOfMask(server.subnetMask) ?? 32,
    networkName: server.networkName,
    epoch: hold.epoch,
    validForMs,
  };
}

/** Whether the newest answer extended this ownership: a refused or a starting owner is no reason to say `BIND`. */
function isCovered(session: Session | undefined, id: string): boolean {
  if (session === undefined || session.deaf) return false;
  return lastGrant(session)?.holds.includes(id) ?? false;
}

function lastGrant(session: Session | undefined): SentGrant | null {
  return session?.connection.kind === "open" ? session.connection.granted : null;
}
