import type { Conformance } from "./row.ts";

export const resourceTypes: Conformance = {
  rows: {
    listResourceTypes: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    getResourceType: {
      success: { status: 200 },
      refusal: { params: { type: "Nothing" }, code: "resource-type-not-found" },
      badInput: { params: { type: "7" }, code: "invalid-request" },
    },
    createResourceType: {
      success: { body: { name: "Mail Disk", basedOn: "Physical Disk" }, status: 201 },
      refusal: [
        { body: { name: "Mail Disk", basedOn: "Toaster" }, code: "invalid-definition" },
        { body: { name: "IP Address", basedOn: "Physical Disk" }, code: "invalid-definition" },
      ],
      badInput: [
        { body: { name: "Mail Disk" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    deleteResourceType: {
      success: { params: { type: "Mail Disk" }, status: 200 },
      refusal: { params: { type: "IP Address" }, code: "resource-type-not-found" },
      badInput: { params: { type: "7" }, code: "invalid-request" },
    },
  },
};
