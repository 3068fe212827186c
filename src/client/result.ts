import type { ProblemDetails } from "../protocol/problems.ts";

/** How a request came out. Nothing here is thrown: what a caller decides by is a value. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  /** The other side understood, and says no. */
  | { readonly ok: false; readonly kind: "refused"; readonly problem: ProblemDetails }
  /** There was no answer, or none of this API's: whether the request was carried out is not known. */
  | { readonly ok: false; readonly kind: "unreachable"; readonly reason: UnreachableReason };

export type UnreachableReason = "no-connection" | "timeout" | "not-this-api";
