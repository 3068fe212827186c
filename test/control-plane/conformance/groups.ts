import type { Conformance } from "./row.ts";

export const groups: Conformance = {
  rows: {
    listGroups: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getGroup: {
      success: { status: 200 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    createGroup: {
      success: [
        { body: { name: "Second" }, headers: { "Idempotency-Key": "once" }, status: 201 },
        { body: { name: "Second" }, headers: { "Idempotency-Key": "once" }, status: 201 },
        { body: { name: "Third", resources: { Disk: { type: "Physical Disk" } } }, status: 201 },
      ],
      refusal: [
        { body: { name: "EXCHANGE" }, code: "group-exists" },
        { body: { name: "Second", dependsOn: ["Nothing"] }, code: "invalid-definition" },
      ],
      badInput: [
        { body: {}, code: "invalid-request" },
        { body: { name: "Second", members: [] }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    deleteGroup: {
      success: [
        { params: { group: "Second" }, query: { force: "" }, status: 202 },
        { params: { group: "Third" }, query: { recursive: "true", force: "true" }, status: 202 },
      ],
      refusal: [
        { params: { group: "Nothing" }, code: "group-not-found" },
        { code: "group-not-empty" },
        { query: { recursive: "true" }, code: "group-online" },
      ],
      badInput: { query: { recursive: "2" }, code: "invalid-request" },
    },
    moveGroup: {
      success: [
        { body: { target: "NODE2" }, query: { dryRun: "true" }, status: 202 },
        { body: { target: "NODE2", at: "2100-01-01T00:00:00Z" }, status: 202 },
        { body: { target: "NODE2" }, status: 202 },
      ],
      refusal: [
        { body: { target: "NODE1" }, code: "already-owner" },
        { body: { target: "NODE9" }, code: "node-not-found" },
        { params: { group: "Nothing" }, code: "group-not-found" },
      ],
      badInput: [
        { body: { to: "NODE2" }, code: "invalid-request" },
        { body: { at: "tomorrow" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    cancelGroupMove: {
      success: { status: 200 },
      refusal: [{ code: "nothing-to-cancel" }, { params: { group: "Nothing" }, code: "group-not-found" }],
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    getPreferredOwners: {
      success: { status: 200 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    setPreferredOwners: {
      success: { body: { owners: ["NODE2", "NODE1"] }, status: 200 },
      refusal: [
        { body: { owners: ["NODE9"] }, code: "invalid-definition" },
        { params: { group: "Nothing" }, body: { owners: [] }, code: "group-not-found" },
      ],
      badInput: [
        { body: { owners: "NODE1" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    setGroupDependencies: {
      success: { body: { dependsOn: [] }, status: 200 },
      refusal: [
        { body: { dependsOn: ["Exchange"] }, code: "invalid-definition" },
        { params: { group: "Nothing" }, body: { dependsOn: [] }, code: "group-not-found" },
      ],
      badInput: [
        { body: {}, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    bringGroupOnline: {
      success: { status: 202 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    takeGroupOffline: {
      success: { status: 202 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    reportAssociation: {
      success: { body: { group: "Exchange", direction: "inbound", state: "accepted" }, status: 200 },
      refusal: { body: { group: "Nothing", direction: "inbound", state: "accepted" }, code: "group-not-found" },
      badInput: [
        { body: { group: "Exchange", direction: "sideways", state: "accepted" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
  },
};
