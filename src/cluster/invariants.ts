import { comparable } from "./definition/ip-address.ts";
import { holdId } from "./messages.ts";
import type { ClusterState } from "./state.ts";

/**
 * What is true of every state that `step` returns. Tests ask after each step; a failure is a mistake in this program, so
 * it throws.
 */
export function assertInvariants({ durable, memory }: ClusterState): void {
  const owned = new Set<string>();
  const addresses = new Map<string, string>();
  for (const [id, hold] of durable.holds) {
    check(id === holdId(hold), () => `hold ${id} is filed under another name`);
    check(!owned.has(hold.group), () => `group ${hold.group} has two holds`);
    owned.add(hold.group);
    for (const address of hold.addresses) {
      const key = comparable(address);
      check(!addresses.has(key), () => `${address} is held by ${addresses.get(key)} and ${id}`);
      addresses.set(key, id);
    }
    const { peers, claimants } = hold.agreement;
    check(peers.length === 0 || claimants !== null, () => `anybody may end ${id}, which may be held by others' word`);
    const row = durable.groups.get(hold.group);
    check(row === undefined || row.epoch >= hold.epoch, () => `epoch ${hold.epoch} of ${hold.group} is above its row`);
    const lease = durable.leases.get(hold.incarnation)?.held[id];
    check(lease !== undefined, () => `hold ${id} has no lease`);
    check(
      (lease?.drainGrantsLeft === null) === (hold.phase.kind === "owned"),
      () => `lease of ${id} is not of its phase`,
    );
  }
  for (const { incarnation, held } of durable.leases.values()) {
    check(Object.keys(held).length > 0, () => `lease of run ${incarnation} is empty`);
    for (const id of Object.keys(held)) {
      check(
        durable.holds.get(id)?.incarnation === incarnation,
        () => `lease of run ${incarnation} covers ${id}, which is not its own`,
      );
    }
  }
  const sockets = new Set<string>();
  for (const [incarnation, { connection, standing, node }] of memory.sessions) {
    const holdsSome = [...durable.holds.values()].some((hold) => hold.incarnation === incarnation);
    check(connection.kind === "open" || holdsSome, () => `run ${incarnation} is gone and holds nothing, but is kept`);
    check(
      !(holdsSome && standing.kind === "Joining"),
      () => `run ${incarnation} of ${node} is Joining, but holds a group`,
    );
    if (connection.kind !== "open") continue;
    check(!sockets.has(connection.socket), () => `socket ${connection.socket} has two runs`);
    sockets.add(connection.socket);
  }
}

function check(holds: boolean, otherwise: () => string): void {
  if (!holds) throw new Error(`invariant broken: ${otherwise()}`);
}
