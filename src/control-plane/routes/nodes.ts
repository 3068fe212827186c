import { lookup } from "../../cluster/definition/definition.ts";
import {
  nodeRequestSchema,
  pauseRequestSchema,
  releaseRequestSchema,
  resumeRequestSchema,
} from "../../protocol/requests.ts";
import { acceptedSchema } from "../../protocol/changes.ts";
import { nodeSetSchema, nodeStateSchema } from "../../protocol/objects.ts";
import { sessionProtocol, sessionSubprotocol } from "../../protocol/session-version.ts";
import { accessQuerySchema } from "../access.ts";
import { answer, passOn, refuse } from "../respond.ts";
import { body, operators, question, readers, route, type Route } from "../route.ts";
import { accept } from "./accept.ts";
import { changeQuerySchema, changing, createdNow, doneNow, underWay } from "./change.ts";
import { found, snapshotOf } from "./snapshot.ts";

export const nodeRoutes: readonly Route[] = [
  question(
    {
      id: "listNodes",
      method: "GET",
      path: "/clusters/{cluster}/nodes",
      summary: "The nodes and how they are",
      roles: readers,
      answers: { 200: { what: "Each by its name", schema: nodeSetSchema } },
      problems: ["cluster-not-defined"],
    },
    () => snapshotOf(({ view }) => answer(200, { nodes: view.nodes })),
  ),
  question(
    {
      id: "getNode",
      method: "GET",
      path: "/clusters/{cluster}/nodes/{node}",
      summary:
        "A node: its state, its lease, what it owns. Its name is its id; `clusterState` is that of NODE_CLUSTER_STATE",
      clusapi: [
        "OpenClusterNode",
        "OpenClusterNodeEx",
        "GetClusterNodeState",
        "GetClusterNodeId",
        "GetNodeClusterState",
      ],
      roles: ["admin", "operator", "reader", "node"],
      ownNode: true,
      query: accessQuerySchema,
      answers: { 200: { what: "The node", schema: nodeStateSchema } },
      problems: ["cluster-not-defined", "node-not-found"],
    },
    (call) =>
      snapshotOf(({ view }) =>
        found(view.nodes, call.params.node, "node-not-found", (node) =>
          answer(200, {
            name: call.params.node,
            ...node,
            clusterState: node.state === "Down" || node.state === "Unknown" ? "NotRunning" : "Running",
            owns: Object.keys(view.groups).filter((name) => lookup(view.groups, name)?.owner === call.params.node),
          }),
        ),
      ),
  ),
  route(
    {
      id: "addNode",
      method: "POST",
      path: "/clusters/{cluster}/nodes",
      summary: "Add a node; its agent joins with a token of the role node",
      clusapi: ["AddClusterNode"],
      ...changing,
      query: changeQuerySchema,
      body: body(nodeRequestSchema),
      answers: createdNow,
      problems: ["cluster-not-defined", "invalid-definition", "node-exists"],
    },
    (call) => {
      const { name, ...definition } = call.body;
      const edit = { kind: "add-node", node: name, definition } as const;
      return accept(201, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "evictNode",
      method: "DELETE",
      path: "/clusters/{cluster}/nodes/{node}",
      summary: "Evict a node: its groups go elsewhere, and it may join no more",
      clusapi: ["EvictClusterNode", "EvictClusterNodeEx"],
      ...changing,
      query: changeQuerySchema,
      answers: underWay,
      problems: ["cluster-not-defined", "invalid-definition", "node-not-found", "last-possible-owner"],
    },
    (call) => {
      const edit = { kind: "remove-node", node: call.params.node } as const;
      return accept(202, call, { type: "edit", actor: call.principal.id, edit, force: false });
    },
  ),
  route(
    {
      id: "openSession",
      method: "GET",
      path: "/clusters/{cluster}/nodes/{node}/session",
      summary: `The session of a node's agent (WebSocket). Its subprotocol is its version: ${sessionSubprotocol(sessionProtocol)}`,
      roles: ["node"],
      ownNode: true,
      lifeline: true,
      answers: { 101: { what: "The session's connection" } },
      problems: ["upgrade-required", "session-version-newer", "session-version-older", "too-many-sessions"],
    },
    async ({ request, principal, params, cluster }) => {
      if (request.headers.get("Upgrade") !== "websocket") {
        return refuse("upgrade-required", "a session is a WebSocket", { headers: { Upgrade: "websocket" } });
      }
      const url = new URL("https://cluster/session");
      url.searchParams.set("node", params.node);
      url.searchParams.set("token", principal.id);
      const headers = new Headers({ Upgrade: "websocket" });
      const offered = request.headers.get("Sec-WebSocket-Protocol");
      if (offered !== null) headers.set("Sec-WebSocket-Protocol", offered);
      return passOn(await cluster().fetch(new Request(url, { headers })));
    },
  ),
  route(
    {
      id: "pauseNode",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/pause",
      summary: "Let a node own nothing more; with `drain`, which is the default, its groups go elsewhere as well",
      clusapi: ["PauseClusterNode", "PauseClusterNodeEx"],
      ...changing,
      query: changeQuerySchema,
      body: body(pauseRequestSchema),
      answers: underWay,
      problems: ["cluster-not-defined", "node-not-found", "node-not-up"],
    },
    (call) => accept(202, call, { type: "pause", actor: call.principal.id, node: call.params.node, ...call.body }),
  ),
  route(
    {
      id: "resumeNode",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/resume",
      summary: "Let a paused node own groups again, and end its quarantine",
      clusapi: ["ResumeClusterNode", "ResumeClusterNodeEx"],
      ...changing,
      query: changeQuerySchema,
      body: body(resumeRequestSchema),
      answers: doneNow,
      problems: ["cluster-not-defined", "node-not-found"],
    },
    (call) => accept(200, call, { type: "resume", actor: call.principal.id, node: call.params.node, ...call.body }),
  ),
  route(
    {
      id: "confirmNodeDown",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/confirm-down",
      summary:
        "Say that a host is certainly off: what it owned ends now. If it lives, two hosts speak from one address",
      ...changing,
      roles: operators,
      query: changeQuerySchema,
      answers: doneNow,
      problems: ["cluster-not-defined", "node-not-found", "node-is-connected"],
    },
    (call) => accept(200, call, { type: "confirm-down", actor: call.principal.id, node: call.params.node }),
  ),
  route(
    {
      id: "releaseHolds",
      method: "POST",
      path: "/clusters/{cluster}/nodes/{node}/release",
      summary: "The guard's word that all is offline under these epochs, and was verified to be",
      roles: ["node"],
      ownNode: true,
      lifeline: true,
      body: body(releaseRequestSchema),
      answers: { 200: { what: "These ownerships are over", schema: acceptedSchema } },
      problems: ["cluster-not-defined", "node-not-found", "run-not-known"],
    },
    (call) => {
      const { incarnation, epochs: holds } = call.body;
      return accept(200, call, {
        type: "release",
        actor: call.principal.id,
        node: call.params.node,
        incarnation,
        holds,
      });
    },
  ),
];
