import * as z from "zod";
import { refuse } from "./respond.ts";
import { operators, type Principal } from "./route.ts";

/**
 * The access that a caller means to have (CLUSAPI_READ_ACCESS, CLUSAPI_CHANGE_ACCESS), as the Open…Ex functions take it: asked for
 * before something is begun that would be refused later.
 */
export const accessQuerySchema = z.strictObject({
  desiredAccess: z
    .enum(["read", "change"])
    .describe("Refused when the token may not do that; the header Granted-Access says what it may")
    .exactOptional(),
});

export type Access = "read" | "change";

export function accessOf({ role }: Principal): Access {
  return operators.some((operator) => operator === role) ? "change" : "read";
}

/** What the query asks for, or null when it asks for none. */
export function desiredAccess(query: unknown): Access | null {
  if (typeof query !== "object" || query === null || !("desiredAccess" in query)) return null;
  return query.desiredAccess === "change" || query.desiredAccess === "read" ? query.desiredAccess : null;
}

export function accessDenied(): Response {
  return refuse("forbidden", "this token may read, and change nothing");
}
