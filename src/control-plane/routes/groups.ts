import { acceptedSchema } from "../../protocol/changes.ts";
import {
  groupDependenciesRequestSchema,
  groupRemovalQuerySchema,
  groupRequestSchema,
  moveRequestSchema,
  ownersRequestSchema,
} from "../../protocol/requests.ts";
import { observationSchema } from "../../protocol/virtual-servers.ts";
import { groupSetSchema, groupStateSchema, ownersAnswerSchema } from "../../protocol/objects.ts";
import { accessQuerySchema } from "../access.ts";
import { answer } from "../respond.ts";
import { body, question, readers, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";
import { changeQuerySchema, changing, createdNow, doneNow, underWay } from "./change.ts";
import { found, snapshotOf } from "./snapshot.ts";

export const groupRoutes: readonly Route[] = [
  question(
    {
      id: "listGroups",
      method: "GET",
      path: "/clusters/{cluster}/groups",
      summary: "The groups and how they are",
      roles: readers,
      answers: { 200: { what: "Each by its name", schema: groupSetSchema } },
      problems: ["cluster-not-defined"],
    },
    () => snapshotOf(({ view }) => answer(200, { groups: view.groups })),
  ),
  question(
    {
      id: "getGroup",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}",
      summary: "A group: its state, its owner and epoch, its resources, what is planned for it",
      clusapi: ["OpenClusterGroup", "OpenClusterGroupEx", "GetClusterGroupState"],
      roles: readers,
      query: accessQuerySchema,
      answers: { 200: { what: "The group", schema: groupStateSchema } },
      problems: ["cluster-not-defined", "group-not-found"],
    },
    (call) =>
      snapshotOf(({ view }) =>
        found(view.groups, call.params.group, "group-not-found", (group) =>
          answer(200, { name: call.params.group, ...group }),
        ),
      ),
  ),
  route(
    {
      id: "createGroup",
      method: "POST",
      path: "/clusters/{cluster}/groups",
      summary: "Create a group, with resources or without",
      clusapi: ["CreateClusterGroup", "CreateClusterGroupEx"],
      ...changing,
      query: changeQuerySchema,
      body: body(groupRequestSchema),
      answers: createdNow,
      problems: ["cluster-not-defined", "invalid-definition", "group-exists"],
    },
    (call) => {
      const { name, ...definition } = call.body;
      const edit = { kind: "add-group", group: name, definition } as const;
      return accept(201, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "deleteGroup",
      method: "DELETE",
      path: "/clusters/{cluster}/groups/{group}",
      summary: "Delete a group; with `recursive`, its resources too. One that is not offline needs `force`",
      clusapi: ["DeleteClusterGroup", "DestroyClusterGroup"],
      ...changing,
      query: groupRemovalQuerySchema,
      answers: underWay,
      problems: ["cluster-not-defined", "invalid-definition", "group-not-found", "group-not-empty", "group-online"],
    },
    (call) => {
      const { recursive, force } = call.query;
      const edit = { kind: "remove-group", group: call.params.group, recursive } as const;
      return accept(202, call, { type: "edit", actor: call.principal.id, edit, force });
    },
  ),
  route(
    {
      id: "moveGroup",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/move",
      summary: "Move a group to a node, or to the best one; now, or `at` a time",
      clusapi: ["MoveClusterGroup", "MoveClusterGroupEx"],
      ...changing,
      query: changeQuerySchema,
      body: body(moveRequestSchema),
      answers: underWay,
      problems: [
        "cluster-not-defined",
        "group-not-found",
        "node-not-found",
        "node-not-possible-owner",
        "node-not-up",
        "no-other-owner",
        "already-owner",
        "group-not-owned",
        "group-in-transition",
      ],
    },
    (call) => accept(202, call, { type: "move", actor: call.principal.id, group: call.params.group, ...call.body }),
  ),
  route(
    {
      id: "cancelGroupMove",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/cancel",
      summary: "Call off a move that waits for its time, or one that is under way and can still stay",
      clusapi: ["CancelClusterGroupOperation"],
      ...changing,
      query: changeQuerySchema,
      answers: doneNow,
      problems: ["cluster-not-defined", "group-not-found", "nothing-to-cancel"],
    },
    (call) => accept(200, call, { type: "cancel", actor: call.principal.id, group: call.params.group }),
  ),
  ...(["Online", "Offline"] as const).map((wanted) =>
    route(
      {
        id: wanted === "Online" ? "bringGroupOnline" : "takeGroupOffline",
        method: "POST",
        path: `/clusters/{cluster}/groups/{group}/${wanted === "Online" ? "online" : "offline"}`,
        summary:
          wanted === "Online"
            ? "Bring a group online, and try again what has failed"
            : "Take a group offline; its owner stays its owner",
        clusapi: [`${wanted}ClusterGroup`, `${wanted}ClusterGroupEx`],
        ...changing,
        query: changeQuerySchema,
        answers: underWay,
        problems: ["cluster-not-defined", "group-not-found"],
      },
      (call) =>
        accept(202, call, { type: "want", actor: call.principal.id, group: call.params["group"] ?? "", wanted }),
    ),
  ),
  question(
    {
      id: "getPreferredOwners",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/preferred-owners",
      summary: "The nodes that shall own a group, the first one rather than the second",
      roles: readers,
      answers: { 200: { what: "Names of nodes, in order", schema: ownersAnswerSchema } },
      problems: ["cluster-not-defined", "group-not-found"],
    },
    (call) =>
      snapshotOf(({ definition }) =>
        found(definition.groups, call.params.group, "group-not-found", ({ preferredOwners }) =>
          answer(200, { owners: preferredOwners }),
        ),
      ),
  ),
  route(
    {
      id: "setPreferredOwners",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/preferred-owners",
      summary: "Say which nodes shall own a group, in their order",
      clusapi: ["SetClusterGroupNodeList"],
      ...changing,
      query: changeQuerySchema,
      body: body(ownersRequestSchema),
      answers: doneNow,
      problems: ["cluster-not-defined", "invalid-definition", "group-not-found"],
    },
    (call) => {
      const edit = { kind: "prefer-owners", group: call.params.group, owners: call.body.owners } as const;
      return accept(200, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "setGroupDependencies",
      method: "PUT",
      path: "/clusters/{cluster}/groups/{group}/dependencies",
      summary: "Say which groups must be online before this one comes online",
      ...changing,
      query: changeQuerySchema,
      body: body(groupDependenciesRequestSchema),
      answers: doneNow,
      problems: ["cluster-not-defined", "invalid-definition", "group-not-found"],
    },
    (call) => {
      const edit = { kind: "order-after-groups", group: call.params.group, dependsOn: call.body.dependsOn } as const;
      return accept(200, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "reportAssociation",
      method: "POST",
      path: "/clusters/{cluster}/associations",
      summary: "What a mail system outside of the cluster saw: the only thing that a partner's token is for",
      roles: ["partner"],
      body: body(observationSchema),
      answers: { 200: { what: "Noted", schema: acceptedSchema } },
      problems: ["cluster-not-defined", "group-not-found", "rate-limited"],
    },
    (call) => {
      const { partner, ...seen } = call.body;
      const reporter = call.principal.role === "partner" ? call.principal.partner : call.principal.id;
      const association = { ...seen, partner: partner ?? reporter };
      return accept(200, call, { type: "observe", actor: call.principal.id, association, reporter });
    },
  ),
];
