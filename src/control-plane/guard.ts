import { protocolLimits } from "../protocol/limits.ts";
import { parse } from "../protocol/shape.ts";
import type { Problem } from "../cluster/events.ts";
import { accessDenied, accessOf, desiredAccess } from "./access.ts";
import { bearerOf, recognize } from "./auth.ts";
import { readJson } from "./body.ts";
import { conditionsOf, unconditional } from "./conditions.ts";
import type { Admission, Entrant, KeptOut } from "./credential.ts";
import type { Env } from "./env.ts";
import { clusterExists, clusterStub } from "./objects.ts";
import { pathParameter } from "./path-parameters.ts";
import { refuse, tooOften, unauthorized } from "./respond.ts";
import { admin, type Asked, type Call, type Handled, type Principal, type Route, type RouteSpec } from "./route.ts";

type Params = Readonly<Record<string, string>>;

/** A request at the door. `now`: epoch milliseconds. */
export type Arrival = {
  readonly request: Request;
  readonly env: Env;
  readonly params: Params;
  readonly now: number;
};

/** The only way to an answer: first who asks, then whether they may, then whether it can be understood. */
export async function guarded(route: Route, arrival: Arrival): Promise<Response> {
  const entrant = await entrantOf(route.spec, arrival);
  if (entrant instanceof Response) return entrant;
  return route.kind === "asked" ? asked(route, arrival, entrant) : handled(route, arrival, entrant);
}

/** Nothing is created on this way: a cluster's object is spoken to only when the directory knows it. */
async function entrantOf(spec: RouteSpec, { request, env, params, now }: Arrival): Promise<Entrant | Response> {
  if (spec.roles === "anyone") return { kind: "known", principal: admin };
  const token = bearerOf(request);
  if (token === null) return unauthorized();
  const cluster = params["cluster"] ?? null;
  const node = spec.ownNode === true ? (params["node"] ?? "") : null;
  const entry = { roles: spec.roles, node, counts: spec.lifeline !== true };
  const entrant = await recognize({ token, cluster, entry, now }, env);
  if (entrant.kind === "unjudged") return entrant;
  if (entrant.kind !== "known") return refusedEntry(entrant);
  if (cluster !== null && spec.creates !== true && !(await clusterExists(env, cluster))) {
    return refuse("cluster-not-found", "PUT a definition at this path to create it");
  }
  return entrant;
}

async function handled({ spec, handle }: Handled, arrival: Arrival, entrant: Entrant): Promise<Response> {
  const { request, env, params } = arrival;
  const admission = await admissionOf(entrant, arrival);
  if (admission.kind !== "known") return refusedEntry(admission);
  const { principal } = admission;
  const understood = await understand(spec, request, params);
  if (understood instanceof Response) return understood;
  return withAccess(understood.query, principal, () =>
    handle({
      ...understood,
      request,
      env,
      params,
      principal,
      cluster: () => clusterStub(env, params["cluster"] ?? ""),
    }),
  );
}

/**
 * The same order in one call: the object judges who asks before it looks at what is asked. What cannot be understood is known
 * before, and told to nobody but those whom the object has let in: a stranger hears of the token alone.
 */
async function asked({ spec, ask }: Asked, arrival: Arrival, entrant: Entrant): Promise<Response> {
  const { request, env, params } = arrival;
  const understood = await understand(spec, request, params);
  if (understood instanceof Response) {
    const admission = await admissionOf(entrant, arrival);
    return admission.kind === "known" ? understood : refusedEntry(admission);
  }
  const { question, respond } = ask({ params, query: understood.query });
  const judged = await clusterStub(env, params["cluster"] ?? "").ask(entrant, question);
  if (judged.kind !== "answered") return refusedEntry(judged);
  const { principal, answer } = judged;
  return withAccess(understood.query, principal, () => respond(answer, principal));
}

/** Who is not the admin is known by their cluster's object. */
async function admissionOf(entrant: Entrant, { env, params }: Arrival): Promise<Admission> {
  return entrant.kind === "known" ? entrant : clusterStub(env, params["cluster"] ?? "").admit(entrant.credential);
}

function refusedEntry(why: KeptOut): Response {
  switch (why.kind) {
    case "unknown":
      return unauthorized();
    case "too-often":
      return tooOften(why.retryAfterMs);
    case "forbidden":
      return refuse("forbidden", why.why);
  }
}

/** The access that the query means to have is judged before anything is answered to it. */
async function withAccess(
  query: unknown,
  principal: Principal,
  respond: () => Response | Promise<Response>,
): Promise<Response> {
  const desired = desiredAccess(query);
  if (desired === "change" && accessOf(principal) !== "change") return accessDenied();
  const response = await respond();
  if (desired !== null) response.headers.set("Granted-Access", accessOf(principal));
  return response;
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
  const [, query = ""] = /^[^?#]*\?([^#]*)/.exec(request.url) ?? [];
  return Object.fromEntries(new URLSearchParams(query));
}
