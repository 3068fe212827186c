import {
  acceptedSchema,
  moveRequestSchema,
  observationSchema,
  sourceAddressQuerySchema,
  virtualServerSchema,
} from "../../protocol/http.ts";
import { verdictSchema } from "../../protocol/verdict.ts";
import type { Verdict } from "../../cluster/verdict.ts";
import { answer, refuse } from "../respond.ts";
import { body, operators, readers, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";

export const groupRoutes: readonly Route[] = [
  route(
    {
      id: "moveGroup",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/move",
      summary: "Move a group to a node, or to the best one",
      clusapi: ["MoveClusterGroup"],
      roles: operators,
      body: body(moveRequestSchema),
      answers: { 202: { what: "Under way: the owner takes it offline first", schema: acceptedSchema } },
      problems: [
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
    ({ principal, params, body: { target }, cluster }) =>
      accept(202, cluster, { type: "move", actor: principal.id, group: params.group, target }),
  ),
  route(
    {
      id: "bringGroupOnline",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/online",
      summary: "Bring a group online",
      clusapi: ["OnlineClusterGroup"],
      roles: operators,
      answers: { 202: { what: "Under way", schema: acceptedSchema } },
      problems: ["group-not-found"],
    },
    ({ principal, params, cluster }) =>
      accept(202, cluster, { type: "want", actor: principal.id, group: params.group, wanted: "Online" }),
  ),
  route(
    {
      id: "takeGroupOffline",
      method: "POST",
      path: "/clusters/{cluster}/groups/{group}/offline",
      summary: "Take a group offline",
      clusapi: ["OfflineClusterGroup"],
      roles: operators,
      answers: { 202: { what: "Under way", schema: acceptedSchema } },
      problems: ["group-not-found"],
    },
    ({ principal, params, cluster }) =>
      accept(202, cluster, { type: "want", actor: principal.id, group: params.group, wanted: "Offline" }),
  ),
  route(
    {
      id: "getSourceAddress",
      method: "GET",
      path: "/clusters/{cluster}/groups/{group}/source-address",
      summary: "From which local address may a node open an association for this group, until when, under which name?",
      roles: ["admin", "operator", "reader", "node"],
      query: sourceAddressQuerySchema,
      answers: { 200: { what: "The verdict: BIND, DEFER or DENY", schema: verdictSchema } },
    },
    async ({ principal, params, query: { node }, cluster }) => {
      const notYours: Verdict = { decision: "DENY", reason: "not-your-node" };
      if (principal.role === "node" && principal.node !== node) return answer(200, notYours);
      return answer(200, await cluster().sourceAddress(params.group, node));
    },
  ),
  route(
    {
      id: "getVirtualServer",
      method: "GET",
      path: "/clusters/{cluster}/virtual-servers/{networkName}",
      summary: "Where a virtual server is, for a caller from outside",
      roles: readers,
      answers: { 200: { what: "Its address and owner", schema: virtualServerSchema } },
      problems: ["virtual-server-not-found"],
    },
    async ({ params, cluster }) => {
      const server = await cluster().virtualServer(params.networkName);
      return server === null
        ? refuse("virtual-server-not-found", "network names are compared without regard to case")
        : answer(200, server);
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
      problems: ["group-not-found", "rate-limited"],
    },
    ({ principal, body: { partner, ...seen }, cluster }) => {
      const reporter = principal.role === "partner" ? principal.partner : principal.id;
      const association = { ...seen, partner: partner ?? reporter };
      return accept(200, cluster, { type: "observe", actor: principal.id, association, reporter });
    },
  ),
];
