import { holdId } from "../messages.ts";
import { reportedResources } from "../policies/resources.ts";
import { retryGivenUp } from "../policies/troubles.ts";
import type { Session, SilentOwner } from "../state.ts";
import type { Turn } from "../turn.ts";
import { hasActed } from "./assignment.ts";
import { forgetSilent, isSilent } from "./silent-owners.ts";

/** What proves that a silent owner writes to its disks no more (LEASE rule 19). */

/**
 * A run of the same machine is heard: an agent begins only when nothing of an earlier run is left on its host (DR14), and what
 * was there before a boot is gone with it. It may have said hello while the earlier one still owned the group, and waited for its end.
 * Another machine of the same name proves nothing.
 */
export function hearRun(turn: Turn, { node, incarnation, machine }: Session): void {
  if (machine === null || !isSilent(turn, node)) return;
  const isOver = (one: SilentOwner): boolean =>
    one.node === node && one.incarnation !== incarnation && one.machine === machine;
  tryAgain(turn, forgetSilent(turn, isOver));
}

/** The silent run itself is back, and says what is on its host since it was told that it owns the group no more. */
export function hearReport(turn: Turn, session: Session): void {
  if (!hasActed(session)) return;
  const hasLetGo = (one: SilentOwner): boolean => {
    if (one.incarnation !== session.incarnation) return false;
    if (session.assigned.groups.some((held) => holdId(held) === holdId(one))) return false;
    const left = Object.values(reportedResources(session.report, one));
    return left.every(({ state }) => state === "Offline" || state === "Failed");
  };
  tryAgain(turn, forgetSilent(turn, hasLetGo));
}

/**
 * An operator says that a host is off.
 * @param which runs of it
 * @returns the groups that it fell silent with
 */
export function confirmSilent(turn: Turn, node: string, which: (incarnation: string) => boolean): string[] {
  const forgotten = forgetSilent(turn, (one) => one.node === node && which(one.incarnation));
  tryAgain(turn, forgotten);
  return [...new Set(forgotten.map(({ group }) => group))];
}

/** A disk that could not be fenced has failed where it is now: that is over. */
function tryAgain(turn: Turn, forgotten: readonly SilentOwner[]): void {
  const devices = new Set(forgotten.flatMap((one) => one.devices));
  for (const hold of turn.durable.holds.values()) {
    const row = turn.durable.groups.get(hold.group);
    if (row !== undefined && hold.devices.some((device) => devices.has(device))) retryGivenUp(turn, row);
  }
}
