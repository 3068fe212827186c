import type { ProblemDetails } from "../../protocol/problems.ts";

/** A refusal and a missing answer are values, as in the SDK. The SDK itself brings its schemas, ten times this page. */
export type Answer<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "refused"; readonly problem: ProblemDetails }
  | { readonly kind: "no-answer" };

/** An answer that takes longer is too old to be shown. */
const patienceMs = 4_000;

/** @param waitMs how long the control plane was asked to wait itself */
export function get<T>(token: string, path: string, waitMs = 0): Promise<Answer<T>> {
  return ask(token, path, {}, waitMs + patienceMs);
}

export type ChangeMethod = "POST" | "PUT";

export function send<T>(token: string, method: ChangeMethod, path: string, body: unknown): Promise<Answer<T>> {
  const headers = { "Content-Type": "application/json" };
  return ask(token, path, { method, body: JSON.stringify(body), headers }, patienceMs);
}

/** Path of a cluster's own part of the API. */
export function pathOf(cluster: string, ...names: readonly string[]): string {
  return ["/clusters", ...[cluster, ...names].map(encodeURIComponent)].join("/");
}

type Request = {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

async function ask<T>(token: string, path: string, request: Request, forMs: number): Promise<Answer<T>> {
  try {
    const response = await fetch(`/v1${path}`, {
      ...request,
      headers: { ...request.headers, Authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(forMs),
      cache: "no-store",
    });
    const body: unknown = await response.json();
    // Page and answer come from the same deployment, so the answer has the shape that the route's schema says.
    if (response.ok) return { kind: "ok", value: body as T };
    return isProblem(body) ? { kind: "refused", problem: body } : { kind: "no-answer" };
  } catch {
    return { kind: "no-answer" };
  }
}

/**
 * A browser sets no header on a WebSocket: the token goes as one of the subprotocols, never into the URL. Null for a token
 * with a character that no subprotocol may have; the tokens that are made here have none, but anybody may choose an admin
 * token.
 */
export function openWatch(token: string, cluster: string, after: number): WebSocket | null {
  const path = `/v1${pathOf(cluster, "watch")}?after=${after}`;
  try {
    return new WebSocket(path, ["bridgehead", `bearer.${token}`]);
  } catch {
    return null;
  }
}

export function sentenceOfProblem({ code, title, detail }: ProblemDetails): string {
  // Its detail tells programs how to send one.
  return code === "unauthorized" ? `${title}: this one is wrong, or it was revoked.` : `${title}: ${detail}.`;
}

/** What asking again will not change: another token or another name is needed. */
export function isFinal({ status }: ProblemDetails): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

function isProblem(body: unknown): body is ProblemDetails {
  return typeof body === "object" && body !== null && "code" in body && "title" in body && "detail" in body;
}
