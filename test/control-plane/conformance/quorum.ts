import type { Conformance } from "./row.ts";

export const quorum: Conformance = {
  rows: {
    getQuorum: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getSelf: {
      success: [{ status: 200 }, { as: "node", status: 200 }, { as: "partner", status: 200 }],
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
  },
};
