import type { Conformance } from "./row.ts";

const none = { params: { cluster: "nothing" }, code: "cluster-not-found" } as const;
const readsAll = { without: "a name that is none is the name of no cluster, and it takes nothing else" } as const;

export const networks: Conformance = {
  rows: {
    listNetworks: { success: { status: 200 }, refusal: none, badInput: readsAll },
    getNetwork: {
      success: { status: 200 },
      refusal: { params: { network: "nothing" }, code: "network-not-found" },
      badInput: { params: { network: "7" }, code: "invalid-request" },
    },
    createNetwork: {
      success: { body: { name: "second", cidr: "192.0.2.0/24" }, status: 201 },
      refusal: [
        { body: { name: "CLIENT", cidr: "192.0.2.0/24" }, code: "network-exists" },
        { body: { name: "second", cidr: "192.0.2.0" }, code: "invalid-definition" },
      ],
      badInput: [
        { body: { name: "second" }, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    deleteNetwork: {
      success: { params: { network: "second" }, status: 200 },
      refusal: [{ code: "network-in-use" }, { params: { network: "nothing" }, code: "network-not-found" }],
      badInput: { params: { network: "7" }, code: "invalid-request" },
    },
    orderNetworks: {
      success: { body: { networks: ["client"] }, status: 200 },
      refusal: { body: { networks: ["nothing"] }, code: "network-not-found" },
      badInput: [
        { body: {}, code: "invalid-request" },
        { body: "{", code: "not-json" },
      ],
    },
    listNetInterfaces: { success: { status: 200 }, refusal: none, badInput: readsAll },
    getNetInterface: {
      success: { status: 200 },
      refusal: { params: { interface: "nothing" }, code: "net-interface-not-found" },
      badInput: { params: { interface: "7" }, code: "invalid-request" },
    },
    findNetInterface: {
      success: { status: 200 },
      refusal: { params: { node: "NODE9" }, code: "net-interface-not-found" },
      badInput: { params: { node: "7" }, code: "invalid-request" },
    },
  },
};
