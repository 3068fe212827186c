import { protocolLimits } from "../protocol/limits.ts";
import { subprotocol } from "../protocol/session.ts";
import { type Entrant, type Entry, type KeptOut, keptOut } from "./credential.ts";
import type { Env } from "./env.ts";
import { clusterExists } from "./objects.ts";
import { admin, type Principal } from "./route.ts";
import { TokenBuckets } from "./token-buckets.ts";
import { clusterTagOf, parseToken, sameDigest, sha256 } from "./tokens.ts";

export function hasAdminToken(env: Env): boolean {
  return (env.BRIDGEHEAD_ADMIN_TOKEN ?? "") !== "";
}

/**
 * The token that a request carries: RFC 6750 section 2.1, or, because a browser can set no header on a WebSocket, one of
 * the subprotocols that it offers. Never in a URL: those are logged.
 */
export function bearerOf(request: Request): string | null {
  const [, header] = /^Bearer +(\S+) *$/i.exec(request.headers.get("Authorization") ?? "") ?? [];
  if (header !== undefined) return header;
  if (request.headers.get("Upgrade") !== "websocket") return null;
  const offered = (request.headers.get("Sec-WebSocket-Protocol") ?? "").split(",").map((text) => text.trim());
  if (!offered.includes(subprotocol)) return null;
  const prefix = "bearer.";
  return offered.find((text) => text.startsWith(prefix))?.slice(prefix.length) ?? null;
}

/** The id of the token that somebody has come with; null for the admin token. */
export function tokenIdOf({ role, id }: Principal): string | null {
  return role === "admin" ? null : id;
}

/** What somebody comes with, and where. */
export type Coming = {
  readonly token: string;
  /** The cluster that the path names. */
  readonly cluster: string | null;
  readonly entry: Entry;
  /** Epoch milliseconds. */
  readonly now: number;
};

const admins = new TokenBuckets({
  burst: protocolLimits.adminRequestsAtOnce,
  perSecond: protocolLimits.adminRequestsPerSecond,
});

/**
 * Whose token this is. What is no token of an existing cluster reaches no cluster's object. The rate of a cluster's token is
 * counted there, in the one place that all instances of the Worker ask; the admin token belongs to no cluster, and is counted here.
 */
export async function recognize({ token, cluster, entry, now }: Coming, env: Env): Promise<Entrant | KeptOut> {
  const digest = await sha256(token);
  if (sameDigest(digest, await adminDigest(env)) && hasAdminToken(env)) {
    const retryAfterMs = entry.counts ? admins.take("admin", now) : 0;
    if (retryAfterMs > 0) return { kind: "too-often", retryAfterMs };
    return keptOut(entry, admin) ?? { kind: "known", principal: admin };
  }
  const parsed = parseToken(token);
  if (parsed === null || cluster === null || parsed.clusterTag !== (await clusterTagOf(cluster)))
    return { kind: "unknown" };
  if (!(await clusterExists(env, cluster))) return { kind: "unknown" };
  return { kind: "unjudged", credential: { id: parsed.id, digest, entry } };
}

/** That of the secret, as long as it is the same one. */
let digested: { readonly secret: string; readonly digest: ArrayBuffer } | null = null;

async function adminDigest({ BRIDGEHEAD_ADMIN_TOKEN: secret = "" }: Env): Promise<ArrayBuffer> {
  if (digested?.secret === secret) return digested.digest;
  const digest = await sha256(secret);
  digested = { secret, digest };
  return digest;
}
