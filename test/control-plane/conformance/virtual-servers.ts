import type { Conformance } from "./row.ts";

export const virtualServers: Conformance = {
  rows: {
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
    isGroupActive: {
      success: [
        async ({ owner }) => {
          await owner.renew();
          return { query: { node: "NODE1" }, status: 200 };
        },
        { query: { node: "NODE2" }, status: 503 },
      ],
      refusal: { params: { group: "Nothing" }, query: { node: "NODE1" }, code: "group-not-found" },
      badInput: [{ code: "invalid-request" }, { query: { node: "7" }, code: "invalid-request" }],
    },
  },
};
