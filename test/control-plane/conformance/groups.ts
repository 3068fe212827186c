import type { Conformance } from "./row.ts";

export const groups: Conformance = {
  rows: {
    moveGroup: {
      success: { body: { target: "NODE2" }, status: 202 },
      refusal: [
        { body: { target: "NODE1" }, code: "already-owner" },
        { body: { target: "NODE9" }, code: "node-not-found" },
        { params: { group: "Nothing" }, code: "group-not-found" },
      ],
      badInput: [
        { body: { to: "NODE2" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    bringGroupOnline: {
      success: { status: 202 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    takeGroupOffline: {
      success: { status: 202 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    getSourceAddress: {
      success: [
        { query: { node: "NODE1", destination: "peer.test", protocol: "x410" }, status: 200 },
        { query: { node: "NODE2" }, as: "node", status: 200 },
      ],
      refusal: { query: { node: "NODE1" }, params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: [{ code: "invalid-request" }, { query: { node: "7" }, code: "invalid-request" }],
    },
    getVirtualServer: {
      success: { params: { networkName: "exchvs" }, status: 200 },
      refusal: { params: { networkName: "NOTHING" }, code: "virtual-server-not-found" },
      badInput: { params: { networkName: "7" }, code: "invalid-request" },
    },
    reportAssociation: {
      success: { body: { group: "Exchange", direction: "inbound", state: "accepted" }, status: 200 },
      refusal: { body: { group: "Nothing", direction: "inbound", state: "accepted" }, code: "group-not-found" },
      badInput: [
        { body: { group: "Exchange", direction: "sideways", state: "accepted" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
  },
};
