import { subprotocol } from "../protocol/session.ts";
import type { Env } from "./env.ts";
import { clusterExists, clusterStub } from "./objects.ts";
import type { Principal } from "./route.ts";
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

/** Who holds this token, or null. What is no token of an existing cluster reaches no cluster's object. */
export async function principalOf(token: string, env: Env, cluster: string | null): Promise<Principal | null> {
  const digest = await sha256(token);
  if (sameDigest(digest, await sha256(env.BRIDGEHEAD_ADMIN_TOKEN ?? "")) && hasAdminToken(env)) {
    return { role: "admin", id: "admin" };
  }
  const parsed = parseToken(token);
  if (parsed === null || cluster === null || parsed.clusterTag !== (await clusterTagOf(cluster))) return null;
  if (!(await clusterExists(env, cluster))) return null;
  return clusterStub(env, cluster).tokenHolder(parsed.id, digest);
}
