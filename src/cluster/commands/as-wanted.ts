import type { ResourceState } from "../messages.ts";
import { newestReportOf } from "../lease/assignment.ts";
import { isOnlineAsAssigned, stateOf, wantedOf } from "../policies/resources.ts";
import type { GroupRow, Hold } from "../state.ts";
import type { Turn } from "../turn.ts";

/**
 * Whether a resource is what it is wanted to be. It is not known of what nobody has said anything of in this generation, nor
 * while the owner has something new to do of which it has not said yet what came of it.
 */
export function isAsWanted(turn: Turn, row: GroupRow, hold: Hold | undefined, name: string): boolean {
  const wanted = wantedOf({ ...row, plan: { ...row.plan, start: null } }, name);
  if (hold === undefined) return wanted === "Offline";
  const reported = newestReportOf(turn, hold);
  if (reported === null) return false;
  const state: ResourceState = stateOf(reported, name);
  return wanted === "Online" ? isOnlineAsAssigned(reported, name) : state === "Offline" || state === "Failed";
}
