import type { ClusterObject, Command } from "../cluster-object.ts";
import { answer } from "../respond.ts";
import { refused } from "./refused.ts";

/** Hands a command to the cluster, and answers with what became of it. */
export async function accept(
  status: 200 | 202,
  cluster: () => DurableObjectStub<ClusterObject>,
  command: Command,
): Promise<Response> {
  const result = await cluster().command(command);
  return result.ok ? answer(status, result.value) : refused(result.refusal);
}
