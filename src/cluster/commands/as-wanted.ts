import type { ResourceState } from "../messages.ts";
import { reportedResources, stateOf, wantedOf } from "../policies/resources.ts";
import type { GroupRow, Hold } from "../state.ts";
import type { Turn } from "../turn.ts";

/** Whether a resource is what it is wanted to be; what nobody has said anything of in this generation is not known. */
export function isAsWanted(turn: Turn, row: GroupRow, hold: Hold | undefined, name: string): boolean {
  const wanted = wantedOf({ ...row, plan: { ...row.plan, start: null } }, name);
  if (hold === undefined) return wanted === "Offline";
  const session = turn.memory.sessions.get(hold.incarnation);
  if (session === undefined || session.renewedAt === null) return false;
  const state: ResourceState = stateOf(reportedResources(session.report, hold), name);
  return wanted === "Online" ? state === "Online" : state === "Offline" || state === "Failed";
}
