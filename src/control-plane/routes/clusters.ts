import type { ClusterDefinition } from "../../cluster/definition/definition.ts";
import { definitionSchema, parseDefinition } from "../../protocol/definition.ts";
import { exportDefinition, exportSchema } from "../../protocol/export.ts";
import {
  clusterListSchema,
  informationSchema,
  maintenanceRequestSchema,
  putClusterQuerySchema,
} from "../../protocol/clusters.ts";
import { definedSchema } from "../../protocol/changes.ts";
import { clusterViewSchema } from "../../protocol/view.ts";
import { version } from "../../protocol/version.ts";
import { clusterExists, clusterStub, directory, forgetFound } from "../objects.ts";
import { accessQuerySchema } from "../access.ts";
import type { Env } from "../env.ts";
import { told } from "../change-answer.ts";
import { creationInTheory } from "../creation-in-theory.ts";
import { asking } from "../question.ts";
import { answer, notDefined, refuse } from "../respond.ts";
import { body, type BodySpec, question, readers, route, type Route } from "../route.ts";
import { accept, refusedChange } from "./accept.ts";
import { changeQuerySchema, changing, doneNow, removalQuerySchema, underWay } from "./change.ts";
import { snapshotOf } from "./snapshot.ts";

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
      summary:
        "Apply a whole definition; the admin token creates, an operator's changes. `dryRun` shows what would change",
      clusapi: ["CreateCluster"],
      ...changing,
      creates: true,
      query: putClusterQuerySchema,
      body: definitionBody,
      answers: {
        200: { what: "Changed, or the same already", schema: definedSchema },
        201: { what: "Created", schema: definedSchema },
      },
      problems: ["invalid-definition", "cluster-name-differs", "too-many-clusters", "group-online"],
    },
    async ({ env, principal, params, query, body: definition, conditions }) => {
      if (definition.cluster !== params.cluster) {
        return refuse("cluster-name-differs", "the definition names another cluster than the path does");
      }
      const exists = await clusterExists(env, params.cluster);
      if (conditions.expectedRevision !== null && !exists) {
        return refusedChange({ ok: false, code: "revision-differs" });
      }
      // An unknown name is registered first: a failure between leaves a name that the next PUT finds, and not an object
      // that nobody knows of. What could be refused of a first definition has been judged by now.
      const registered = conditions.dryRun ? "known" : await directory(env).register(params.cluster);
      if (registered === "full") return refuse("too-many-clusters", "this deployment holds no more clusters");
      const command = { type: "define", actor: principal.id, definition, force: query.force } as const;
      const changed =
        conditions.dryRun && !exists
          ? creationInTheory(command, Date.now())
          : await clusterStub(env, params.cluster, query.locationHint ?? null).change(command, conditions);
      if (!changed.ok) {
        if (registered === "registered") await unregisterUnlessDefined(env, params.cluster);
        return refusedChange(changed);
      }
      const { after: _, epoch: __, ...defined } = told(changed.value);
      // Whoever was refused, or left, at the same time may have taken the name out again.
      if (defined.created && !defined.dryRun) await directory(env).register(params.cluster);
      const status = defined.created && !defined.dryRun ? 201 : 200;
      return answer(status, { name: params.cluster, ...defined }, { ETag: `"${defined.revision}"` });
    },
  ),
  question(
    {
      id: "getCluster",
      method: "GET",
      path: "/clusters/{cluster}",
      summary: "The whole state",
      clusapi: ["OpenCluster", "OpenClusterEx"],
      roles: readers,
      query: accessQuerySchema,
      answers: { 200: { what: "Nodes, groups and resources as they are", schema: clusterViewSchema } },
    },
    () =>
      asking("view", [], (view) => (view === null ? notDefined() : answer(200, view, { ETag: `"${view.revision}"` }))),
  ),
  question(
    {
      id: "getDefinition",
      method: "GET",
      path: "/clusters/{cluster}/definition",
      summary: "The definition in force, as people write it: applied again, it changes nothing",
      roles: readers,
      answers: { 200: { what: "The definition", schema: exportSchema } },
      problems: ["cluster-not-defined"],
    },
    () => snapshotOf(({ definition }) => answer(200, exportDefinition(definition))),
  ),
  question(
    {
      id: "getInformation",
      method: "GET",
      path: "/clusters/{cluster}/information",
      summary: "Name and versions (CLUSTERVERSIONINFO)",
      clusapi: ["GetClusterInformation"],
      roles: readers,
      answers: { 200: { what: "Name and versions", schema: informationSchema } },
      problems: ["cluster-not-defined"],
    },
    () =>
      snapshotOf(({ view: { name, revision, generation } }) => {
        const [majorVersion = 0, minorVersion = 0, buildNumber = 0] = version.split(".").map(Number);
        const info = { name, majorVersion, minorVersion, buildNumber, vendorId: "Bridgehead", revision, generation };
        return answer(200, info);
      }),
  ),
  route(
    {
      id: "setMaintenance",
      method: "PUT",
      path: "/clusters/{cluster}/maintenance",
      summary: "Observe, touch nothing, until it is switched off; leases go on",
      ...changing,
      query: changeQuerySchema,
      body: body(maintenanceRequestSchema),
      answers: doneNow,
      problems: ["cluster-not-defined"],
    },
    (call) => accept(200, call, { type: "maintenance", actor: call.principal.id, on: call.body.on }),
  ),
  route(
    {
      id: "destroyCluster",
      method: "DELETE",
      path: "/clusters/{cluster}",
      summary:
        "Destroy a cluster. Its addresses stay with their owners until these have ended; then it is forgotten, and its tokens with it",
      clusapi: ["DestroyCluster"],
      ...changing,
      roles: ["admin"],
      query: removalQuerySchema,
      answers: underWay,
      problems: ["cluster-not-defined", "group-online"],
    },
    async (call) => {
      const answered = await accept(202, call, { type: "destroy", actor: call.principal.id, force: call.query.force });
      forgetFound(call.params.cluster);
      return answered;
    },
  ),
];

/** It was registered for what has been refused. Somebody else may have created it meanwhile. */
async function unregisterUnlessDefined(env: Env, name: string): Promise<void> {
  await directory(env).unregister(name);
  if ((await clusterStub(env, name).snapshot()) !== null) await directory(env).register(name);
}
