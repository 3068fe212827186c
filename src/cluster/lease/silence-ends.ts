import { holdId } from "../messages.ts";
import { isOnlineAsAssigned, reportedResources } from "../policies/resources.ts";
import { retryGivenUp } from "../policies/troubles.ts";
import type { GroupRow, Hold, Session, SilentOwner } from "../state.ts";
import type { Turn } from "../turn.ts";
import { hasActed, newestReportOf } from "./assignment.ts";
import { becomeFenced, disksOf, forgetSilent, isSilent } from "./silent-owners.ts";

/** What proves that a silent owner writes to the disks of its group no more (LEASE rule 19). */

/**
 * A run of the same machine is heard: an agent begins only when nothing of an earlier run is left on its host (DR14), and what
 * was there before a boot is gone with it. It may have said hello while the earlier one still owned the group, and waited for its end.
 * Another machine of the same name proves nothing.
 */
export function hearRun(turn: Turn, { node, incarnation, host }: Session): void {
  if (host === null || !isSilent(turn, node)) return;
  const isOver = (one: SilentOwner): boolean =>
    one.node === node && one.incarnation !== incarnation && one.host?.machine === host.machine;
  tryAgain(turn, forgetSilent(turn, isOver));
}

/** The silent run itself is back, and says what is on its host since it was told that it owns the group no more. */
export function hearReport(turn: Turn, session: Session): void {
  if (!hasActed(session)) return;
  const hasLetGo = ({ incarnation, epoch }: SilentOwner, { name: group }: GroupRow): boolean => {
    const hold = { group, epoch };
    if (incarnation !== session.incarnation) return false;
    if (session.assigned.groups.some((held) => holdId(held) === holdId(hold))) return false;
    const left = Object.values(reportedResources(session.report, hold));
    return left.every(({ state }) => state === "Offline" || state === "Failed");
  };
  tryAgain(turn, forgetSilent(turn, hasLetGo));
}

/** The owner has every disk of the group online: its driver has fenced whom it was told of, or shall not fence anybody. */
export function hearOwner(turn: Turn, hold: Hold): void {
  const definition = turn.durable.cluster?.definition;
  const reported = newestReportOf(turn, hold);
  if (definition === undefined || reported === null) return;
  if (!disksOf(definition, hold.group).every((name) => isOnlineAsAssigned(reported, name))) return;
  becomeFenced(turn, hold);
}

/**
 * An operator says that a host is off.
 * @param which runs of it
 * @returns the groups whose disks that concerns
 */
export function confirmSilent(turn: Turn, node: string, which: (incarnation: string) => boolean): string[] {
  const groups = forgetSilent(turn, (one) => one.node === node && which(one.incarnation));
  tryAgain(turn, groups);
  return groups;
}

/** A disk that could not be fenced has failed where it is now: that is over. */
function tryAgain(turn: Turn, groups: readonly string[]): void {
  for (const name of groups) {
    const row = turn.durable.groups.get(name);
    if (row !== undefined) retryGivenUp(turn, row);
  }
}
