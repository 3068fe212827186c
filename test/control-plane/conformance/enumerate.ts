import type { Conformance } from "./row.ts";

export const enumerate: Conformance = {
  rows: {
    enumerateCluster: {
      success: [{ status: 200 }, { query: { types: "NODE,GROUP", limit: "1" }, status: 200 }],
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { query: { types: "TOASTER" }, code: "invalid-request" },
    },
  },
};
