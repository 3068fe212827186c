import type { Conformance, Row } from "./row.ts";

const description = { Description: "of a test" };
const wrongScope = { params: { scope: "secret" }, code: "invalid-request" } as const;
const notAnObject = { body: [], code: "invalid-request" } as const;
const notJson = { body: "{", code: "not-json" } as const;

/** The three routes of one kind: `gone` names an object that is not there, and `code` is what is said of it. */
function rowsOf(id: string, gone: Row["refusal"], settable: Row["success"]): Record<string, Row> {
  const unknown = { body: { Colour: "red" }, code: "invalid-properties" } as const;
  return {
    [`get${id}Properties`]: {
      success: [
        { status: 200 },
        { query: { access: "read-only" }, status: 200 },
        { params: { scope: "private" }, as: "reader", status: 200 },
      ],
      refusal: gone,
      badInput: [wrongScope, { query: { access: "write-only" }, code: "invalid-request" }],
    },
    [`set${id}Properties`]: { success: settable, refusal: unknown, badInput: [wrongScope, notAnObject, notJson] },
    [`validate${id}Properties`]: {
      success: { body: { Colour: "red" }, status: 200 },
      refusal: gone,
      badInput: [wrongScope, notAnObject, notJson],
    },
  };
}

const set: Row["success"] = [
  { body: description, query: { dryRun: "true" }, status: 200 },
  { body: description, status: 200 },
  { body: { Description: null }, status: 200 },
];

export const properties: Conformance = {
  setUp: async ({ ask, cluster, made }) => {
    await ask("POST", `/clusters/${cluster}/resource-types`, { body: { name: "Own", basedOn: "Physical Disk" } });
    made["type"] = "Own";
  },
  rows: {
    ...rowsOf("Cluster", { params: { cluster: "nothing" }, code: "cluster-not-found" }, set),
    ...rowsOf("Node", { params: { node: "NODE9" }, code: "node-not-found" }, set),
    ...rowsOf("Group", { params: { group: "Nothing" }, code: "group-not-found" }, set),
    ...rowsOf("Resource", { params: { resource: "Nothing" }, code: "resource-not-found" }, [
      ...(set as readonly { status: number }[]),
      { params: { scope: "private" }, body: { MtaName: "OTHER" }, status: 200 },
    ]),
    ...rowsOf("ResourceType", { params: { type: "Nothing" }, code: "resource-type-not-found" }, set),
    ...rowsOf("Network", { params: { network: "nothing" }, code: "network-not-found" }, set),
    ...rowsOf(
      "NetInterface",
      { params: { interface: "nothing" }, code: "net-interface-not-found" },
      {
        body: {},
        status: 200,
      },
    ),
  },
};
