import type { Conformance } from "./row.ts";

export const events: Conformance = {
  rows: {
    getEvents: {
      success: [{ status: 200 }, { query: { after: "1", limit: "2" }, as: "reader", status: 200 }],
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: [
        { query: { after: "-1" }, code: "invalid-request" },
        { query: { limit: "0" }, code: "invalid-request" },
      ],
    },
    getFailovers: {
      success: [{ status: 200 }, { query: { group: "Exchange", limit: "1" }, as: "reader", status: 200 }],
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { query: { limit: "0" }, code: "invalid-request" },
    },
    watchEvents: {
      success: [
        { headers: { Upgrade: "websocket" }, status: 101 },
        { headers: { Accept: "text/event-stream" }, query: { after: "0" }, status: 200 },
      ],
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { query: { after: "now" }, code: "invalid-request" },
    },
  },
};
