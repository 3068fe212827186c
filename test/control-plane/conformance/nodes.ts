import { exchange } from "../support.ts";
import type { Conformance } from "./row.ts";

export const nodes: Conformance = {
  setUp: async ({ ask, cluster }) => {
    const definition = exchange(cluster);
    const nodes = { ...definition.nodes, NODE3: { address: "127.0.1.3" } };
    await ask("PUT", `/clusters/${cluster}`, { body: { ...definition, nodes } });
  },
  rows: {
    openSession: {
      success: { headers: { Upgrade: "websocket" }, status: 101 },
      refusal: { code: "upgrade-required" },
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
