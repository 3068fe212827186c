import type { Problem } from "../cluster/events.ts";
import { problemDetails, problemMediaType, type ProblemCode } from "../protocol/problems.ts";

/** Every answer that is not a page or a stream is one of the first two. Nothing of them is to be kept by anybody between. */
export function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { "Cache-Control": "no-store", ...headers } });
}

/** The longest time, in seconds, after which something is let in again that came too often; for those who know no better. */
const longestWaitS = "10";

/** @param detail a sentence about this case; it repeats nothing that was submitted */
export function refuse(
  code: ProblemCode,
  detail: string,
  extra: { readonly problems?: readonly Problem[]; readonly headers?: Readonly<Record<string, string>> } = {},
): Response {
  const details = problemDetails(code, detail, extra.problems);
  const again = code === "rate-limited" ? { "Retry-After": longestWaitS } : {};
  return answer(details.status, details, { "Content-Type": problemMediaType, ...again, ...extra.headers });
}

/** The cluster has no definition yet, or was destroyed. */
export function notDefined(): Response {
  return refuse("cluster-not-defined", "apply a definition first");
}

/** Nobody knows whether a write that is not taken has come to the disk; what has not will be seen by nobody. */
export function storageUnwritable(): Response {
  return refuse(
    "storage-unwritable",
    "no lease is extended and no change is made meanwhile; what is there can be read",
    {
      headers: { "Retry-After": "2" },
    },
  );
}

/** RFC 6750 section 3. */
export function unauthorized(): Response {
  return refuse("unauthorized", "send Authorization: Bearer, with a token of this cluster or of this deployment", {
    headers: { "WWW-Authenticate": "Bearer" },
  });
}

/** RFC 6585 section 4: whoever comes so often is told when it is worth coming again. */
export function tooOften(retryAfterMs: number): Response {
  return refuse("rate-limited", "this token asks more often than one token may", {
    headers: { "Retry-After": String(Math.ceil(retryAfterMs / 1_000)) },
  });
}

/** Passes on what an object answered. Its headers cannot be added to as they are; an upgrade stays one. */
export function passOn(response: Response): Response {
  return response.webSocket === null
    ? new Response(response.body, response)
    : new Response(null, { status: response.status, headers: response.headers, webSocket: response.webSocket });
}
