import type * as z from "zod";
import type { Verdict } from "../cluster/verdict.ts";
import type { ClusterView } from "../cluster/view.ts";
import type { ClusterEnum } from "../cluster/enumerate.ts";
import { type Enumeration, enumerationSchema } from "../protocol/enumeration.ts";
import {
  type Accepted,
  acceptedSchema,
  type ClusterList,
  clusterListSchema,
  type Defined,
  definedSchema,
  type Events,
  eventsSchema,
  type Observation,
  type ReleaseRequest,
  type TokenCreated,
  tokenCreatedSchema,
  type TokenList,
  tokenListSchema,
  type TokenRequest,
  type Version,
  versionSchema,
  type VirtualServer,
  virtualServerSchema,
  type WatchMessage,
} from "../protocol/http.ts";
import { problemDetailsSchema } from "../protocol/problems.ts";
import { parse } from "../protocol/shape.ts";
import { verdictSchema } from "../protocol/verdict.ts";
import { clusterViewSchema } from "../protocol/view.ts";
import { readEventStream } from "./event-stream.ts";
import { notifyMethods } from "./notify-methods.ts";
import { registryMethods } from "./registry-methods.ts";
import type { Result } from "./result.ts";
import type { RequestExtra, Transport } from "./transport.ts";

export type ClientOptions = {
  /** Where the control plane is, such as `http://127.0.0.1:8787`. */
  readonly url: string;
  readonly token: string;
  /** How long an answer may take, in milliseconds. Default: 10 000, a `wan` ttl. */
  readonly timeoutMs?: number;
};

export type Client = ReturnType<typeof createClient>;

/** The cluster API, typed. Every method resolves; a refusal and a missing answer are values. */
export function createClient(options: ClientOptions) {
  const get = <T>(path: string, schema: z.ZodType<T>) => request(options, "GET", path, undefined, schema);
  const post = <T>(path: string, body: unknown, schema: z.ZodType<T>) => request(options, "POST", path, body, schema);
  const transport: Transport = {
    at,
    request: (method, path, body, schema, extra) => request(options, method, path, body, schema, extra),
  };
  return {
    ...registryMethods(transport),
    ...notifyMethods(transport),

    version: (): Promise<Result<Version>> => get("/version", versionSchema),

    listClusters: (): Promise<Result<ClusterList>> => get("/clusters", clusterListSchema),
    /** The definition may be anything yet (`DefinitionDocument` is what it should be): the control plane says what is wrong with it. */
    putCluster: (cluster: string, definition: unknown): Promise<Result<Defined>> =>
      request(options, "PUT", at(cluster), definition, definedSchema),
    getCluster: (cluster: string): Promise<Result<ClusterView>> => get(at(cluster), clusterViewSchema),

    /** A page of the objects of these types; `cursor` is `next` of the page before. */
    enumerate: (
      cluster: string,
      types: readonly ClusterEnum[],
      page: { readonly cursor?: string; readonly limit?: number } = {},
    ): Promise<Result<Enumeration>> => {
      const query = new URLSearchParams({ types: types.join(",") });
      for (const [name, value] of Object.entries(page)) query.set(name, String(value));
      return get(`${at(cluster, "enum")}?${query}`, enumerationSchema);
    },

    createToken: (cluster: string, token: TokenRequest): Promise<Result<TokenCreated>> =>
      post(at(cluster, "tokens"), token, tokenCreatedSchema),
    listTokens: (cluster: string): Promise<Result<TokenList>> => get(at(cluster, "tokens"), tokenListSchema),
    revokeToken: (cluster: string, id: string): Promise<Result<null>> =>
      request(options, "DELETE", at(cluster, "tokens", id), undefined, null),

    pauseNode: (cluster: string, node: string, drain = true): Promise<Result<Accepted>> =>
      post(at(cluster, "nodes", node, "pause"), { drain }, acceptedSchema),
    resumeNode: (cluster: string, node: string): Promise<Result<Accepted>> =>
      post(at(cluster, "nodes", node, "resume"), undefined, acceptedSchema),
    confirmNodeDown: (cluster: string, node: string): Promise<Result<Accepted>> =>
      post(at(cluster, "nodes", node, "confirm-down"), undefined, acceptedSchema),
    releaseHolds: (cluster: string, node: string, release: ReleaseRequest): Promise<Result<Accepted>> =>
      post(at(cluster, "nodes", node, "release"), release, acceptedSchema),

    /** @param target null: the best node, chosen by the cluster */
    moveGroup: (cluster: string, group: string, target: string | null): Promise<Result<Accepted>> =>
      post(at(cluster, "groups", group, "move"), { target }, acceptedSchema),
    bringGroupOnline: (cluster: string, group: string): Promise<Result<Accepted>> =>
      post(at(cluster, "groups", group, "online"), undefined, acceptedSchema),
    takeGroupOffline: (cluster: string, group: string): Promise<Result<Accepted>> =>
      post(at(cluster, "groups", group, "offline"), undefined, acceptedSchema),

    /** `validForMs` of a `BIND` counts from before this was called. */
    sourceAddress: (
      cluster: string,
      group: string,
      question: { readonly node: string; readonly destination?: string; readonly protocol?: string },
    ): Promise<Result<Verdict>> =>
      get(`${at(cluster, "groups", group, "source-address")}?${new URLSearchParams(question)}`, verdictSchema),
    virtualServer: (cluster: string, networkName: string): Promise<Result<VirtualServer>> =>
      get(at(cluster, "virtual-servers", networkName), virtualServerSchema),

    events: (cluster: string, after: number, limit?: number): Promise<Result<Events>> =>
      get(`${at(cluster, "events")}?after=${after}${limit === undefined ? "" : `&limit=${limit}`}`, eventsSchema),
    /** The journal as it grows. The messages end when the connection does: watch again from the last number. */
    watch: (
      cluster: string,
      question: { readonly after?: number; readonly signal?: AbortSignal } = {},
    ): Promise<Result<AsyncGenerator<WatchMessage>>> => watch(options, cluster, question),

    reportAssociation: (cluster: string, observation: Observation): Promise<Result<Accepted>> =>
      post(at(cluster, "associations"), observation, acceptedSchema),
  };
}

function at(cluster: string, ...parts: readonly string[]): string {
  return ["", "clusters", cluster, ...parts].map(encodeURIComponent).join("/");
}

async function request<T>(
  options: ClientOptions,
  method: string,
  path: string,
  body: unknown,
  schema: z.ZodType<T> | null,
  { headers = {}, waitMs = 0 }: RequestExtra = {},
): Promise<Result<T>> {
  const signal = AbortSignal.timeout((options.timeoutMs ?? 10_000) + waitMs);
  const sent = await send(options, path, {
    method,
    signal,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!sent.ok) return sent;
  if (schema === null) return { ok: true, value: null as T };
  // An answer without a body says nothing, which is not the same as an answer that cannot be read.
  const document = sent.value.status === 204 ? null : await sent.value.json().catch(() => undefined);
  const parsed = parse(schema, document);
  return parsed.ok ? parsed : { ok: false, kind: "unreachable", reason: "not-this-api" };
}

async function watch(
  options: ClientOptions,
  cluster: string,
  { after, signal }: { readonly after?: number; readonly signal?: AbortSignal },
): Promise<Result<AsyncGenerator<WatchMessage>>> {
  const sent = await send(options, `${at(cluster, "watch")}${after === undefined ? "" : `?after=${after}`}`, {
    headers: { Accept: "text/event-stream" },
    ...(signal === undefined ? {} : { signal }),
  });
  if (!sent.ok) return sent;
  if (sent.value.body === null) return { ok: false, kind: "unreachable", reason: "not-this-api" };
  return { ok: true, value: readEventStream(sent.value.body) };
}

/** Sends, and turns everything that is not a success into a value. */
async function send(options: ClientOptions, path: string, init: RequestInit): Promise<Result<Response>> {
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
  if (response.ok) return { ok: true, value: response };
  const problem = parse(problemDetailsSchema, await response.json().catch(() => null));
  return problem.ok
    ? { ok: false, kind: "refused", problem: problem.value }
    : { ok: false, kind: "unreachable", reason: "not-this-api" };
}
