import { version } from "../../protocol/version.ts";
import { pathParameter, parametersOf } from "../path-parameters.ts";
import type { AnswerSpec, BodySpec, Family, RouteSpec } from "../route.ts";
import { exampleOf, isSchema } from "./example.ts";
import { ProblemResponses } from "./problems.ts";
import { Schemas } from "./schemas.ts";
import type { OpenApiDocument, Operation, Parameter, RequestBody, ResponseObject } from "./types.ts";

const about = {
  title: "Bridgehead",
  version,
  summary: "A failover cluster with no cluster to run: the cluster API",
  description:
    "Names and states are those of Windows failover clustering. Every refusal is a problem document (RFC 9457) with a " +
    "stable `code` to decide by, and where the cluster API has an error for the case, with its Win32 name and number.",
  license: { name: "Apache License 2.0", identifier: "Apache-2.0" },
} as const;

const token = {
  type: "http",
  scheme: "bearer",
  description:
    "The admin token of the deployment, or a token of the cluster that the path names. Which roles an operation takes " +
    "is in its `x-roles`. A browser names it among the subprotocols of an upgrade: `bridgehead`, `bearer.<token>`.",
} as const;

/** The OpenAPI 3.1 document, made from the table that is enforced and the schemas that validate. */
export function openApi(families: readonly Family[]): OpenApiDocument {
  const schemas = new Schemas();
  const specs = families.flatMap(({ routes }) => routes.map(({ spec }) => spec));
  const problems = new ProblemResponses(specs, schemas);
  const paths: Record<string, Record<string, Operation>> = {};
  for (const family of families) {
    for (const { spec } of family.routes) {
      const path = (paths[`/v1${spec.path}`] ??= {});
      path[spec.method.toLowerCase()] = operation(spec, titleOf(family), schemas, problems);
    }
  }
  const { document, components } = schemas.finish({ paths, responses: problems.components });
  return {
    openapi: "3.1.0",
    info: about,
    servers: [{ url: "/", description: "The deployment that this document comes from" }],
    security: [{ token: [] }],
    tags: families.map((family) => ({ name: titleOf(family), description: family.what })),
    paths: document.paths,
    components: { securitySchemes: { token }, schemas: components, responses: document.responses },
  };
}

/** `resource-types` is called Resource types. */
function titleOf({ name }: Family): string {
  return (name.slice(0, 1).toUpperCase() + name.slice(1)).replaceAll("-", " ");
}

function operation(spec: RouteSpec, tag: string, schemas: Schemas, problems: ProblemResponses): Operation {
  return {
    operationId: spec.id,
    tags: [tag],
    summary: spec.summary,
    parameters: [...pathParameters(spec, schemas), ...queryParameters(spec, schemas), ...headerParameters(spec)],
    ...(spec.body === undefined ? {} : { requestBody: requestBody(spec.body, schemas) }),
    responses: { ...answersOf(spec, schemas), ...problems.of(spec) },
    security: spec.roles === "anyone" ? [] : [{ token: [] }],
    "x-roles": spec.roles === "anyone" ? [] : spec.roles,
    ...(spec.clusapi === undefined ? {} : { "x-clusapi": spec.clusapi }),
  };
}

function pathParameters({ path }: RouteSpec, schemas: Schemas): Parameter[] {
  return parametersOf(path).map((name) => {
    const { what, example, schema } = pathParameter(name);
    return { name, in: "path", required: true, description: what, schema: schemas.of(schema, "input"), example };
  });
}

function queryParameters({ query }: RouteSpec, schemas: Schemas): Parameter[] {
  if (query === undefined) return [];
  const root = schemas.of(query, "input");
  const { properties = {}, required = [] } = root.$ref === undefined ? root : schemas.follow(root.$ref);
  return Object.entries(properties).flatMap(([name, property]) => {
    if (!isSchema(property)) return [];
    const { description = "", ...schema } = property;
    return [{ name, in: "query", required: required.includes(name), description, schema } as const];
  });
}

/** What every change heeds; see `conditions.ts`. */
const conditionHeaders = {
  "If-Match": 'Only if the definition is still of this revision, in quotes: "42"',
  "Idempotency-Key": "Sent again under the same key, the request is answered and not carried out again",
} as const;

function headerParameters({ headers, conditional }: RouteSpec): Parameter[] {
  return Object.entries({ ...(conditional === true ? conditionHeaders : {}), ...headers }).map(
    ([name, description]) => ({
      name,
      in: "header",
      required: false,
      description,
      schema: { type: "string" },
    }),
  );
}

/** No body is read as `{}`, so one that may be `{}` may be left out. */
function requestBody(body: BodySpec, schemas: Schemas): RequestBody {
  const schema = schemas.of(body.schema, "input");
  const example = exampleOf(schema, (reference) => schemas.follow(reference));
  return { required: !body.parse({}).ok, content: { "application/json": { schema, example } } };
}

function answersOf({ answers }: RouteSpec, schemas: Schemas): Record<string, ResponseObject> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [status, responseOf(answer, schemas)] as const),
  );
}

function responseOf({ what, schema, mediaType = "application/json" }: AnswerSpec, schemas: Schemas): ResponseObject {
  if (schema === undefined) return { description: what };
  return { description: what, content: { [mediaType]: { schema: schemas.of(schema, "output") } } };
}
