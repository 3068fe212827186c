import type { Admin, Principal, Role } from "./route.ts";

/**
 * What somebody has come with, and what is asked of them. It travels with the question itself: the cluster's object judges it first,
 * and does in the same event what was asked.
 */
export type Credential = {
  /** Of the token. */
  readonly id: string;
  /** SHA-256 of the token. */
  readonly digest: ArrayBuffer;
  readonly entry: Entry;
};

/** What a route's row says of those who come, for one request. */
export type Entry = {
  readonly roles: readonly Role[];
  /** The node whose token a node's has to be; null: any. */
  readonly node: string | null;
  /** Whether it counts to the token's rate. */
  readonly counts: boolean;
};

/** Why somebody does not get in. */
export type KeptOut =
  | { readonly kind: "unknown" }
  | { readonly kind: "too-often"; readonly retryAfterMs: number }
  | { readonly kind: "forbidden"; readonly why: string };

/** Who somebody is who gets in. */
export type Admission = { readonly kind: "known"; readonly principal: Principal } | KeptOut;

/** Who stands at the door: the admin, whom the Worker knows, or somebody whom their cluster's object has yet to judge. */
export type Entrant =
  | { readonly kind: "known"; readonly principal: Admin }
  | { readonly kind: "unjudged"; readonly credential: Credential };

/** The one place where roles are judged: by the object for its tokens, by the Worker for the admin's. Null: they may. */
export function keptOut({ roles, node }: Entry, principal: Principal): KeptOut | null {
  if (!roles.includes(principal.role)) {
    return {
      kind: "forbidden",
      why: `this takes a token of role ${roles.join(" or ")}, and this one is ${principal.role}`,
    };
  }
  return node !== null && principal.role === "node" && principal.node !== node
    ? { kind: "forbidden", why: "a node's token is for that node only" }
    : null;
}
