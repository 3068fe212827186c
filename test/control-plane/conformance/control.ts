import type { Conformance, Row } from "./row.ts";

function rowOf(success: Row["success"], gone: Row["refusal"]): Row {
  return {
    success,
    refusal: [
      ...(Array.isArray(gone) ? gone : [gone]),
      { params: { code: "STORAGE_GET_DISK_INFO" }, code: "control-code-not-supported" },
    ] as Row["refusal"],
    badInput: [
      { params: { code: "a-b" }, code: "invalid-request" },
      { body: "{", code: "not-json" },
    ],
  };
}

const read = { params: { code: "GET_COMMON_PROPERTIES" }, as: "reader", status: 200 } as const;
const unknown = { params: { code: "DANCE" }, code: "unknown-control-code" } as const;

export const control: Conformance = {
  rows: {
    controlCluster: rowOf(
      [read, { params: { code: "SET_COMMON_PROPERTIES" }, body: { Description: "x" }, status: 200 }],
      [unknown, { params: { code: "SET_COMMON_PROPERTIES" }, as: "reader", body: {}, code: "forbidden" }] as never,
    ),
    controlNode: rowOf(read, { params: { node: "NODE9", code: "GET_ID" }, code: "node-not-found" }),
    controlGroup: rowOf(read, { params: { group: "Nothing", code: "GET_ID" }, code: "group-not-found" }),
    controlResource: rowOf(
      [
        read,
        { params: { code: "0x01000081" }, status: 200 },
        { params: { code: "CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES" }, body: { MtaName: "OTHER" }, status: 200 },
      ],
      { params: { resource: "Nothing", code: "GET_ID" }, code: "resource-not-found" },
    ),
    controlResourceType: rowOf(read, {
      params: { type: "Nothing", code: "GET_CLASS_INFO" },
      code: "resource-type-not-found",
    }),
    controlNetwork: rowOf(read, { params: { network: "nothing", code: "GET_ID" }, code: "network-not-found" }),
    controlNetInterface: rowOf(read, {
      params: { interface: "nothing", code: "GET_NODE" },
      code: "net-interface-not-found",
    }),
  },
};
