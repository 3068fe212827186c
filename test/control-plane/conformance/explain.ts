import type { Conformance } from "./row.ts";

export const explain: Conformance = {
  rows: {
    explainGroup: {
      success: { status: 200 },
      refusal: [
        { params: { group: "nothing" }, code: "group-not-found" },
        { params: { cluster: "nothing" }, code: "cluster-not-found" },
      ],
      badInput: { without: "a name that is none is the name of no group, and it takes nothing else" },
    },
  },
};
