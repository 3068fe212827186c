import type { Conformance } from "./row.ts";

export const metrics: Conformance = {
  rows: {
    getClusterMetrics: {
      success: [{ status: 200 }, { as: "reader", status: 200 }],
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getMetrics: {
      success: { status: 200 },
      refusal: { without: "the admin may always know how many clusters there are" },
      badInput: { without: "it takes no parameter, so there is nothing to misunderstand" },
    },
  },
};
