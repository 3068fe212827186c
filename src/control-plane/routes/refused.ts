import type { Refusal } from "../../cluster/events.ts";
import { refuse } from "../respond.ts";

/** The brain's refusal, as HTTP says it. */
export function refused({ code, detail, problems }: Refusal): Response {
  return refuse(code, detail, problems === undefined ? {} : { problems });
}
