import type { ResourceState } from "../messages.ts";
import { hasActed } from "../lease/assignment.ts";
import { isOnlineAsAssigned, reportedResources, stateOf, wantedOf } from "../policies/resources.ts";
import type { GroupRow, Hold } from "../state.ts";
import type { Turn } from "../turn.ts";

/**
 * Whether a resource is what it is wanted to be. It is not known of what nobody has said anything of in this generation, nor
 * while the owner has something new to do of which it has not said yet what came of it.
 */
export function isAsWanted(turn: Turn, row: GroupRow, hold: Hold | undefined, name: string): boolean {
  const wanted = wantedOf({ ...row, plan: { ...row.plan, start: null } }, name);
  if (hold === undefined) return wanted === "Offline";
  const session = turn.memory.sessions.get(hold.incarnation);
  if (session === undefined || !hasActed(session)) return false;
  const reported = reportedResources(session.report, hold);
  const state: ResourceState = stateOf(reported, name);
  return wanted === "Online" ? isOnlineAsAssigned(reported, name) : state === "Offline" || state === "Failed";
}
