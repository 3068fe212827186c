import * as z from "zod";
import type { Problem, RefusedCode } from "../cluster/events.ts";

/** A Win32 system error, where the cluster API (clusapi.h) has one for the same case. */
export type Win32Error = { readonly name: string; readonly number: number };

type ProblemKind = { readonly status: number; readonly title: string; readonly win32?: Win32Error };

const win32 = {
  accessDenied: { name: "ERROR_ACCESS_DENIED", number: 5 },
  invalidParameter: { name: "ERROR_INVALID_PARAMETER", number: 87 },
  invalidName: { name: "ERROR_INVALID_NAME", number: 123 },
  hostNodeNotAvailable: { name: "ERROR_HOST_NODE_NOT_AVAILABLE", number: 5005 },
  groupNotFound: { name: "ERROR_GROUP_NOT_FOUND", number: 5013 },
  groupNotOnline: { name: "ERROR_GROUP_NOT_ONLINE", number: 5014 },
  hostNodeNotGroupOwner: { name: "ERROR_HOST_NODE_NOT_GROUP_OWNER", number: 5016 },
  invalidState: { name: "ERROR_INVALID_STATE", number: 5023 },
  nodeNotFound: { name: "ERROR_CLUSTER_NODE_NOT_FOUND", number: 5042 },
  nodeDown: { name: "ERROR_CLUSTER_NODE_DOWN", number: 5050 },
  nodeUp: { name: "ERROR_CLUSTER_NODE_UP", number: 5056 },
} as const satisfies Record<string, Win32Error>;

/** What the brain refuses, and how HTTP says it. */
const refusals = {
  "invalid-definition": { status: 422, title: "The definition cannot be applied", win32: win32.invalidParameter },
  "cluster-not-defined": { status: 404, title: "The cluster has no definition yet" },
  "cluster-name-differs": { status: 409, title: "The cluster has another name", win32: win32.invalidName },
  "group-not-found": { status: 404, title: "There is no such group", win32: win32.groupNotFound },
  "node-not-found": { status: 404, title: "There is no such node", win32: win32.nodeNotFound },
  "node-not-possible-owner": {
    status: 409,
    title: "The node is not a possible owner of the group",
    win32: win32.hostNodeNotAvailable,
  },
  "node-not-up": { status: 409, title: "The node is not up", win32: win32.nodeDown },
  "no-other-owner": { status: 409, title: "No other node can own the group", win32: win32.hostNodeNotAvailable },
  "already-owner": { status: 409, title: "The node owns the group already", win32: win32.invalidState },
  "group-not-owned": { status: 409, title: "No node owns the group", win32: win32.groupNotOnline },
  "group-in-transition": { status: 409, title: "The group is on its way already", win32: win32.invalidState },
  "node-is-connected": { status: 409, title: "The node is connected, so it is not down", win32: win32.nodeUp },
  "run-not-known": { status: 409, title: "This run of the agent is not known", win32: win32.hostNodeNotGroupOwner },
  "rate-limited": { status: 429, title: "Too many at a time" },
} as const satisfies Record<RefusedCode, ProblemKind>;

/** What the door refuses before the brain is asked. */
const doorProblems = {
  "admin-token-not-set": { status: 503, title: "This deployment has no admin token" },
  unauthorized: { status: 401, title: "A valid bearer token is needed", win32: win32.accessDenied },
  forbidden: { status: 403, title: "This token may not do that", win32: win32.accessDenied },
  "not-found": { status: 404, title: "There is nothing at this path" },
  "method-not-allowed": { status: 405, title: "This path does not take that method" },
  "upgrade-required": { status: 426, title: "This path takes WebSocket upgrades only" },
  "not-json": { status: 400, title: "The body is not JSON" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "invalid-request": { status: 400, title: "The request is not what this path takes", win32: win32.invalidParameter },
  "cluster-not-found": { status: 404, title: "There is no such cluster" },
  "token-not-found": { status: 404, title: "There is no such token" },
  "virtual-server-not-found": { status: 404, title: "No group has this network name" },
  "too-many-clusters": { status: 409, title: "The directory of clusters is full" },
  "too-many-tokens": { status: 409, title: "The cluster has as many tokens as it may have" },
  "too-many-watchers": { status: 429, title: "The cluster has as many watchers as it may have" },
  "too-many-sessions": { status: 429, title: "The node has as many connections as it may have" },
  "revision-differs": { status: 412, title: "The definition has been changed meanwhile" },
  unavailable: { status: 503, title: "The cluster cannot answer at the moment" },
  internal: { status: 500, title: "Something is wrong on this side" },
} as const satisfies Record<string, ProblemKind>;

/** Every problem that HTTP can answer with, by its stable code. */
export const problemKinds = { ...refusals, ...doorProblems };
export type ProblemCode = keyof typeof problemKinds;
export const problemCodes = Object.keys(problemKinds) as readonly ProblemCode[];

export const problemMediaType = "application/problem+json";

const problemSchema = z.object({
  path: z.string().describe("JSON Pointer (RFC 6901) to the place"),
  code: z.string(),
  sentence: z.string(),
}) satisfies z.ZodType<Problem>;

/** Problem details, RFC 9457 section 3.1, with what this project adds to them. */
export const problemDetailsSchema = z
  .object({
    type: z.string().describe("urn:bridgehead:problem:, and the code"),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe("A sentence about this case"),
    code: z
      .enum(problemCodes)
      .describe("What to decide by. It never changes its meaning; the sentences may change at any time"),
    win32: z
      .object({ name: z.string(), number: z.int() })
      .exactOptional()
      .describe("The error that the cluster API has for the case"),
    problems: z.array(problemSchema).exactOptional().describe("Each thing that is wrong with what was sent"),
  })
  .meta({ id: "Problem" });
export type ProblemDetails = z.infer<typeof problemDetailsSchema>;

/** @param detail a sentence about this case; it repeats nothing that was submitted */
export function problemDetails(code: ProblemCode, detail: string, problems?: readonly Problem[]): ProblemDetails {
  const kind: ProblemKind = problemKinds[code];
  return {
    type: `urn:bridgehead:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail,
    code,
    ...(kind.win32 === undefined ? {} : { win32: { ...kind.win32 } }),
    ...(problems === undefined || problems.length === 0 ? {} : { problems: [...problems] }),
  };
}
