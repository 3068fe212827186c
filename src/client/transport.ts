import type * as z from "zod";
import { problemDetailsSchema } from "../protocol/problems.ts";
import { parse } from "../protocol/shape.ts";
import { asRequested, type RemovalOptions } from "./change-options.ts";
import type { Result } from "./result.ts";

export type ClientOptions = {
  /** Where the control plane is, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly token: string;
  /** How long an answer may take, in milliseconds. Default: 10 000, a `wan` ttl. */
  readonly timeoutMs?: number;
};

/** How a family of methods asks: below `/v1`, with the client's token, within its time; each answer is read by its schema. */
export type Transport = ReturnType<typeof createTransport>;

type Extra = {
  readonly headers?: Readonly<Record<string, string>>;
  /** How much longer than usual the answer may take, because it was asked to wait. */
  readonly waitMs?: number;
  /** A status that is an answer too, though it is none of 2xx. */
  readonly answerToo?: number;
};

export function createTransport(options: ClientOptions) {
  const request = async <T>(
    method: string,
    path: string,
    body: unknown,
    schema: z.ZodType<T> | null,
    { headers = {}, waitMs = 0, answerToo }: Extra = {},
  ): Promise<Result<T>> => {
    const signal = AbortSignal.timeout((options.timeoutMs ?? 10_000) + waitMs);
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const sent = await send(options, path, { method, signal, headers, ...content }, answerToo);
    if (!sent.ok) return sent;
    if (schema === null) return { ok: true, value: null as T };
    // An answer without a body says nothing, which is not the same as an answer that cannot be read.
    const document = sent.value.status === 204 ? null : await sent.value.json().catch(() => undefined);
    const parsed = parse(schema, document);
    return parsed.ok ? parsed : { ok: false, kind: "unreachable", reason: "not-this-api" };
  };
  return {
    at,
    request,
    get: <T>(path: string, schema: z.ZodType<T>, extra?: Extra) => request("GET", path, undefined, schema, extra),
    post: <T>(path: string, body: unknown, schema: z.ZodType<T>, extra?: Extra) =>
      request("POST", path, body, schema, extra),
    remove: (path: string) => request<null>("DELETE", path, undefined, null),
    /** Asks for a change. @param flags what else stands in its query */
    change: <T>(
      method: "POST" | "PUT" | "PATCH" | "DELETE",
      path: string,
      body: unknown,
      schema: z.ZodType<T>,
      change: RemovalOptions,
      flags: Readonly<Record<string, boolean>> = {},
    ) => {
      const asked = asRequested(path, change, flags);
      return request(method, asked.path, body, schema, { headers: asked.headers });
    },
    /** Opens an answer that has no end of its own. */
    open: async (path: string, accept: string, signal?: AbortSignal): Promise<Result<ReadableStream<Uint8Array>>> => {
      const sent = await send(options, path, {
        headers: { Accept: accept },
        ...(signal === undefined ? {} : { signal }),
      });
      if (!sent.ok) return sent;
      const { body } = sent.value;
      return body === null ? { ok: false, kind: "unreachable", reason: "not-this-api" } : { ok: true, value: body };
    },
  };
}

/** The path of a cluster and of what is below it, escaped. */
function at(cluster: string, ...parts: readonly string[]): string {
  return ["", "clusters", cluster, ...parts].map(encodeURIComponent).join("/");
}

/** Sends, and turns everything that is not an answer into a value. */
async function send(
  options: ClientOptions,
  path: string,
  init: RequestInit,
  answerToo?: number,
): Promise<Result<Response>> {
  let response: Response;
  try {
    response = await fetch(new URL(`/v1${path}`, options.url), {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${options.token}` },
    });
  } catch (error) {
    const timeout = error instanceof Error && error.name === "TimeoutError";
    return { ok: false, kind: "unreachable", reason: timeout ? "timeout" : "no-connection" };
  }
  if (response.ok || response.status === answerToo) return { ok: true, value: response };
  const problem = parse(problemDetailsSchema, await response.json().catch(() => null));
  return problem.ok
    ? { ok: false, kind: "refused", problem: problem.value }
    : { ok: false, kind: "unreachable", reason: "not-this-api" };
}
