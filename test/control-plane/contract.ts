import { expect } from "vitest";
import { problemCodesOf } from "../../src/control-plane/openapi/problems.ts";
import { literalsFirst } from "../../src/control-plane/path-parameters.ts";
import type { AnswerSpec, RouteSpec } from "../../src/control-plane/route.ts";
import { routes } from "../../src/control-plane/routes.ts";
import { problemDetailsSchema, problemKinds, problemMediaType } from "../../src/protocol/problems.ts";

/** In the order in which the door tries them. */
const patterns = routes
  .map(({ spec }) => ({
    spec,
    pattern: new RegExp(`^${spec.path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  }))
  .toSorted((a, b) => literalsFirst(a.spec.path, b.spec.path));

/** The row of the table that a request belongs to. `path` is below `/v1`, with or without a query. */
export function routeOf(method: string, path: string): RouteSpec | undefined {
  const [bare = ""] = path.split("?");
  const ofPath = patterns.filter(({ pattern }) => pattern.test(bare));
  const [nearest] = ofPath;
  return ofPath.find(({ spec }) => spec.path === nearest?.spec.path && spec.method === method)?.spec;
}

/** Holds an answer to what its route's row says, strictly: a key that the row's schema does not show is a fault. */
export async function expectContract(method: string, path: string, response: Response): Promise<void> {
  // The document is made from the table and has no row in it.
  if (path === "/openapi.json" && response.ok) return;
  const spec = routeOf(method, path);
  const of = `${method} ${path} (${spec?.id ?? "no route"})`;
  if (spec !== undefined && Object.hasOwn(spec.answers, response.status)) {
    await expectAnswer(spec.answers[response.status] ?? { what: "" }, response, of);
  } else if (response.status < 400) {
    expect.fail(`${of} answers ${response.status}, which its row does not name`);
  } else {
    await expectRefusal(spec, response, of);
  }
}

async function expectAnswer({ schema, mediaType = "application/json" }: AnswerSpec, response: Response, of: string) {
  // A stream ends when its reader goes away; its messages are held to their schema where they are read.
  if (response.status === 101 || mediaType === "text/event-stream") return;
  const text = await response.clone().text();
  if (schema === undefined) return expect(text, `${of}: its row says that there is no body`).toBe("");
  expect(response.headers.get("Content-Type"), `${of}: media type`).toBe(mediaType);
  if (!mediaType.endsWith("json")) return;
  const body: unknown = JSON.parse(text);
  const read = schema.safeParse(body);
  expect(read.error?.issues ?? [], `${of}: the body is not what its schema says`).toEqual([]);
  // What the schema does not show has been dropped on the way.
  expect(body, `${of}: the body holds what its schema does not show`).toEqual(read.data);
}

async function expectRefusal(spec: RouteSpec | undefined, response: Response, of: string): Promise<void> {
  expect(response.headers.get("Content-Type"), `${of}: media type of a refusal`).toBe(problemMediaType);
  const problem = problemDetailsSchema.strict().parse(await response.clone().json());
  expect(problem.status, `${of}: status in the problem`).toBe(response.status);
  expect(problemKinds[problem.code].status, `${of}: status of ${problem.code}`).toBe(response.status);
  const documented = spec === undefined ? ["not-found", "method-not-allowed"] : problemCodesOf(spec);
  expect(documented, `${of} refuses with a code that its row does not name`).toContain(problem.code);
}
