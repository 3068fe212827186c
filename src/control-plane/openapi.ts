import * as z from "zod";
import { problemDetailsSchema, problemKinds, problemMediaType, type ProblemCode } from "../protocol/problems.ts";
import { version } from "../protocol/version.ts";
import { groupBy } from "./group-by.ts";
import type { AnswerSpec, Route, RouteSpec } from "./route.ts";

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document, made from the table that is enforced and the schemas that validate. */
export function openApi(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const { spec } of routes) {
    paths[`/v1${spec.path}`] = { ...paths[`/v1${spec.path}`], [spec.method.toLowerCase()]: operation(spec) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Bridgehead", version, description: "A failover cluster with no cluster to run: the cluster API." },
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Problem: schemaOf(problemDetailsSchema, "output") },
    },
  };
}

function operation(spec: RouteSpec): Json {
  return {
    operationId: spec.id,
    summary: spec.summary,
    parameters: [...pathParameters(spec.path), ...queryParameters(spec), ...conditionParameters(spec)],
    ...(spec.body === undefined
      ? {}
      : { requestBody: { content: { "application/json": { schema: schemaOf(spec.body.schema, "input") } } } }),
    responses: { ...answersOf(spec), ...problemsOf(spec) },
    security: spec.roles === "anyone" ? [] : [{ token: [] }],
    "x-roles": spec.roles === "anyone" ? [] : spec.roles,
  };
}

function pathParameters(path: string): Json[] {
  return Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
}

function queryParameters({ query }: RouteSpec): Json[] {
  if (query === undefined) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: "input" });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

/** The headers that a change heeds (`conditions.ts`). */
function conditionParameters({ conditional }: RouteSpec): Json[] {
  if (conditional !== true) return [];
  const header = (name: string, description: string): Json => ({
    name,
    in: "header",
    description,
    schema: { type: "string" },
  });
  return [
    header("If-Match", 'The revision of the definition that was seen, in quotes: "42"'),
    header("Idempotency-Key", "Sent again under the same key, the request is answered and not carried out again"),
  ];
}

function answersOf({ answers }: RouteSpec): Json {
  return Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, response(answer)]));
}

function response({ what, schema, mediaType = "application/json" }: AnswerSpec): Json {
  if (schema === undefined) return { description: what };
  return { description: what, content: { [mediaType]: { schema: schemaOf(schema, "output") } } };
}

/** Every status that a route can refuse with, and by which codes. */
function problemsOf(spec: RouteSpec): Json {
  const codes: ProblemCode[] = ["internal"];
  if (spec.roles !== "anyone") codes.push("admin-token-not-set", "unauthorized", "forbidden", "unavailable");
  if (spec.path.includes("{")) codes.push("invalid-request");
  if (spec.path.includes("{cluster}") && spec.creates !== true) codes.push("cluster-not-found");
  if (spec.body !== undefined) codes.push("not-json", "body-too-large", spec.body.refusal);
  if (spec.conditional === true) codes.push("revision-differs", "idempotency-key-reused", "too-many-operations");
  codes.push(...(spec.problems ?? []));
  const byStatus = groupBy(new Set(codes), (code) => problemKinds[code].status);
  return Object.fromEntries(
    Array.from(byStatus, ([status, of]) => [
      status,
      {
        description: of.join(", "),
        content: { [problemMediaType]: { schema: { $ref: "#/components/schemas/Problem" } } },
      },
    ]),
  );
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest;
}
