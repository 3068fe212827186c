import type { Role } from "../../../src/control-plane/route.ts";
import type { ProblemCode } from "../../../src/protocol/problems.ts";
import type { Stage } from "./stage.ts";

/**
 * What the tests ask of one route. The path is the route's own, with the stage's names in it: NODE1, Exchange, EXCHVS, and
 * the family's cluster.
 */
export type Request = {
  /** Other names in the path than the stage's. */
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose token; the first role of the route's row unless it is said. */
  readonly as?: Role;
};

export type Success = Request & {
  readonly status: number;
  /** Looks closer at the answer, or puts back what it did. */
  readonly after?: (stage: Stage, response: Response) => Promise<void> | void;
};
export type Refused = Request & { readonly code: ProblemCode };

/** Written down, or made when its turn comes, out of what the stage has by then. */
type Made<T> = T | ((stage: Stage) => T | Promise<T>);
/** Why there can be none. */
export type Without = { readonly without: string };

/** All that a route is tried with, besides tokens and roles, which every route is tried with alike. */
export type Row = {
  /** It does what it says. In order, if there are several. */
  readonly success: Made<Success> | readonly Made<Success>[];
  /** Understood and refused. Nothing is changed by it. */
  readonly refusal: Made<Refused> | readonly Made<Refused>[] | Without;
  /** Not understood: `invalid-request`, `invalid-definition` or `not-json`. Nothing is changed by it. */
  readonly badInput: Made<Refused> | readonly Made<Refused>[] | Without;
};

/** The rows of one file of `src/control-plane/routes/`, by the ids of its routes. They share a cluster, and run in the table's order. */
export type Conformance = {
  /** What has to be there before, beside the cluster and its two agents. What it leaves in `stage.made` the rows can use. */
  readonly setUp?: (stage: Stage) => Promise<void>;
  readonly rows: Readonly<Record<string, Row>>;
};

export function isWithout(column: Row["refusal"]): column is Without {
  return "without" in column;
}

export function each<T>(column: Made<T> | readonly Made<T>[]): readonly Made<T>[] {
  return Array.isArray(column) ? (column as readonly Made<T>[]) : [column as Made<T>];
}

export function made<T>(entry: Made<T>, stage: Stage): T | Promise<T> {
  return typeof entry === "function" ? (entry as (stage: Stage) => T | Promise<T>)(stage) : entry;
}
