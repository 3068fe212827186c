import type * as z from "zod";
import type { Problem } from "../cluster/events.ts";
import type { ProblemCode } from "../protocol/problems.ts";
import { parse } from "../protocol/shape.ts";
import type { ClusterObject } from "./cluster-object.ts";
import type { Conditions } from "./conditions.ts";
import type { Env } from "./env.ts";
import type { Asking } from "./question.ts";
import type { TokenHolder } from "./token-store.ts";

/** Who asks. `id` is what the journal names as the actor. */
export type Principal = TokenHolder | Admin;
export type Admin = { readonly role: "admin"; readonly id: "admin" };
export const admin: Admin = { role: "admin", id: "admin" };
export type Role = Principal["role"];

/**
 * One route of the API: what it takes, who may, and what it answers. The guard, the OpenAPI document and the tests of roles
 * all read this, so a route cannot be documented otherwise than it is enforced.
 */
export type RouteSpec = {
  /** The `operationId` of OpenAPI. */
  readonly id: string;
  readonly method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE";
  /** Below `/v1`, with `{name}` for a parameter. */
  readonly path: string;
  readonly summary: string;
  /** The functions of clusapi.h that it does; `docs/clusapi.md` is made from this. */
  readonly clusapi?: readonly string[];
  /** `anyone`: no token, and also without the prefix. */
  readonly roles: readonly Role[] | "anyone";
  /** Also without the prefix: what knows the API asks for it there. */
  readonly bare?: true;
  /** A node's token only gets in for the node that the path names. */
  readonly ownNode?: true;
  /** A lease hangs on it: it is never refused for coming too often. */
  readonly lifeline?: true;
  /** The cluster need not exist, for the admin. */
  readonly creates?: true;
  readonly query?: z.ZodType;
  /** The headers that it heeds, and what for. They are for documents; the handler reads them. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: BodySpec;
  /** A change that heeds `If-Match` and `Idempotency-Key`. */
  readonly conditional?: true;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Problems of its own; those of every route are not repeated. */
  readonly problems?: readonly ProblemCode[];
};

export type AnswerSpec = { readonly what: string; readonly schema?: z.ZodType; readonly mediaType?: string };

/** How a body is read. `parse` may judge more than the schema shows. */
export type BodySpec<T = unknown> = {
  readonly schema: z.ZodType;
  readonly parse: (
    document: unknown,
  ) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };
  readonly refusal: ProblemCode;
};

export function body<T>(schema: z.ZodType<T>): BodySpec<T> {
  return { schema, parse: (document) => parse(schema, document), refusal: "invalid-request" };
}

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [key in Name | keyof ParamsOf<Rest>]: string }
  : object;
type ValueOf<Body> = Body extends BodySpec<infer T> ? T : undefined;
type OutputOf<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** A request that got past the guard. */
export type Call<Params = Readonly<Record<string, string>>, Query = unknown, Body = unknown> = {
  readonly request: Request;
  readonly env: Env;
  readonly principal: Principal;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly conditions: Conditions;
  /** The object of the cluster that the path names. */
  readonly cluster: () => DurableObjectStub<ClusterObject>;
};

/** Routes that belong together: a file of `routes/`, a file of `test/control-plane/conformance/`, a tag of the document. */
export type Family = {
  /** That of its files. */
  readonly name: string;
  readonly what: string;
  readonly routes: readonly Route[];
};

export type Route = Handled | Asked;

/** Somebody is let in first, and then heard: it may bring a body, change something, and take its time. */
export type Handled = {
  readonly kind: "handled";
  readonly spec: RouteSpec;
  readonly handle: (call: Call) => Response | Promise<Response>;
};

/** One question to the cluster's object, which goes there with the credential, in one call. */
export type Asked = {
  readonly kind: "asked";
  readonly spec: QuestionSpec;
  readonly ask: (inquiry: Pick<Call, "params" | "query">) => Asking;
};

/** Nothing of a body is read before it is known who sends it. */
export type QuestionSpec = RouteSpec & {
  readonly method: "GET";
  readonly path: `/clusters/{cluster}${string}`;
  readonly roles: readonly Role[];
  readonly body?: never;
};

type CallOf<Spec extends RouteSpec> = Call<ParamsOf<Spec["path"]>, OutputOf<Spec["query"]>, ValueOf<Spec["body"]>>;

/** Binds a handler to its spec, and gives it the types that the spec says. */
export function route<const Spec extends RouteSpec>(
  spec: Spec,
  handle: (call: CallOf<Spec>) => Response | Promise<Response>,
): Route {
  // The guard parses params, query and body by this very spec before it calls the handler.
  return { kind: "handled", spec, handle: handle as Handled["handle"] };
}

/**
 * Binds a question to its spec. What is asked is made before anybody has judged who asks, so it is made of the path and the query
 * alone, and of nothing that could be done or looked up; who asks is known where the answer is made.
 */
export function question<const Spec extends QuestionSpec>(
  spec: Spec,
  ask: (inquiry: Pick<CallOf<Spec>, "params" | "query">) => Asking,
): Route {
  // As above.
  return { kind: "asked", spec, ask: ask as Asked["ask"] };
}

export const readers = ["admin", "operator", "reader"] as const satisfies readonly Role[];
export const operators = ["admin", "operator"] as const satisfies readonly Role[];
