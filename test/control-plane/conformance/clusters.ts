import { expect } from "vitest";
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
    getDefinition: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getInformation: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    setMaintenance: {
      success: [
        { body: { on: true }, query: { dryRun: "true" }, status: 200 },
        { body: { on: true }, status: 200 },
        { body: { on: false }, status: 200 },
      ],
      refusal: { body: { on: true }, headers: { "If-Match": '"7"' }, code: "revision-differs" },
      badInput: [
        { body: {}, code: "invalid-request" },
        { body: "{", code: "not-json" },
        { body: { on: true }, headers: { "Idempotency-Key": "two words" }, code: "invalid-request" },
      ],
    },
    destroyCluster: {
      success: [
        { params: { cluster: "conformance-new" }, query: { dryRun: "" }, status: 202 },
        { params: { cluster: "conformance-new" }, query: { force: "true" }, status: 202 },
      ],
      refusal: [{ params: { cluster: "nothing" }, code: "cluster-not-found" }, { code: "group-online" }],
      badInput: { query: { force: "maybe" }, code: "invalid-request" },
    },
    getCluster: {
      success: [
        { status: 200 },
        {
          query: { desiredAccess: "change" },
          as: "operator",
          status: 200,
          after: (_stage, response) => expect(response.headers.get("Granted-Access")).toBe("change"),
        },
      ],
      refusal: [
        { params: { cluster: "nothing" }, code: "cluster-not-found" },
        { query: { desiredAccess: "change" }, as: "reader", code: "forbidden" },
      ],
      badInput: { query: { desiredAccess: "everything" }, code: "invalid-request" },
    },
  },
};
