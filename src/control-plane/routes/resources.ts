import { lookup } from "../../cluster/definition/definition.ts";
import { changeGroupRequestSchema, resourceRequestSchema } from "../../protocol/requests.ts";
import { resourceSetSchema, type ResourceStateAnswer, resourceStateSchema } from "../../protocol/objects.ts";
import type { Snapshot } from "../cluster-object.ts";
import { accessQuerySchema } from "../access.ts";
import { answer } from "../respond.ts";
import { body, question, readers, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";
import { changeQuerySchema, changing, createdNow, underWay } from "./change.ts";
import { edit, edited, notFound, withResource } from "./resource.ts";
import { found, snapshotOf } from "./snapshot.ts";

const collection = "/clusters/{cluster}/groups/{group}/resources";
const one = "/clusters/{cluster}/groups/{group}/resources/{resource}";

export const resourceRoutes: readonly Route[] = [
  question(
    {
      id: "listResources",
      method: "GET",
      path: "/clusters/{cluster}/resources",
      summary: "The resources of every group",
      roles: readers,
      answers: { 200: { what: "Group by group", schema: resourceSetSchema } },
      problems: ["cluster-not-defined"],
    },
    () =>
      snapshotOf((snapshot) => {
        const groups = Object.keys(snapshot.definition.groups);
        return answer(200, { resources: groups.flatMap((group) => statesOf(snapshot, group)) });
      }),
  ),
  question(
    {
      id: "listGroupResources",
      method: "GET",
      path: collection,
      summary: "The resources of a group",
      roles: readers,
      answers: { 200: { what: "In the order of the definition", schema: resourceSetSchema } },
      problems: ["cluster-not-defined", "group-not-found"],
    },
    (call) =>
      snapshotOf((snapshot) =>
        found(snapshot.definition.groups, call.params.group, "group-not-found", () =>
          answer(200, { resources: statesOf(snapshot, call.params.group) }),
        ),
      ),
  ),
  question(
    {
      id: "getResource",
      method: "GET",
      path: one,
      summary: "A resource: its type, its state, the node that has it",
      clusapi: ["OpenClusterResource", "OpenClusterResourceEx", "GetClusterResourceState"],
      roles: readers,
      query: accessQuerySchema,
      answers: { 200: { what: "The resource", schema: resourceStateSchema } },
      problems: notFound,
    },
    (call) =>
      withResource(call, ({ snapshot, name, groupName }) =>
        answer(
          200,
          statesOf(snapshot, groupName).find((state) => state.name === name),
        ),
      ),
  ),
  route(
    {
      id: "createResource",
      method: "POST",
      path: collection,
      summary: "Create a resource in a group",
      clusapi: ["CreateClusterResource"],
      ...changing,
      query: changeQuerySchema,
      body: body(resourceRequestSchema),
      answers: createdNow,
      problems: ["cluster-not-defined", "invalid-definition", "group-not-found", "resource-exists"],
    },
    (call) => {
      const { name, ...definition } = call.body;
      return edit(201, call, { kind: "add-resource", group: call.params.group, resource: name, definition });
    },
  ),
  route(
    {
      id: "deleteResource",
      method: "DELETE",
      path: one,
      summary: "Delete a resource that nothing depends on; the owner takes it offline",
      clusapi: ["DeleteClusterResource"],
      ...changing,
      query: changeQuerySchema,
      answers: underWay,
      problems: [...edited, "resource-in-use"],
    },
    (call) => edit(202, call, { kind: "remove-resource", ...call.params }),
  ),
  ...(["Online", "Offline"] as const).map((wanted) =>
    route(
      {
        id: wanted === "Online" ? "bringResourceOnline" : "takeResourceOffline",
        method: "POST",
        path: `/clusters/{cluster}/groups/{group}/resources/{resource}/${wanted === "Online" ? "online" : "offline"}`,
        summary:
          wanted === "Online"
            ? "Bring a resource online, with what it stands on; what has failed is tried again"
            : "Take a resource offline, with what stands on it",
        clusapi: [`${wanted}ClusterResource`, `${wanted}ClusterResourceEx`],
        ...changing,
        query: changeQuerySchema,
        answers: underWay,
        problems: notFound,
      },
      (call) => {
        const { group = "", resource = "" } = call.params as Readonly<Record<string, string>>;
        return accept(202, call, { type: "want-resource", actor: call.principal.id, group, resource, wanted });
      },
    ),
  ),
  ...(["fail", "restart"] as const).map((verb) =>
    route(
      {
        id: verb === "fail" ? "failResource" : "restartResource",
        method: "POST",
        path: `/clusters/{cluster}/groups/{group}/resources/{resource}/${verb}`,
        summary:
          verb === "fail"
            ? "Let a resource that is online fail, with all that follows from a failure"
            : "Take a resource that is online offline, with what stands on it, and bring it back",
        clusapi: [verb === "fail" ? "FailClusterResource" : "RestartClusterResource"],
        ...changing,
        query: changeQuerySchema,
        answers: underWay,
        problems: [...notFound, "group-not-owned", "group-in-transition", "resource-not-online", "in-maintenance"],
      },
      (call) => {
        const { group = "", resource = "" } = call.params as Readonly<Record<string, string>>;
        return accept(202, call, { type: `${verb}-resource`, actor: call.principal.id, group, resource });
      },
    ),
  ),
  route(
    {
      id: "changeResourceGroup",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/resources/{resource}/change-group",
      summary: "Put a resource into another group, with what it stands on and what stands on it",
      clusapi: ["ChangeClusterResourceGroup"],
      ...changing,
      query: changeQuerySchema,
      body: body(changeGroupRequestSchema),
      answers: underWay,
      problems: [...edited, "resource-exists"],
    },
    (call) => edit(202, call, { kind: "change-group", ...call.params, to: call.body.group }),
  ),
];

function statesOf({ definition, view }: Snapshot, groupName: string): ResourceStateAnswer[] {
  const group = lookup(definition.groups, groupName);
  const state = lookup(view.groups, groupName);
  return Object.entries(state?.resources ?? {}).map(([name, resource]) => ({
    name,
    group: groupName,
    ...resource,
    dependsOn: resource.dependsOn.map((item) => (typeof item === "string" ? item : [...item])),
    owner: state?.owner ?? null,
    possibleOwners: [...(lookup(group?.resources ?? {}, name)?.possibleOwners ?? [])],
  }));
}
