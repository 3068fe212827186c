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
    simulate: {
      success: [
        { body: { script: [{ do: "move", group: "Exchange" }, { do: "pass" }] }, status: 200 },
        { body: { script: [] }, as: "reader", status: 200 },
      ],
      refusal: [
        { body: { script: Array(50).fill({ do: "pass", ms: 3_600_000 }) }, code: "simulation-too-large" },
        { params: { cluster: "nothing" }, body: { script: [] }, code: "cluster-not-found" },
      ],
      badInput: [
        { body: { script: [{ do: "explode" }] }, code: "invalid-request" },
        { body: { script: Array(51).fill({ do: "pass" }) }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
  },
};
