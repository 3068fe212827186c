import { exchange } from "../support.ts";
import type { Conformance } from "./row.ts";

export const clusters: Conformance = {
  rows: {
    listClusters: {
      success: { status: 200 },
      refusal: { without: "the admin may always know which clusters there are" },
      badInput: { without: "it takes no parameter" },
    },
    putCluster: {
      success: [
        { params: { cluster: "conformance-new" }, body: exchange("conformance-new"), status: 201 },
        { params: { cluster: "conformance-new" }, body: exchange("conformance-new"), status: 200 },
      ],
      refusal: [
        { body: exchange("another"), code: "cluster-name-differs" },
        ({ cluster }) => ({ body: exchange(cluster), headers: { "If-Match": '"7"' }, code: "revision-differs" }),
      ],
      badInput: [
        { body: {}, code: "invalid-definition" },
        { body: "{", code: "not-json" },
        ({ cluster }) => ({ body: exchange(cluster), headers: { "If-Match": "7" }, code: "invalid-request" }),
      ],
    },
    getCluster: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
  },
};
