import type { OperatorEvent } from "../../cluster/events.ts";
import { told } from "../change-answer.ts";
import type { Changed } from "../live-brain.ts";
import { answer, refuse } from "../respond.ts";
import type { Call } from "../route.ts";
import { refused } from "./refused.ts";

/** Of a call, what it takes to change the cluster that it names. */
export type Asked = Pick<Call, "cluster" | "conditions"> & { readonly params: { readonly cluster: string } };

/** Hands a command to the cluster, and answers with what became of it. */
export async function accept(status: 200 | 201 | 202, call: Asked, command: OperatorEvent): Promise<Response> {
  return answerTo(status, call, await call.cluster().change(command, call.conditions));
}

/**
 * What was answered before, for routes that judge a request beside the present state first: under its key it is answered, and
 * not judged again. Null: it has not been.
 */
export async function answeredBefore(status: 200 | 201 | 202, call: Asked, actor: string): Promise<Response | null> {
  if (call.conditions.idempotency === null) return null;
  const changed = await call.cluster().answered(actor, call.conditions);
  return changed === null ? null : answerTo(status, call, changed);
}

function answerTo(status: 200 | 201 | 202, call: Asked, changed: Changed): Response {
  if (!changed.ok) return refusedChange(changed);
  const { created: _, ...accepted } = told(changed.value);
  const { operation, revision } = accepted;
  const underWay = status === 202 && operation !== null;
  return answer(status, accepted, {
    ETag: `"${revision}"`,
    ...(underWay
      ? { Location: `/v1/clusters/${encodeURIComponent(call.params.cluster)}/operations/${operation.id}` }
      : {}),
  });
}

export function refusedChange(changed: Exclude<Changed, { ok: true }>): Response {
  if ("refusal" in changed) return refused(changed.refusal);
  if (changed.code === "forbidden") return refuse(changed.code, "only the admin token creates a cluster");
  return changed.code === "revision-differs"
    ? refuse(changed.code, "read the cluster again, and apply the change to what it is now")
    : refuse(changed.code, "choose another key for another request");
}
