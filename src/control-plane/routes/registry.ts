import {
  type RegistryBatch,
  registryBatchSchema,
  type RegistryCommand,
  registryChangeValueQuerySchema,
  registryCreateKeyQuerySchema,
  registryDataSchema,
  registryDeleteKeyQuerySchema,
  registryKeyQuerySchema,
  registryKeyViewSchema,
  type RegistryRead,
  registryReadBatchSchema,
  registryRepliesSchema,
  type RegistryReply,
  registryValueQuerySchema,
  registryValueSchema,
  registryWrittenSchema,
} from "../../protocol/registry.ts";
import type { RegistryResult } from "../registry/registry.ts";
import type { Precondition, RegistryRefusal } from "../registry/write.ts";
import { type Asking, asking } from "../question.ts";
import { answer, notDefined, refuse } from "../respond.ts";
import {
  body,
  type Call,
  operators,
  type Principal,
  readers,
  question,
  route,
  type Route,
  type Role,
} from "../route.ts";
import { preconditionOf } from "./precondition.ts";

const mayRead = [...readers, "node"] as const satisfies readonly Role[];
/** A node's token: below its own node's key. */
const mayWrite = [...operators, "node"] as const satisfies readonly Role[];

const readProblems = ["cluster-not-defined", "registry-key-not-found"] as const;
const writeProblems = [
  "cluster-not-defined",
  "registry-key-not-found",
  "registry-key-reserved",
  "registry-revision-differs",
  "registry-full",
  "rate-limited",
] as const;

export const registryRoutes: readonly Route[] = [
  question(
    {
      id: "getRegistryKey",
      method: "GET",
      path: "/clusters/{cluster}/registry/key",
      summary: "A key of the cluster registry: its subkeys and its values. Without `key`, the root",
      clusapi: [
        "GetClusterKey",
        "GetClusterNodeKey",
        "GetClusterGroupKey",
        "GetClusterResourceKey",
        "GetClusterResourceTypeKey",
        "GetClusterNetworkKey",
        "GetClusterNetInterfaceKey",
        "ClusterRegOpenKey",
        "ClusterRegEnumKey",
        "ClusterRegEnumValue",
        "ClusterRegQueryInfoKey",
        "ClusterRegQueryAllValues",
      ],
      roles: mayRead,
      query: registryKeyQuerySchema,
      answers: { 200: { what: "The key; its entity tag is its revision", schema: registryKeyViewSchema } },
      problems: readProblems,
    },
    ({ query: { key } }) =>
      readOne({ key }, (reply) => {
        if (reply.read !== "key") return unread(reply);
        const { read: _, ...view } = reply;
        return answer(200, view, { ETag: `"${view.revision}"` });
      }),
  ),
  route(
    {
      id: "createRegistryKey",
      method: "PUT",
      path: "/clusters/{cluster}/registry/key",
      summary: "Create a key, and those above it that are missing. `If-None-Match: *` asks for a new one",
      clusapi: ["ClusterRegCreateKey", "ClusterRegCreateKeyForceSync"],
      roles: mayWrite,
      query: registryCreateKeyQuerySchema,
      answers: {
        200: { what: "It was there already", schema: registryWrittenSchema },
        201: { what: "Created", schema: registryWrittenSchema },
      },
      problems: writeProblems,
    },
    (call) =>
      writeOne(call, { command: "create-key", key: call.query.key }, ({ changed }) => (changed > 0 ? 201 : 200)),
  ),
  route(
    {
      id: "deleteRegistryKey",
      method: "DELETE",
      path: "/clusters/{cluster}/registry/key",
      summary: "Delete a key with its values, and with `recursive` what is below it. `If-Match` takes its entity tag",
      clusapi: ["ClusterRegDeleteKey", "ClusterRegDeleteKeyForceSync"],
      roles: mayWrite,
      query: registryDeleteKeyQuerySchema,
      answers: { 200: { what: "Deleted", schema: registryWrittenSchema } },
      problems: [...writeProblems, "registry-key-has-subkeys"],
    },
    (call) => writeOne(call, { command: "delete-key", ...call.query }),
  ),
  question(
    {
      id: "getRegistryValue",
      method: "GET",
      path: "/clusters/{cluster}/registry/value",
      summary: "A value of a key. Without `name`, the default value",
      clusapi: ["ClusterRegQueryValue"],
      roles: mayRead,
      query: registryValueQuerySchema,
      answers: { 200: { what: "The value; its entity tag is its revision", schema: registryValueSchema } },
      problems: [...readProblems, "registry-value-not-found"],
    },
    ({ query }) =>
      readOne(query, (reply) =>
        reply.read === "value" ? answer(200, reply.value, { ETag: `"${reply.value.revision}"` }) : unread(reply),
      ),
  ),
  route(
    {
      id: "setRegistryValue",
      method: "PUT",
      path: "/clusters/{cluster}/registry/value",
      summary: "Set a value of a key that is there. `If-Match` takes the value's entity tag",
      clusapi: ["ClusterRegSetValue", "ClusterRegSetValueForceSync"],
      roles: mayWrite,
      query: registryChangeValueQuerySchema,
      body: body(registryDataSchema),
      answers: { 200: { what: "It is so now", schema: registryWrittenSchema } },
      problems: writeProblems,
    },
    (call) => writeOne(call, { command: "set-value", ...call.query, data: call.body }),
  ),
  route(
    {
      id: "deleteRegistryValue",
      method: "DELETE",
      path: "/clusters/{cluster}/registry/value",
      summary: "Delete a value of a key. `If-Match` takes the value's entity tag",
      clusapi: ["ClusterRegDeleteValue", "ClusterRegDeleteValueForceSync"],
      roles: mayWrite,
      query: registryChangeValueQuerySchema,
      answers: { 200: { what: "Deleted", schema: registryWrittenSchema } },
      problems: [...writeProblems, "registry-value-not-found"],
    },
    (call) => writeOne(call, { command: "delete-value", ...call.query }),
  ),
  route(
    {
      id: "writeRegistryBatch",
      method: "POST",
      path: "/clusters/{cluster}/registry-batch",
      summary:
        "Carry out all commands if all conditions hold, or nothing. What is answered is on the disk, so a batch without \
commands waits for all that came before it",
      clusapi: [
        "ClusterRegCreateBatch",
        "ClusterRegBatchAddCommand",
        "ClusterRegCloseBatch",
        "ClusterRegCloseBatchEx",
        "ClusterRegSyncDatabase",
      ],
      roles: mayWrite,
      body: body(registryBatchSchema),
      answers: { 200: { what: "All of it is done", schema: registryWrittenSchema } },
      problems: [...writeProblems, "registry-value-not-found", "registry-key-has-subkeys", "registry-condition-failed"],
    },
    async ({ principal, body: batch, cluster }) => {
      const result = await write(cluster, principal, batch, null);
      if (result === null) return notDefined();
      if (result.ok) return answer(200, result.value);
      const { code, detail, at } = result.refusal;
      return refuse(code, detail, at === null ? {} : { problems: [{ path: at, code, sentence: detail }] });
    },
  ),
  route(
    {
      id: "readRegistryBatch",
      method: "POST",
      path: "/clusters/{cluster}/registry-read-batch",
      summary: "Read several keys and values at one moment",
      clusapi: [
        "ClusterRegCreateReadBatch",
        "ClusterRegReadBatchAddCommand",
        "ClusterRegCloseReadBatch",
        "ClusterRegCloseReadBatchEx",
        "ClusterRegReadBatchReplyNextCommand",
      ],
      roles: mayRead,
      body: body(registryReadBatchSchema),
      answers: { 200: { what: "A reply for each read, in its order", schema: registryRepliesSchema } },
      problems: ["cluster-not-defined"],
    },
    async ({ body: { reads }, cluster }) => {
      const replies = await cluster().readRegistry(reads);
      return replies === null ? notDefined() : answer(200, replies);
    },
  ),
];

type ClusterOf = Call["cluster"];

function readOne(read: RegistryRead, respond: (reply: RegistryReply) => Response): Asking {
  return asking("readRegistry", [[read]], (result) =>
    result === null ? notDefined() : respond(result.replies[0] ?? { read: "error", code: "registry-key-not-found" }),
  );
}

function unread(reply: RegistryReply): Response {
  const code = reply.read === "error" ? reply.code : "registry-key-not-found";
  return refuse(code, "names are compared without regard to case");
}

/** One command by itself, with what its headers say has to be true before. */
async function writeOne(
  { request, principal, cluster }: Pick<Call, "request" | "principal" | "cluster">,
  command: RegistryCommand,
  statusOf: (written: { readonly changed: number }) => 200 | 201 = () => 200,
): Promise<Response> {
  const precondition = preconditionOf(request.headers);
  if (precondition === "malformed") {
    return refuse("invalid-request", 'If-Match is a revision in quotes, such as "42", or *; If-None-Match is *');
  }
  const result = await write(cluster, principal, { conditions: [], commands: [command] }, precondition);
  if (result === null) return notDefined();
  return result.ok ? answer(statusOf(result.value), result.value) : refusedOne(result.refusal);
}

function refusedOne({ code, detail }: RegistryRefusal): Response {
  return refuse(code, detail);
}

function write(
  cluster: ClusterOf,
  principal: Principal,
  batch: RegistryBatch,
  precondition: Precondition | null,
): Promise<RegistryResult<{ changed: number; revision: number }> | null> {
  const within = principal.role === "node" ? `Nodes/${principal.node}` : null;
  return cluster().writeRegistry(principal.id, { batch, precondition, within });
}
