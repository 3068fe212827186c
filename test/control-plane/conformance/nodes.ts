import { exchange } from "../support.ts";
import type { Conformance } from "./row.ts";

export const nodes: Conformance = {
  setUp: async ({ ask, cluster }) => {
    const definition = exchange(cluster);
    const nodes = { ...definition.nodes, NODE3: { address: "127.0.1.3" } };
    await ask("PUT", `/clusters/${cluster}`, { body: { ...definition, nodes } });
  },
  rows: {
    listNodes: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getNode: {
      success: [{ status: 200 }, { as: "node", status: 200 }],
      refusal: { params: { node: "NODE9" }, code: "node-not-found" },
      badInput: { params: { node: "7" }, code: "invalid-request" },
    },
    addNode: {
      success: [
        { body: { name: "NODE4", address: "127.0.1.4" }, query: { dryRun: "true" }, status: 201 },
        { body: { name: "NODE4", address: "127.0.1.4" }, status: 201 },
      ],
      refusal: [
        { body: { name: "node1", address: "127.0.1.4" }, code: "node-exists" },
        { body: { name: "NODE4", address: "127.0.1.1" }, code: "invalid-definition" },
      ],
      badInput: [
        { body: { name: "NODE4" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    evictNode: {
      success: { params: { node: "NODE4" }, status: 202 },
      refusal: { params: { node: "NODE9" }, code: "node-not-found" },
      badInput: { params: { node: "7" }, code: "invalid-request" },
    },
    openSession: {
      success: { headers: { Upgrade: "websocket" }, status: 101 },
      refusal: [
        { code: "upgrade-required" },
        {
          headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": "bridgehead-session.3" },
          code: "session-version-newer",
        },
        {
          headers: { Upgrade: "websocket", "Sec-WebSocket-Protocol": "bridgehead-session.0" },
          code: "session-version-older",
        },
      ],
      badInput: { without: "the node in the path is the token's own, so it has been read before" },
    },
    pauseNode: {
      success: [{ body: { drain: false }, status: 202 }, { status: 202 }],
      refusal: { params: { node: "NODE9" }, code: "node-not-found" },
      badInput: [
        { body: { drain: 7 }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    resumeNode: {
      success: { status: 200 },
      refusal: { params: { node: "NODE9" }, code: "node-not-found" },
      badInput: { params: { node: "7" }, code: "invalid-request" },
    },
    confirmNodeDown: {
      success: { params: { node: "NODE3" }, status: 200 },
      refusal: [{ code: "node-is-connected" }, { params: { node: "NODE9" }, code: "node-not-found" }],
      badInput: { params: { node: "7" }, code: "invalid-request" },
    },
    releaseHolds: {
      success: ({ owner }) => ({
        body: { incarnation: owner.incarnation, epochs: owner.groups.map(({ group, epoch }) => ({ group, epoch })) },
        status: 200,
      }),
      refusal: {
        body: { incarnation: "no-such-run", epochs: [{ group: "Exchange", epoch: 1 }] },
        code: "run-not-known",
      },
      badInput: [
        { body: { incarnation: "run", epochs: [] }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
  },
};
