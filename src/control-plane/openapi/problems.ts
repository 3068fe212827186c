import { problemDetailsSchema, problemKinds, problemMediaType, type ProblemCode } from "../../protocol/problems.ts";
import { groupBy } from "../../cluster/group-by.ts";
import type { RouteSpec } from "../route.ts";
import type { Schemas } from "./schemas.ts";
import type { Reference, ResponseObject } from "./types.ts";

/** Every code that a route can refuse with: those of every route, those that follow from what it takes, and its own. */
export function problemCodesOf(spec: RouteSpec): ProblemCode[] {
  const codes: ProblemCode[] = ["internal"];
  if (spec.roles !== "anyone") codes.push("admin-token-not-set", "unauthorized", "forbidden", "unavailable");
  if (spec.roles !== "anyone") codes.push("storage-unwritable", "storage-damaged", "storage-newer");
  if (spec.roles !== "anyone" && spec.lifeline !== true) codes.push("rate-limited");
  if (spec.path.includes("{") || spec.query !== undefined) codes.push("invalid-request");
  if (spec.path.includes("{cluster}") && spec.creates !== true) codes.push("cluster-not-found", "cluster-not-defined");
  if (spec.body !== undefined) codes.push("not-json", "body-too-large", spec.body.refusal);
  if (spec.conditional === true) {
    codes.push("invalid-request", "revision-differs", "idempotency-key-reused", "too-many-operations");
  }
  codes.push(...(spec.problems ?? []));
  return [...new Set(codes)];
}

/**
 * The refusals of all routes. Those that several have in common are said once, under a name that is made of their codes,
 * so that each route's part of the document is what is particular to it.
 */
export class ProblemResponses {
  readonly #schemas: Schemas;
  readonly #shared: ReadonlySet<string>;
  readonly components: Readonly<Record<string, ResponseObject>>;

  constructor(specs: readonly RouteSpec[], schemas: Schemas) {
    this.#schemas = schemas;
    const all = specs.flatMap((spec) => [...byStatus(spec).values()]);
    const times = groupBy(all, nameOf);
    this.#shared = new Set([...times].filter(([, same]) => same.length > 1).map(([name]) => name));
    const shared = [...times].filter(([name]) => this.#shared.has(name)).toSorted(([a], [b]) => (a < b ? -1 : 1));
    this.components = Object.fromEntries(shared.map(([name, [codes = []]]) => [name, this.#response(codes)]));
  }

  of(spec: RouteSpec): Record<string, ResponseObject | Reference> {
    return Object.fromEntries(
      Array.from(byStatus(spec), ([status, codes]) => {
        const name = nameOf(codes);
        return [
          status,
          this.#shared.has(name) ? { $ref: `#/components/responses/${name}` } : this.#response(codes),
        ] as const;
      }),
    );
  }

  #response(codes: readonly ProblemCode[]): ResponseObject {
    const problem = this.#schemas.of(problemDetailsSchema, "output");
    const schema = { allOf: [problem, { properties: { code: { enum: [...codes] } } }] };
    return {
      description: codes.map((code) => `\`${code}\`: ${problemKinds[code].title}`).join("; "),
      content: { [problemMediaType]: { schema } },
    };
  }
}

function byStatus(spec: RouteSpec): Map<number, ProblemCode[]> {
  return groupBy(problemCodesOf(spec).toSorted(), (code) => problemKinds[code].status);
}

function nameOf(codes: readonly ProblemCode[]): string {
  return codes.join(".");
}
