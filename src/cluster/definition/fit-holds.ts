import {
  addressesOf,
  type ClusterDefinition,
  type GroupDefinition,
  lookup,
  possibleOwners,
  servedResources,
} from "./definition.ts";
import { drainGrants } from "../lease/draining.ts";
import {
  addressesBeyond,
  addressesHeld,
  addressesLeft,
  becomeDraining,
  becomeWider,
  mayBeCalledOff,
} from "../lease/ownership.ts";
import { limits } from "../limits.ts";
import type { Hold } from "../state.ts";
import type { Turn } from "../turn.ts";

/** What the ownerships that there are make of a new definition: each goes on, gets an address more, or has to go. */
export function fitHolds(turn: Turn, before: ClusterDefinition, after: ClusterDefinition): void {
  for (const hold of turn.durable.holds.values()) {
    // What drains for good goes on so. A move may still be called off, but not back to what fits no longer.
    if (hold.phase.kind === "draining" && !mayBeCalledOff(hold.phase)) continue;
    const target = hold.phase.kind === "draining" ? hold.phase.target : null;
    const was = lookup(before.groups, hold.group);
    const is = lookup(after.groups, hold.group);
    const grants = was === undefined ? 1 : drainGrants(before, was);
    if (is === undefined) becomeDraining(turn, hold, "deleted", target, grants);
    else if (lookup(after.nodes, hold.node) === undefined) becomeDraining(turn, hold, "evicted", target, grants);
    else followAddresses(turn, hold, is, target, grants, after);
  }
}

/**
 * An owner gets an address that is free where it is, and keeps until its end one that it need not have any more. It must go
 * when an address of its own is wanted elsewhere, or one that it is to get is not free yet (LEASE rule 9).
 */
function followAddresses(
  turn: Turn,
  hold: Hold,
  group: GroupDefinition,
  target: string | null,
  grants: number,
  definition: ClusterDefinition,
): void {
  const served = addressesOf(servedResources(definition, group));
  const more = addressesBeyond(hold, served);
  const less = addressesLeft(hold, served);
  if (!possibleOwners(definition, group).includes(hold.node)) {
    return becomeDraining(turn, hold, "redefined", target, grants);
  }
  if (more.length + less.length === 0) return;
  const mayStay = !isWantedElsewhere(definition, hold.group, less) && (more.length === 0 || mayGet(turn, hold, more));
  if (!mayStay) becomeDraining(turn, hold, "readdressed", target, grants);
  else if (more.length > 0) becomeWider(turn, hold, more);
}

/** What is only observed, or on its way, keeps the addresses that it has: nobody could tell the two sets apart. */
function mayGet(turn: Turn, { addresses, phase }: Hold, more: readonly string[]): boolean {
  return (
    phase.kind === "owned" &&
    turn.durable.cluster?.maintenance !== true &&
    turn.memory.start.kind === "over" &&
    addresses.length + more.length <= limits.addressesHeld &&
    !addressesHeld(turn, more)
  );
}

/** Whether another group is defined to have one of these. */
export function isWantedElsewhere(definition: ClusterDefinition, group: string, addresses: readonly string[]): boolean {
  if (addresses.length === 0) return false;
  const elsewhere = Object.entries(definition.groups)
    .filter(([name]) => name !== group)
    .flatMap(([, other]) => addressesOf(servedResources(definition, other)));
  return addressesLeft({ addresses }, elsewhere).length < addresses.length;
}
