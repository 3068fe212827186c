import type { Precondition } from "../registry/write.ts";

/**
 * What a request says has to be true of what it changes (RFC 9110, section 13.1): `If-Match` with an entity tag or `*`, or
 * `If-None-Match: *`. Null: nothing.
 */
export function preconditionOf(headers: Headers): Precondition | null | "malformed" {
  const [ifMatch, ifNoneMatch] = [headers.get("If-Match"), headers.get("If-None-Match")];
  if (ifMatch !== null && ifNoneMatch !== null) return "malformed";
  if (ifNoneMatch !== null) return ifNoneMatch === "*" ? { kind: "absent" } : "malformed";
  if (ifMatch === null) return null;
  if (ifMatch === "*") return { kind: "exists" };
  const [, digits] = /^"(\d{1,15})"$/.exec(ifMatch) ?? [];
  return digits === undefined ? "malformed" : { kind: "revision", revision: Number(digits) };
}
