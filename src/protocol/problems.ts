import * as z from "zod";
import type { Problem, RefusedCode } from "../cluster/events.ts";
import { limits } from "../cluster/limits.ts";

/** A Win32 system error, where the cluster API (clusapi.h) has one for the same case. */
export type Win32Error = { readonly name: string; readonly number: number };

type ProblemKind = { readonly status: number; readonly title: string; readonly win32?: Win32Error };

const win32 = {
  fileNotFound: { name: "ERROR_FILE_NOT_FOUND", number: 2 },
  accessDenied: { name: "ERROR_ACCESS_DENIED", number: 5 },
  invalidHandle: { name: "ERROR_INVALID_HANDLE", number: 6 },
  invalidParameter: { name: "ERROR_INVALID_PARAMETER", number: 87 },
  invalidName: { name: "ERROR_INVALID_NAME", number: 123 },
  invalidFunction: { name: "ERROR_INVALID_FUNCTION", number: 1 },
  netInterfaceNotFound: { name: "ERROR_CLUSTER_NETINTERFACE_NOT_FOUND", number: 5048 },
  dirNotEmpty: { name: "ERROR_DIR_NOT_EMPTY", number: 145 },
  busy: { name: "ERROR_BUSY", number: 170 },
  dependentResourceExists: { name: "ERROR_DEPENDENT_RESOURCE_EXISTS", number: 5001 },
  dependencyNotFound: { name: "ERROR_DEPENDENCY_NOT_FOUND", number: 5002 },
  objectAlreadyExists: { name: "ERROR_OBJECT_ALREADY_EXISTS", number: 5010 },
  nodeExists: { name: "ERROR_CLUSTER_NODE_EXISTS", number: 5040 },
  networkExists: { name: "ERROR_CLUSTER_NETWORK_EXISTS", number: 5044 },
  networkNotFound: { name: "ERROR_CLUSTER_NETWORK_NOT_FOUND", number: 5045 },
  resourceTypeNotFound: { name: "ERROR_CLUSTER_RESOURCE_TYPE_NOT_FOUND", number: 5078 },
  objectNotFound: { name: "ERROR_OBJECT_NOT_FOUND", number: 4312 },
  hostNodeNotAvailable: { name: "ERROR_HOST_NODE_NOT_AVAILABLE", number: 5005 },
  resourceNotOnline: { name: "ERROR_RESOURCE_NOT_ONLINE", number: 5004 },
  resourceNotFound: { name: "ERROR_RESOURCE_NOT_FOUND", number: 5007 },
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
  "resource-not-found": { status: 404, title: "The group has no such resource", win32: win32.resourceNotFound },
  "resource-not-online": { status: 409, title: "The resource is not online", win32: win32.resourceNotOnline },
  "node-is-connected": { status: 409, title: "The node is connected, so it is not down", win32: win32.nodeUp },
  "group-online": { status: 409, title: "The group is not offline", win32: win32.invalidState },
  "group-exists": { status: 409, title: "There is a group of this name", win32: win32.objectAlreadyExists },
  "group-not-empty": { status: 409, title: "The group has resources", win32: win32.dirNotEmpty },
  "resource-exists": { status: 409, title: "There is a resource of this name", win32: win32.objectAlreadyExists },
  "resource-in-use": { status: 409, title: "Another resource depends on it", win32: win32.dependentResourceExists },
  "node-exists": { status: 409, title: "There is a node of this name", win32: win32.nodeExists },
  "network-not-found": { status: 404, title: "There is no such network", win32: win32.networkNotFound },
  "network-exists": { status: 409, title: "There is a network of this name", win32: win32.networkExists },
  "network-in-use": { status: 409, title: "A resource is on this network", win32: win32.dependentResourceExists },
  "resource-type-not-found": {
    status: 404,
    title: "There is no such resource type",
    win32: win32.resourceTypeNotFound,
  },
  "resource-type-exists": {
    status: 409,
    title: "There is a resource type of this name",
    win32: win32.objectAlreadyExists,
  },
  "resource-type-in-use": { status: 409, title: "A resource is of this type", win32: win32.dependentResourceExists },
  "last-possible-owner": {
    status: 409,
    title: "The node is the only possible owner of a resource",
    win32: win32.hostNodeNotAvailable,
  },
  "nothing-to-cancel": { status: 409, title: "There is nothing to call off", win32: win32.invalidState },
  "in-maintenance": { status: 409, title: "The cluster is in maintenance", win32: win32.invalidState },
  "too-many-operations": { status: 429, title: "Too much is under way", win32: win32.busy },
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
  "webhook-not-found": { status: 404, title: "There is no such webhook" },
  "virtual-server-not-found": { status: 404, title: "No group has this network name" },
  "too-many-clusters": { status: 409, title: "The directory of clusters is full" },
  "too-many-tokens": { status: 409, title: "The cluster has as many tokens as it may have" },
  "too-many-webhooks": { status: 409, title: "The cluster has as many webhooks as it may have" },
  "webhook-under-test": { status: 429, title: "A test of this webhook is under way" },
  "too-many-watchers": { status: 429, title: "The cluster has as many watchers as it may have" },
  "too-many-sessions": { status: 429, title: "The node has as many connections as it may have" },
  "session-version-newer": { status: 409, title: "The agent is of a later version than the control plane" },
  "session-version-older": { status: 409, title: "The agent is of a version that is understood no more" },
  "revision-differs": { status: 412, title: "The definition has been changed meanwhile" },
  "net-interface-not-found": {
    status: 404,
    title: "There is no such network interface",
    win32: win32.netInterfaceNotFound,
  },
  "invalid-properties": {
    status: 422,
    title: "The properties cannot be set so",
    win32: win32.invalidParameter,
  },
  "unknown-control-code": { status: 400, title: "There is no such control code", win32: win32.invalidParameter },
  "control-code-not-supported": {
    status: 501,
    title: "This control code has no meaning here",
    win32: win32.invalidFunction,
  },
  "no-such-dependency": {
    status: 404,
    title: "It depends on nothing of that type",
    win32: win32.dependencyNotFound,
  },
  "operation-not-found": { status: 404, title: "There is no such operation" },
  "idempotency-key-reused": { status: 422, title: "This Idempotency-Key was used for another request" },
  "registry-key-not-found": { status: 404, title: "There is no such key", win32: win32.fileNotFound },
  "registry-value-not-found": { status: 404, title: "The key has no such value", win32: win32.fileNotFound },
  // [MS-CMRP] section 3.1.4.2.36 has this error for it.
  "registry-key-has-subkeys": { status: 409, title: "The key has subkeys", win32: win32.accessDenied },
  "registry-key-reserved": {
    status: 409,
    title: "The key is there as long as its object is, and no longer",
    win32: win32.accessDenied,
  },
  "registry-condition-failed": { status: 409, title: "A condition of the batch does not hold" },
  "registry-revision-differs": { status: 412, title: "The key or value has been changed meanwhile" },
  "registry-full": { status: 409, title: "The registry holds as much as it may hold" },
  "object-not-found": { status: 404, title: "There is no such object", win32: win32.objectNotFound },
  "notify-port-not-found": { status: 404, title: "There is no such notify port", win32: win32.invalidHandle },
  "too-many-notify-ports": { status: 409, title: "The cluster has as many notify ports as it may have" },
  "too-many-registrations": { status: 409, title: "The port has as many registrations as it may have" },
  "too-many-waiters": { status: 429, title: "As many questions wait for an answer as may" },
  "simulation-too-large": { status: 422, title: "The simulation would take too much time or too many steps" },
  "storage-unwritable": { status: 503, title: "The control plane cannot write its data" },
  "storage-damaged": { status: 500, title: "The data of the control plane is damaged" },
  "storage-newer": { status: 500, title: "The data was written by a later version of the control plane" },
  unavailable: { status: 503, title: "The cluster cannot answer at the moment" },
  internal: { status: 500, title: "Something is wrong on this side" },
} as const satisfies Record<string, ProblemKind>;

/** Every problem that HTTP can answer with, by its stable code. */
export const problemKinds = { ...refusals, ...doorProblems };
export type ProblemCode = keyof typeof problemKinds;
export const problemCodes = Object.keys(problemKinds) as readonly ProblemCode[];

export const problemMediaType = "application/problem+json";

const problemSchema = z.object({
  path: z
    .string()
    .describe(
      "JSON Pointer (RFC 6901) to the place; a key that is too long for a name, or has other signs than names and pointers, is cut and ends in …",
    ),
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

/** @param detail a sentence about this case; of what was submitted it repeats names and addresses at most (`shownName`) */
export function problemDetails(code: ProblemCode, detail: string, problems?: readonly Problem[]): ProblemDetails {
  const kind: ProblemKind = problemKinds[code];
  return {
    type: `urn:bridgehead:problem:${code}`,
    title: kind.title,
    status: kind.status,
    detail,
    code,
    ...(kind.win32 === undefined ? {} : { win32: { ...kind.win32 } }),
    ...(problems === undefined || problems.length === 0 ? {} : { problems: problems.map(shownProblem) }),
  };
}

function shownProblem({ path, ...said }: Problem): Problem {
  return { path: path.split("/").map(shownKey).join("/"), ...said };
}

/** What names are made of, and what a pointer has for a slash and a tilde (RFC 6901 section 3). */
const ofKeys = /^(?:[A-Za-z0-9._: -]|~[01])*/;

/** A key of a body comes back in a place much as a name does in a sentence (`shownName`), and no more of it. */
function shownKey(key: string): string {
  const [shown = ""] = ofKeys.exec(key.slice(0, limits.nameLength)) ?? [];
  return shown === key ? key : `${shown}…`;
}
