import type { OperatorEvent } from "../../cluster/events.ts";
import type { Changed } from "../cluster-object.ts";
import { answer, refuse } from "../respond.ts";
import type { Call } from "../route.ts";
import { refused } from "./refused.ts";

type Asked = Pick<Call, "cluster" | "conditions">;

/** Hands a command to the cluster, and answers with what became of it. */
export async function accept(status: 200 | 201 | 202, call: Asked, command: OperatorEvent): Promise<Response> {
  const changed = await call.cluster().change(command, call.conditions);
  if (!changed.ok) return refusedChange(changed);
  const { created: _, differences: __, ...accepted } = changed.value;
  return answer(status, accepted, { ETag: `"${accepted.revision}"` });
}

export function refusedChange(changed: Exclude<Changed, { ok: true }>): Response {
  if ("refusal" in changed) return refused(changed.refusal);
  return changed.code === "revision-differs"
    ? refuse(changed.code, "read the cluster again, and apply the change to what it is now")
    : refuse(changed.code, "choose another key for another request");
}
