import { virtualServerOf } from "../cluster/definition/definition.ts";
import { prefixOfMask } from "../cluster/definition/ip-address.ts";
import { sameRevision } from "../cluster/lease/generation.ts";
import type { Report } from "../cluster/messages.ts";
import { isOnlineAsAssigned } from "../cluster/policies/resources.ts";
import type { Bind, Defer, DeferReason, Deny } from "../cluster/questions/verdict.ts";
import type { HoldOrder, Orders } from "./orders.ts";

/** What the answer stands on: nothing but what is on this node at this instant. */
export type LocalGrounds = {
  /** Null until the control plane was heard for the first time. */
  readonly orders: Orders | null;
  readonly report: Report;
  /** Monotonic milliseconds, read when the question is answered. */
  readonly now: number;
};

/** Of a `BIND` also the moment at which it is over, in monotonic milliseconds: it is the same as long as the fuse is. */
export type LocalVerdict = (Bind & { readonly until: number }) | Defer | Deny;

/** When to ask again: well under the shortest failover, and cheap, because the answer costs no round trip. */
const retryAfterMs = 500;

/**
 * The verdict of this node for a group, from its lease alone. `BIND` only while the fuse of the group's epoch is live, and
 * the group's IP Address and Network Name are online here; `validForMs` is what is left of the fuse.
 */
export function localVerdict({ orders, report, now }: LocalGrounds, group: string): LocalVerdict {
  if (orders === null) return defer("unreachable");
  // A group may be there twice for a moment: an older epoch on its way down beside the newest.
  const hold = newestHold(orders, group);
  if (hold === undefined) return defer("standby");
  // The orders of what leaves name no resource (it is taken offline as this node has it), which makes it no less of a virtual server.
  if (hold.mode.kind === "cut") return defer("fuse-blown");
  if (hold.mode.kind === "down") return defer("in-transition");
  const server = virtualServerOf(hold.resources);
  const prefix = server === null ? null : prefixOfMask(server.subnetMask);
  if (server === null || prefix === null) return { decision: "DENY", reason: "not-a-virtual-server" };
  const validForMs = Math.floor(hold.mode.deadline - now);
  if (validForMs <= 0) return defer("fuse-blown");
  // What was reported under earlier orders says nothing of an address that these may have changed.
  if (!sameRevision(report.revision, orders.revision)) return defer("in-transition");
  if (!isOnline(report, hold, server.ipResource) || !isOnline(report, hold, server.nameResource)) {
    return defer("address-not-online");
  }
  return {
    decision: "BIND",
    address: server.address,
    prefix,
    networkName: server.networkName,
    epoch: hold.epoch,
    validForMs,
    until: hold.mode.deadline,
  };
}

function defer(reason: DeferReason): Defer {
  return { decision: "DEFER", reason, retryAfterMs };
}

function newestHold(orders: Orders, group: string): HoldOrder | undefined {
  return orders.holds
    .filter((hold) => hold.group === group)
    .reduce<HoldOrder | undefined>(
      (newest, hold) => (newest === undefined || hold.epoch > newest.epoch ? hold : newest),
      undefined,
    );
}

/** The resources of an order as those of a definition; what a definition says besides does not matter here. */
function isOnline(report: Report, { group, epoch }: HoldOrder, resource: string): boolean {
  const reported = report.holds.find((hold) => hold.group === group && hold.epoch === epoch);
  return reported !== undefined && isOnlineAsAssigned(reported.resources, resource);
}
