import { clusterListSchema, definedSchema } from "../../protocol/http.ts";
import { definitionSchema, parseDefinition } from "../../protocol/definition.ts";
import type { ClusterDefinition } from "../../cluster/definition.ts";
import { clusterViewSchema } from "../../protocol/view.ts";
import { clusterExists, clusterStub, directory, locationHintOf } from "../objects.ts";
import { answer, refuse } from "../respond.ts";
import { type BodySpec, operators, readers, route, type Route } from "../route.ts";
import { refused } from "./refused.ts";

const definitionBody: BodySpec<ClusterDefinition> = {
  schema: definitionSchema,
  parse: (document) => {
    const parsed = parseDefinition(document);
    return parsed.ok ? { ok: true, value: parsed.definition } : parsed;
  },
  refusal: "invalid-definition",
};

export const clusterRoutes: readonly Route[] = [
  route(
    {
      id: "listClusters",
      method: "GET",
      path: "/clusters",
      summary: "The clusters of this deployment",
      roles: ["admin"],
      answers: { 200: { what: "Their names", schema: clusterListSchema } },
    },
    async ({ env }) => answer(200, { clusters: await directory(env).list() }),
  ),
  route(
    {
      id: "putCluster",
      method: "PUT",
      path: "/clusters/{cluster}",
      summary: "Apply a whole definition; the admin token creates, an operator's changes",
      clusapi: ["CreateCluster"],
      roles: operators,
      creates: true,
      headers: { "If-Match": 'Apply it only if the cluster is at this revision, in quotes, such as "42"' },
      body: definitionBody,
      answers: {
        200: { what: "Changed, or the same already", schema: definedSchema },
        201: { what: "Created", schema: definedSchema },
      },
      problems: ["invalid-definition", "cluster-name-differs", "too-many-clusters", "revision-differs"],
    },
    async ({ request, env, principal, params, body: definition }) => {
      if (definition.cluster !== params.cluster) {
        return refuse("cluster-name-differs", "the definition names another cluster than the path does");
      }
      const expected = revisionOf(request.headers.get("If-Match"));
      if (expected === "malformed") return refuse("invalid-request", 'If-Match is a revision in quotes, such as "42"');
      if (expected !== null && !(await clusterExists(env, params.cluster))) return changedMeanwhile();
      // An unknown name is registered first: a failure between leaves a name that the next PUT finds, and not an object
      // that nobody knows of. What could be refused of a first definition has been judged by now.
      if ((await directory(env).register(params.cluster)) === "full") {
        return refuse("too-many-clusters", "this deployment holds no more clusters");
      }
      const stub = clusterStub(env, params.cluster, locationHintOf(request));
      const result = await stub.define(principal.id, definition, expected);
      if (result === "revision-differs") return changedMeanwhile();
      if (!result.ok) return refused(result.refusal);
      const created = result.value.revision === 1 && result.value.changed.length > 0;
      const { revision, changed } = result.value;
      return answer(
        created ? 201 : 200,
        { name: params.cluster, created, revision, changed },
        { ETag: `"${revision}"` },
      );
    },
  ),
  route(
    {
      id: "getCluster",
      method: "GET",
      path: "/clusters/{cluster}",
      summary: "The whole state",
      clusapi: ["OpenCluster"],
      roles: readers,
      answers: { 200: { what: "Nodes, groups and resources as they are", schema: clusterViewSchema } },
    },
    async ({ cluster }) => {
      const view = await cluster().view();
      return view === null ? refuse("cluster-not-defined", "apply a definition first") : answer(200, view);
    },
  ),
];

function changedMeanwhile(): Response {
  return refuse("revision-differs", "read the cluster again, and apply the change to what it is now");
}

function revisionOf(header: string | null): number | null | "malformed" {
  if (header === null || header === "*") return null;
  const [, digits] = /^"(\d{1,15})"$/.exec(header) ?? [];
  return digits === undefined ? "malformed" : Number(digits);
}
