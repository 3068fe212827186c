import type { Conformance, Row } from "./row.ts";

const nothing = { params: { resource: "Nothing" } } as const;
const notAName = { params: { resource: "7" }, code: "invalid-request" } as const;
const noBody = { body: "{", code: "not-json" } as const;

/** A question about one resource that takes nothing else. */
const read: Row = {
  success: { status: 200 },
  refusal: [
    { ...nothing, code: "resource-not-found" },
    { params: { group: "Nothing" }, code: "group-not-found" },
  ],
  badInput: notAName,
};

/** A command to one resource that takes nothing else, and what it is refused with where there is nothing to command. */
const command = (
  success: Row["success"],
  refusal: Row["refusal"] = { ...nothing, code: "resource-not-found" },
): Row => ({
  success,
  refusal,
  badInput: [notAName, { query: { dryRun: "perhaps" }, code: "invalid-request" }],
});

export const resources: Conformance = {
  rows: {
    listResources: {
      success: { status: 200 },
      refusal: { params: { cluster: "nothing" }, code: "cluster-not-found" },
      badInput: { without: "a name that is none is the name of no cluster, and it takes nothing else" },
    },
    listGroupResources: {
      success: { status: 200 },
      refusal: { params: { group: "Nothing" }, code: "group-not-found" },
      badInput: { params: { group: "7" }, code: "invalid-request" },
    },
    getResource: read,
    createResource: {
      success: { body: { name: "Disk F:", type: "Physical Disk" }, status: 201 },
      refusal: [
        { body: { name: "exchange ip", type: "Physical Disk" }, code: "resource-exists" },
        { body: { name: "Disk F:", type: "Toaster" }, code: "invalid-definition" },
      ],
      badInput: [{ body: { name: "Disk F:" }, code: "invalid-request" }, noBody],
    },
    deleteResource: command({ params: { resource: "Disk F:" }, status: 202 }, [
      { ...nothing, code: "resource-not-found" },
      { params: { resource: "Exchange IP" }, code: "resource-in-use" },
    ]),
    failResource: command({ query: { dryRun: "true" }, status: 202 }, [
      { ...nothing, code: "resource-not-found" },
      { params: { group: "Nothing" }, code: "group-not-found" },
    ]),
    restartResource: command({ status: 202 }),
    bringResourceOnline: command({ status: 202 }),
    takeResourceOffline: command({ status: 202 }),
    changeResourceGroup: {
      success: { params: { resource: "Disk E:" }, body: { group: "Exchange" }, status: 202 },
      refusal: [
        { body: { group: "Nothing" }, code: "group-not-found" },
        { ...nothing, body: { group: "Exchange" }, code: "resource-not-found" },
      ],
      badInput: [{ body: {}, code: "invalid-request" }, noBody],
    },
    getPossibleOwners: read,
    setPossibleOwners: {
      success: { body: { owners: ["NODE1", "NODE2"] }, status: 202 },
      refusal: { body: { owners: ["NODE9"] }, code: "invalid-definition" },
      badInput: [{ body: {}, code: "invalid-request" }, noBody],
    },
    addPossibleOwner: command({ params: { node: "NODE2" }, status: 200 }, [
      { params: { resource: "Nothing", node: "NODE2" }, code: "resource-not-found" },
    ]),
    removePossibleOwner: command({ params: { node: "NODE2" }, status: 202 }),
    getDependencies: read,
    setDependencies: {
      success: [
        { body: { dependsOn: "[Exchange Name] and [Disk E:]" }, status: 200 },
        { body: { dependsOn: ["Exchange Name", "Disk E:"] }, status: 200 },
      ],
      refusal: [
        { body: { dependsOn: ["Nothing"] }, code: "invalid-definition" },
        { ...nothing, body: { dependsOn: [] }, code: "resource-not-found" },
      ],
      badInput: [{ body: { dependsOn: "[Exchange Name] and" }, code: "invalid-request" }, noBody],
    },
    addDependency: command({ status: 200 }, [
      { params: { on: "Nothing" }, code: "invalid-definition" },
      { params: { resource: "Exchange IP", on: "Exchange Name" }, code: "invalid-definition" },
    ]),
    removeDependency: command(
      { params: { on: "Disk E:" }, status: 200 },
      {
        params: { on: "Exchange Name" },
        code: "invalid-definition",
      },
    ),
    canDependOn: {
      success: [{ status: 200 }, { params: { resource: "Exchange IP", on: "Exchange MTA" }, status: 200 }],
      refusal: [
        { params: { on: "Nothing" }, code: "resource-not-found" },
        { ...nothing, code: "resource-not-found" },
      ],
      badInput: notAName,
    },
    getRequiredDependencies: read,
    getNetworkName: {
      success: { status: 200 },
      refusal: { params: { resource: "Exchange IP" }, code: "no-such-dependency" },
      badInput: notAName,
    },
    getIpAddressProps: {
      success: [{ status: 200 }, { params: { resource: "Exchange IP" }, status: 200 }],
      refusal: { params: { resource: "Disk E:" }, code: "no-such-dependency" },
      badInput: notAName,
    },
  },
};
