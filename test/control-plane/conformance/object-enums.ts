import type { Conformance, Row } from "./row.ts";

function rowOf(types: string, refusal: Row["refusal"]): Row {
  return {
    success: [{ status: 200 }, { query: { types }, as: "reader", status: 200 }],
    refusal,
    badInput: { query: { types: "TOASTERS" }, code: "invalid-request" },
  };
}

export const objectEnums: Conformance = {
  rows: {
    enumerateNode: rowOf("GROUPS", { params: { node: "NODE9" }, code: "node-not-found" }),
    enumerateGroup: rowOf("CONTAINS,nodes", { params: { group: "Nothing" }, code: "group-not-found" }),
    enumerateResource: rowOf("DEPENDS", { params: { resource: "Nothing" }, code: "resource-not-found" }),
    enumerateResourceType: rowOf("RESOURCES", { params: { type: "Nothing" }, code: "resource-type-not-found" }),
    enumerateNetwork: rowOf("NETINTERFACES", { params: { network: "nothing" }, code: "network-not-found" }),
  },
};
