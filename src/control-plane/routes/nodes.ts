import { acceptedSchema, pauseRequestSchema, releaseRequestSchema } from "../../protocol/http.ts";
import { passOn, refuse } from "../respond.ts";
import { body, operators, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";

export const nodeRoutes: readonly Route[] = [
  route(
    {
      id: "openSession",
      method: "GET",
      path: "/clusters/{cluster}/nodes/{node}/session",
      summary: "The session of a node's agent (WebSocket)",
      roles: ["node"],
      ownNode: true,
      answers: { 101: { what: "The session's connection" } },
      problems: ["upgrade-required", "too-many-sessions"],
    },
    async ({ request, principal, params, cluster }) => {
      if (request.headers.get("Upgrade") !== "websocket") {
        return refuse("upgrade-required", "a session is a WebSocket", { headers: { Upgrade: "websocket" } });
      }
      const url = new URL("https://cluster/session");
      url.searchParams.set("node", params.node);
      url.searchParams.set("token", principal.id);
      return passOn(await cluster().fetch(new Request(url, { headers: { Upgrade: "websocket" } })));
    },
  ),
  route(
    {
      id: "pauseNode",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/pause",
      summary: "Let a node own nothing: its groups go elsewhere",
      clusapi: ["PauseClusterNode"],
      roles: operators,
      body: body(pauseRequestSchema),
      answers: { 202: { what: "Under way", schema: acceptedSchema } },
      problems: ["node-not-found"],
    },
    ({ principal, params, body: { drain }, cluster }) =>
      accept(202, cluster, { type: "pause", actor: principal.id, node: params.node, drain }),
  ),
  route(
    {
      id: "resumeNode",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/resume",
      summary: "Let a paused node own groups again",
      clusapi: ["ResumeClusterNode"],
      roles: operators,
      answers: { 200: { what: "Done", schema: acceptedSchema } },
      problems: ["node-not-found"],
    },
    ({ principal, params, cluster }) =>
      accept(200, cluster, { type: "resume", actor: principal.id, node: params.node }),
  ),
  route(
    {
      id: "confirmNodeDown",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/confirm-down",
      summary:
        "Say that a host is certainly off: what it owned ends now. If it lives, two hosts speak from one address",
      roles: operators,
      answers: { 200: { what: "Done", schema: acceptedSchema } },
      problems: ["node-not-found", "node-is-connected"],
    },
    ({ principal, params, cluster }) =>
      accept(200, cluster, { type: "confirm-down", actor: principal.id, node: params.node }),
  ),
  route(
    {
      id: "releaseHolds",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/release",
      summary: "The guard's word that all is offline under these epochs, and was verified to be",
      roles: ["node"],
      ownNode: true,
      body: body(releaseRequestSchema),
      answers: { 200: { what: "These ownerships are over", schema: acceptedSchema } },
      problems: ["node-not-found", "run-not-known"],
    },
    ({ principal, params, body: { incarnation, epochs }, cluster }) =>
      accept(200, cluster, { type: "release", actor: principal.id, node: params.node, incarnation, holds: epochs }),
  ),
];
