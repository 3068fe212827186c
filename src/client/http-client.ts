import type * as z from "zod";
import type { Operation } from "../cluster/operation.ts";
import type { Verdict } from "../cluster/verdict.ts";
import type { ClusterView } from "../cluster/view.ts";
import type { ClusterEnum } from "../cluster/enumerate.ts";
import type { dependsOnSchema } from "../protocol/definition.ts";
import { type Enumeration, enumerationSchema } from "../protocol/enumeration.ts";
import { exportSchema } from "../protocol/export.ts";
import { type FailoverList, failoverListSchema } from "../protocol/failovers.ts";
import {
  type Accepted,
  acceptedSchema,
  type ClusterList,
  clusterListSchema,
  type Defined,
  definedSchema,
  type Events,
  eventsSchema,
  type GroupRequest,
  type moveRequestSchema,
  type NodeRequest,
  type Observation,
  type pauseRequestSchema,
  type ReleaseRequest,
  type ResourceRequest,
  type resumeRequestSchema,
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
import {
  type Dependencies,
  dependenciesSchema,
  type GroupStateAnswer,
  groupStateSchema,
  type NodeStateAnswer,
  nodeStateSchema,
  type ResourceSet,
  resourceSetSchema,
  type ResourceStateAnswer,
  resourceStateSchema,
} from "../protocol/objects.ts";
import { type OperationList, operationListSchema, operationSchema } from "../protocol/operation.ts";
import { problemDetailsSchema } from "../protocol/problems.ts";
import { parse } from "../protocol/shape.ts";
import { verdictSchema } from "../protocol/verdict.ts";
import { clusterViewSchema } from "../protocol/view.ts";
import {
  type WebhookCreated,
  webhookCreatedSchema,
  type WebhookEnable,
  type WebhookList,
  webhookListSchema,
  type WebhookDocument,
  type WebhookRotated,
  webhookRotatedSchema,
  webhookSchema,
  type WebhookTested,
  webhookTestedSchema,
  type WebhookView,
} from "../protocol/webhooks.ts";
import { readEventStream } from "./event-stream.ts";
import { objectMethods } from "./object-methods.ts";
import { explainMethods } from "./explain-methods.ts";
import { notifyMethods } from "./notify-methods.ts";
import { registryMethods } from "./registry-methods.ts";
import { lookupMethods } from "./lookup-methods.ts";
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

/** What every change may say of itself. */
export type ChangeOptions = {
  /** Only if the definition is still of this revision (`If-Match`). */
  readonly revision?: number;
  /** Sent again under the same key, the request is answered and not carried out again. */
  readonly idempotencyKey?: string;
  /** Say what would come of it, and change nothing. */
  readonly dryRun?: boolean;
};
/** Also what is not offline may go. */
export type RemovalOptions = ChangeOptions & { readonly force?: boolean };

/** The cluster API, typed. Every method resolves; a refusal and a missing answer are values. */
export function createClient(options: ClientOptions) {
  const ask = createAsker(options);
  const transport: Transport = {
    at,
    request: (method, path, body, schema, extra) => request(options, method, path, body, schema, extra),
  };
  return {
    ...registryMethods(transport),
    ...notifyMethods(transport),
    ...objectMethods(transport),
    ...explainMethods(transport),

    version: (): Promise<Result<Version>> => ask.get("/version", versionSchema),

    // --- clusters ---------------------------------------------------------------------------------------------------
    listClusters: (): Promise<Result<ClusterList>> => ask.get("/clusters", clusterListSchema),
    /** The definition may be anything yet (`DefinitionDocument` is what it should be): the control plane says what is wrong with it. */
    putCluster: (cluster: string, definition: unknown, change: RemovalOptions = {}): Promise<Result<Defined>> =>
      ask.change("PUT", at(cluster), definition, definedSchema, change),
    getCluster: (cluster: string): Promise<Result<ClusterView>> => ask.get(at(cluster), clusterViewSchema),
    /** As people write it: what has its default is left out. */
    getDefinition: (cluster: string): Promise<Result<z.infer<typeof exportSchema>>> =>
      ask.get(at(cluster, "definition"), exportSchema),
    destroyCluster: (cluster: string, change: RemovalOptions = {}): Promise<Result<Accepted>> =>
      ask.change("DELETE", at(cluster), undefined, acceptedSchema, change),
    setMaintenance: (cluster: string, on: boolean, change: ChangeOptions = {}): Promise<Result<Accepted>> =>
      ask.change("PUT", at(cluster, "maintenance"), { on }, acceptedSchema, change),

    /** A page of the objects of these types; `cursor` is `next` of the page before. */
    enumerate: (
      cluster: string,
      types: readonly ClusterEnum[],
      page: { readonly cursor?: string; readonly limit?: number } = {},
    ): Promise<Result<Enumeration>> => {
      const query = new URLSearchParams({ types: types.join(",") });
      for (const [name, value] of Object.entries(page)) query.set(name, String(value));
      return ask.get(`${at(cluster, "enum")}?${query}`, enumerationSchema);
    },

    // --- operations -------------------------------------------------------------------------------------------------
    listOperations: (cluster: string): Promise<Result<OperationList>> =>
      ask.get(at(cluster, "operations"), operationListSchema),
    /** @param waitMs how long the answer may wait for the operation to come to its end */
    getOperation: (cluster: string, id: string, waitMs = 0): Promise<Result<Operation>> =>
      ask.get(`${at(cluster, "operations", id)}?waitMs=${waitMs}`, operationSchema, waitMs),

    // --- tokens -----------------------------------------------------------------------------------------------------
    createToken: (cluster: string, token: TokenRequest): Promise<Result<TokenCreated>> =>
      ask.post(at(cluster, "tokens"), token, tokenCreatedSchema),
    listTokens: (cluster: string): Promise<Result<TokenList>> => ask.get(at(cluster, "tokens"), tokenListSchema),
    revokeToken: (cluster: string, id: string): Promise<Result<null>> => ask.remove(at(cluster, "tokens", id)),

    // --- nodes ------------------------------------------------------------------------------------------------------
    getNode: (cluster: string, node: string): Promise<Result<NodeStateAnswer>> =>
      ask.get(at(cluster, "nodes", node), nodeStateSchema),
    addNode: (cluster: string, node: NodeRequest, change: ChangeOptions = {}): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "nodes"), node, acceptedSchema, change),
    evictNode: (cluster: string, node: string, change: ChangeOptions = {}): Promise<Result<Accepted>> =>
      ask.change("DELETE", at(cluster, "nodes", node), undefined, acceptedSchema, change),
    pauseNode: (
      cluster: string,
      node: string,
      pause: z.input<typeof pauseRequestSchema> = {},
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "nodes", node, "pause"), pause, acceptedSchema, change),
    resumeNode: (
      cluster: string,
      node: string,
      resume: z.input<typeof resumeRequestSchema> = {},
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "nodes", node, "resume"), resume, acceptedSchema, change),
    confirmNodeDown: (cluster: string, node: string, change: ChangeOptions = {}): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "nodes", node, "confirm-down"), undefined, acceptedSchema, change),
    releaseHolds: (cluster: string, node: string, release: ReleaseRequest): Promise<Result<Accepted>> =>
      ask.post(at(cluster, "nodes", node, "release"), release, acceptedSchema),

    // --- groups -----------------------------------------------------------------------------------------------------
    getGroup: (cluster: string, group: string): Promise<Result<GroupStateAnswer>> =>
      ask.get(at(cluster, "groups", group), groupStateSchema),
    createGroup: (cluster: string, group: GroupRequest, change: ChangeOptions = {}): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "groups"), group, acceptedSchema, change),
    deleteGroup: (
      cluster: string,
      group: string,
      { recursive = false, ...change }: RemovalOptions & { readonly recursive?: boolean } = {},
    ): Promise<Result<Accepted>> =>
      ask.change("DELETE", at(cluster, "groups", group), undefined, acceptedSchema, change, { recursive }),
    /** `target` null: the best node, chosen by the cluster. `at`: ISO 8601 or epoch milliseconds; null: now. */
    moveGroup: (
      cluster: string,
      group: string,
      move: z.input<typeof moveRequestSchema> = {},
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "groups", group, "move"), move, acceptedSchema, change),
    /** `cancel` calls off a move that waits, or one that is under way and can still stay. */
    commandGroup: (
      cluster: string,
      group: string,
      verb: "online" | "offline" | "cancel",
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "groups", group, verb), undefined, acceptedSchema, change),
    setPreferredOwners: (
      cluster: string,
      group: string,
      owners: readonly string[],
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("PUT", at(cluster, "groups", group, "preferred-owners"), { owners }, acceptedSchema, change),
    setGroupDependencies: (
      cluster: string,
      group: string,
      dependsOn: readonly string[],
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("PUT", at(cluster, "groups", group, "dependencies"), { dependsOn }, acceptedSchema, change),

    // --- resources --------------------------------------------------------------------------------------------------
    listResources: (cluster: string): Promise<Result<ResourceSet>> =>
      ask.get(at(cluster, "resources"), resourceSetSchema),
    getResource: (cluster: string, group: string, resource: string): Promise<Result<ResourceStateAnswer>> =>
      ask.get(at(cluster, "groups", group, "resources", resource), resourceStateSchema),
    createResource: (
      cluster: string,
      group: string,
      resource: ResourceRequest,
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "groups", group, "resources"), resource, acceptedSchema, change),
    deleteResource: (
      cluster: string,
      group: string,
      resource: string,
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("DELETE", at(cluster, "groups", group, "resources", resource), undefined, acceptedSchema, change),
    commandResource: (
      cluster: string,
      group: string,
      resource: string,
      verb: "online" | "offline" | "fail" | "restart",
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> =>
      ask.change("POST", at(cluster, "groups", group, "resources", resource, verb), undefined, acceptedSchema, change),
    changeResourceGroup: (
      cluster: string,
      group: string,
      resource: string,
      to: string,
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> => {
      const path = at(cluster, "groups", group, "resources", resource, "change-group");
      return ask.change("POST", path, { group: to }, acceptedSchema, change);
    },
    setPossibleOwners: (
      cluster: string,
      group: string,
      resource: string,
      owners: readonly string[],
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> => {
      const path = at(cluster, "groups", group, "resources", resource, "possible-owners");
      return ask.change("PUT", path, { owners }, acceptedSchema, change);
    },
    getDependencies: (cluster: string, group: string, resource: string): Promise<Result<Dependencies>> =>
      ask.get(at(cluster, "groups", group, "resources", resource, "dependencies"), dependenciesSchema),
    /** A list, or an expression such as `([IP A] or [IP B]) and [Disk]`. */
    setDependencies: (
      cluster: string,
      group: string,
      resource: string,
      dependsOn: z.input<typeof dependsOnSchema>,
      change: ChangeOptions = {},
    ): Promise<Result<Accepted>> => {
      const path = at(cluster, "groups", group, "resources", resource, "dependencies");
      return ask.change("PUT", path, { dependsOn }, acceptedSchema, change);
    },

    // --- virtual servers --------------------------------------------------------------------------------------------
    /** `validForMs` of a `BIND` counts from before this was called. */
    sourceAddress: (
      cluster: string,
      group: string,
      question: { readonly node: string; readonly destination?: string; readonly protocol?: string },
    ): Promise<Result<Verdict>> =>
      ask.get(`${at(cluster, "groups", group, "source-address")}?${new URLSearchParams(question)}`, verdictSchema),
    virtualServer: (cluster: string, networkName: string): Promise<Result<VirtualServer>> =>
      ask.get(at(cluster, "virtual-servers", networkName), virtualServerSchema),

    // --- the journal ------------------------------------------------------------------------------------------------
    events: (cluster: string, after: number, limit?: number): Promise<Result<Events>> =>
      ask.get(`${at(cluster, "events")}?after=${after}${limit === undefined ? "" : `&limit=${limit}`}`, eventsSchema),
    /** Changes of owner with the time of each phase, newest first. */
    failovers: (cluster: string, group?: string): Promise<Result<FailoverList>> => {
      const query = group === undefined ? "" : `?${new URLSearchParams({ group })}`;
      return ask.get(`${at(cluster, "failovers")}${query}`, failoverListSchema);
    },
    /** The journal as it grows. The messages end when the connection does: watch again from the last number. */
    watch: (
      cluster: string,
      question: { readonly after?: number; readonly signal?: AbortSignal } = {},
    ): Promise<Result<AsyncGenerator<WatchMessage>>> => watch(options, cluster, question),

    // --- webhooks ---------------------------------------------------------------------------------------------------
    listWebhooks: (cluster: string): Promise<Result<WebhookList>> =>
      ask.get(at(cluster, "webhooks"), webhookListSchema),
    /** The answer holds the secret, which is shown this once. */
    createWebhook: (cluster: string, webhook: WebhookDocument): Promise<Result<WebhookCreated>> =>
      ask.post(at(cluster, "webhooks"), webhook, webhookCreatedSchema),
    getWebhook: (cluster: string, id: string): Promise<Result<WebhookView>> =>
      ask.get(at(cluster, "webhooks", id), webhookSchema),
    deleteWebhook: (cluster: string, id: string): Promise<Result<null>> => ask.remove(at(cluster, "webhooks", id)),
    enableWebhook: (
      cluster: string,
      id: string,
      from: WebhookEnable["from"] = "cursor",
    ): Promise<Result<WebhookView>> => ask.post(at(cluster, "webhooks", id, "enable"), { from }, webhookSchema),
    rotateWebhookSecret: (cluster: string, id: string): Promise<Result<WebhookRotated>> =>
      ask.post(at(cluster, "webhooks", id, "rotate-secret"), undefined, webhookRotatedSchema),
    testWebhook: (cluster: string, id: string): Promise<Result<WebhookTested>> =>
      ask.post(at(cluster, "webhooks", id, "test"), undefined, webhookTestedSchema, receiverPatienceMs),

    reportAssociation: (cluster: string, observation: Observation): Promise<Result<Accepted>> =>
      ask.post(at(cluster, "associations"), observation, acceptedSchema),

    ...lookupMethods(transport),
  };
}

/** How long the control plane lets a receiver think, beside its own time. */
const receiverPatienceMs = 10_000;

/** The ways to ask: each answer is read by its schema. */
function createAsker(options: ClientOptions) {
  return {
    get: <T>(path: string, schema: z.ZodType<T>, waitMs = 0) =>
      request(options, "GET", path, undefined, schema, { waitMs }),
    post: <T>(path: string, body: unknown, schema: z.ZodType<T>, waitMs = 0) =>
      request(options, "POST", path, body, schema, { waitMs }),
    remove: (path: string) => request<null>(options, "DELETE", path, undefined, null),
    change: <T>(
      method: string,
      path: string,
      body: unknown,
      schema: z.ZodType<T>,
      { revision, idempotencyKey, dryRun, force }: RemovalOptions,
      flags: Readonly<Record<string, boolean>> = {},
    ) => {
      const asked = Object.entries({ dryRun, force, ...flags }).filter(([, value]) => value === true);
      const query = asked.map(([name]) => `${name}=true`).join("&");
      const headers = {
        ...(revision === undefined ? {} : { "If-Match": `"${revision}"` }),
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      };
      return request(options, method, query === "" ? path : `${path}?${query}`, body, schema, { headers });
    },
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
