import type { Hold, SilentOwner } from "../state.ts";
import type { Turn } from "../turn.ts";

/**
 * Who may still write to a disk (LEASE rule 19). A host that lost its lease has lost its addresses by its own fences, whatever has
 * become of it; nothing but its own good will takes a disk from it. So each owner of a group with disks that fell silent is
 * remembered until it is certain that it writes no more, whatever becomes of the group meanwhile. That somebody has fenced it proves
 * nothing for later: a fence holds while it is held.
 */

/** An expiry proves that the owner may speak no more, and not that it has let go of a disk. */
export function becomeSilent(turn: Turn, { group, epoch, node, incarnation, machine, devices }: Hold): void {
  const { cluster } = turn.durable;
  if (cluster === null || devices.length === 0) return;
  const silent = [...cluster.silent, { group, epoch, node, incarnation, machine, devices }].slice(-mostSilent);
  turn.durable = { ...turn.durable, cluster: { ...cluster, silent } };
}

/** More than nodes with disks can be silent; beyond, the oldest are forgotten. */
const mostSilent = 1_000;

/** Nodes that an owner has to fence from its disks. A run is no danger to itself. */
export function unfencedFor({ durable }: Pick<Turn, "durable">, { incarnation, devices }: Hold): string[] {
  const others = (durable.cluster?.silent ?? []).filter(
    (one) => one.incarnation !== incarnation && one.devices.some((device) => devices.includes(device)),
  );
  return [...new Set(others.map(({ node }) => node))];
}

export function isSilent({ durable }: Pick<Turn, "durable">, node: string): boolean {
  return (durable.cluster?.silent ?? []).some((one) => one.node === node);
}

/** Returns those that were forgotten. */
export function forgetSilent(turn: Turn, which: (one: SilentOwner) => boolean): SilentOwner[] {
  const { cluster } = turn.durable;
  const forgotten = (cluster?.silent ?? []).filter(which);
  if (cluster === null || forgotten.length === 0) return [];
  const silent = cluster.silent.filter((one) => !which(one));
  turn.durable = { ...turn.durable, cluster: { ...cluster, silent } };
  return forgotten;
}
