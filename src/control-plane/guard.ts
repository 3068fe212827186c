import { protocolLimits } from "../protocol/limits.ts";
import { parse } from "../protocol/shape.ts";
import type { Problem } from "../cluster/events.ts";
import { accessDenied, accessOf, desiredAccess } from "./access.ts";
import { admit as admitToken, bearerOf } from "./auth.ts";
import { readJson } from "./body.ts";
import { conditionsOf, unconditional } from "./conditions.ts";
import type { Env } from "./env.ts";
import { clusterExists, clusterStub } from "./objects.ts";
import { pathParameter } from "./path-parameters.ts";
import { refuse, tooOften, unauthorized } from "./respond.ts";
import type { Call, Principal, Route, RouteSpec } from "./route.ts";

type Params = Readonly<Record<string, string>>;

/** A request at the door. `now`: epoch milliseconds. */
export type Arrival = {
  readonly request: Request;
  readonly env: Env;
  readonly params: Params;
  readonly now: number;
};

/** The only way to a handler: first who asks, then whether they may, then whether it can be understood. */
export async function guarded({ spec, handle }: Route, { request, env, params, now }: Arrival): Promise<Response> {
  const admitted = await admit(spec, { request, env, params, now });
  if (admitted instanceof Response) return admitted;
  const understood = await understand(spec, request, params);
  if (understood instanceof Response) return understood;
  const desired = desiredAccess(understood.query);
  if (desired === "change" && accessOf(admitted) !== "change") return accessDenied();
  const response = await handle({
    ...understood,
    request,
    env,
    params,
    principal: admitted,
    cluster: () => clusterStub(env, params["cluster"] ?? ""),
  });
  if (desired !== null) response.headers.set("Granted-Access", accessOf(admitted));
  return response;
}

/** Nothing is created on this way: a cluster's object is spoken to only when the directory knows it. */
async function admit(spec: RouteSpec, { request, env, params, now }: Arrival): Promise<Principal | Response> {
  if (spec.roles === "anyone") return { role: "admin", id: "admin" };
  const token = bearerOf(request);
  if (token === null) return unauthorized();
  const cluster = params["cluster"] ?? null;
  const admission = await admitToken({ token, cluster, counts: spec.lifeline !== true, now }, env);
  if (admission.kind === "unknown") return unauthorized();
  if (admission.kind === "too-often") return tooOften(admission.retryAfterMs);
  const { principal } = admission;
  if (!spec.roles.includes(principal.role)) {
    return refuse(
      "forbidden",
      `this takes a token of role ${spec.roles.join(" or ")}, and this one is ${principal.role}`,
    );
  }
  if (spec.ownNode === true && principal.role === "node" && principal.node !== params["node"]) {
    return refuse("forbidden", "a node's token is for that node only");
  }
  if (cluster !== null && spec.creates !== true && !(await clusterExists(env, cluster))) {
    return refuse("cluster-not-found", "PUT a definition at this path to create it");
  }
  return principal;
}

async function understand(
  spec: RouteSpec,
  request: Request,
  params: Params,
): Promise<Pick<Call, "query" | "body" | "conditions"> | Response> {
  const paramProblems = problemsOfParams(params);
  if (paramProblems.length > 0) {
    return refuse("invalid-request", "the path holds what is not a name", { problems: paramProblems });
  }
  const query = spec.query === undefined ? null : parse(spec.query, queryOf(request));
  if (query !== null && !query.ok) {
    return refuse("invalid-request", "the query is not what this path takes", { problems: query.problems });
  }
  const found = query?.value;
  if (spec.body === undefined) return withConditions(spec, request, found, undefined);
  const read = await readJson(request, protocolLimits.bodyBytes);
  if (!read.ok) return refuse(read.code, read.detail);
  const parsed = spec.body.parse(read.document);
  if (!parsed.ok) {
    const detail = "each problem is named with its place in the body, as JSON Pointer";
    return refuse(spec.body.refusal, detail, { problems: parsed.problems });
  }
  return withConditions(spec, request, found, parsed.value);
}

async function withConditions(
  spec: RouteSpec,
  request: Request,
  query: unknown,
  body: unknown,
): Promise<Pick<Call, "query" | "body" | "conditions"> | Response> {
  if (spec.conditional !== true) return { query, body, conditions: unconditional };
  const dryRun = typeof query === "object" && query !== null && "dryRun" in query && query.dryRun === true;
  const conditions = await conditionsOf(request, body, dryRun);
  return conditions instanceof Response ? conditions : { query, body, conditions };
}

function problemsOfParams(params: Params): Problem[] {
  return Object.entries(params).flatMap(([name, value]) => {
    const parsed = parse(pathParameter(name).schema, value);
    return parsed.ok ? [] : parsed.problems.map((problem) => ({ ...problem, path: `/path/${name}` }));
  });
}

/** A key that is given twice counts once, the last time. */
function queryOf(request: Request): Record<string, string> {
  return Object.fromEntries(new URL(request.url).searchParams);
}
