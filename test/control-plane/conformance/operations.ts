import type { Accepted } from "../../../src/protocol/changes.ts";
import type { Conformance } from "./row.ts";

export const operations: Conformance = {
  rows: {
    listOperations: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getOperation: {
      success: [
        async ({ ask, cluster }) => {
          const accepted = await ask("POST", `/clusters/${cluster}/groups/Exchange/offline`);
          const { operation } = (await accepted.json()) as Accepted;
          return { params: { operation: operation?.id ?? "none" }, query: { waitMs: "20" }, status: 200 };
        },
      ],
      refusal: { code: "operation-not-found" },
      badInput: [
        { params: { operation: "x" }, code: "invalid-request" },
        { query: { waitMs: "30001" }, code: "invalid-request" },
      ],
    },
  },
};
