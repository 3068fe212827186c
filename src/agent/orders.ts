import { leasePresets } from "../cluster/lease/lease.ts";
import type { Revision } from "../cluster/lease/generation.ts";
import type { AssignedGroup, AssignedResource, Assignment, HoldRef, Report } from "../cluster/messages.ts";

/**
 * What the session machine wants of the host, said as a whole each time: the ownerships that may be on this node, what
 * each of their resources shall be, and until when. Whatever the host has up and does not find here, it takes down.
 */
export type Orders = {
  /** Grows with each new set of orders. */
  readonly n: number;
  /** The assignment that they come of; null before the first. */
  readonly revision: Revision | null;
  /** That of the leases under which they are given, in milliseconds. */
  readonly ttlMs: number;
  readonly holds: readonly HoldOrder[];
  /** As the assignment says. */
  readonly mayCome: Assignment["mayCome"];
};

export const noOrders: Orders = { n: 0, revision: null, ttlMs: leasePresets.wan.ttlMs, holds: [], mayCome: [] };

export type HoldOrder = HoldRef & {
  readonly resources: Readonly<Record<string, AssignedResource>>;
  readonly mode: HoldMode;
  /** `up`, but for the time being only to be observed: nothing of it is touched. */
  readonly observe: boolean;
  readonly heldBefore: AssignedGroup["heldBefore"];
  readonly unfenced: AssignedGroup["unfenced"];
};

/**
 * `up`: bring each resource to what it is wanted to be; everything must be gone at `deadline` (monotonic milliseconds).
 * `down`: take all offline in order, dependents first, still covered until `deadline` (null: nothing covers it any more).
 * `cut`: the fuse has blown. Terminate everything at once, addresses first.
 */
export type HoldMode =
  | { readonly kind: "up"; readonly deadline: number }
  | { readonly kind: "down"; readonly deadline: number | null }
  | { readonly kind: "cut" };

/** What the host says back whenever something changed. */
export type HostSays = {
  /** The orders that this is said of: what was said of earlier ones proves nothing about these. */
  readonly n: number;
  readonly report: Report;
  /** Ownerships that are ordered and of which nothing is on this host: every resource offline, verified. */
  readonly offline: readonly HoldRef[];
};
