import { describe, expect, test } from "vitest";
import { functionsElsewhere } from "../../src/cluster/properties/control-codes-elsewhere.ts";
import {
  changesSomething,
  type ControlObject,
  controlNumber,
  controlObjects,
  readControlCode,
  type SupportedFunction,
  supportedFunctions,
} from "../../src/cluster/properties/control-codes.ts";

/** As clusapi.h has them. */
const numbers: readonly (readonly [ControlObject, string, number])[] = [
  ["resource", "CLUSCTL_RESOURCE_GET_CHARACTERISTICS", 0x0100_0005],
  ["resource", "CLUSCTL_RESOURCE_GET_CLASS_INFO", 0x0100_000d],
  ["resource", "CLUSCTL_RESOURCE_GET_REQUIRED_DEPENDENCIES", 0x0100_0011],
  ["resource", "CLUSCTL_RESOURCE_GET_NAME", 0x0100_0029],
  ["resource", "CLUSCTL_RESOURCE_GET_COMMON_PROPERTIES", 0x0100_0059],
  ["resource", "CLUSCTL_RESOURCE_SET_COMMON_PROPERTIES", 0x0140_005e],
  ["resource", "CLUSCTL_RESOURCE_GET_PRIVATE_PROPERTIES", 0x0100_0081],
  ["resource", "CLUSCTL_RESOURCE_SET_PRIVATE_PROPERTIES", 0x0140_0086],
  ["resource", "CLUSCTL_RESOURCE_ADD_REGISTRY_CHECKPOINT", 0x0140_00a2],
  ["resource", "CLUSCTL_RESOURCE_UPGRADE_DLL", 0x0140_00ba],
  ["resource", "CLUSCTL_RESOURCE_GET_NETWORK_NAME", 0x0100_0169],
  ["resource", "CLUSCTL_RESOURCE_NETNAME_REGISTER_DNS_RECORDS", 0x0100_0172],
  ["resource", "CLUSCTL_RESOURCE_NETNAME_CREDS_UPDATED", 0x01c0_018a],
  ["resource", "CLUSCTL_RESOURCE_STORAGE_GET_DISK_INFO", 0x0100_0191],
  ["resource", "CLUSCTL_RESOURCE_QUERY_DELETE", 0x0100_01b9],
  ["resource", "CLUSCTL_RESOURCE_QUERY_MAINTENANCE_MODE", 0x0100_01e1],
  ["resource", "CLUSCTL_RESOURCE_SET_MAINTENANCE_MODE", 0x0140_01e6],
  ["resource", "CLUSCTL_RESOURCE_DELETE", 0x0150_0006],
  ["resource", "CLUSCTL_RESOURCE_STATE_CHANGE_REASON", 0x0150_004e],
  ["resource-type", "CLUSCTL_RESOURCE_TYPE_GET_PRIVATE_RESOURCE_PROPERTY_FMTS", 0x0200_0091],
  ["group", "CLUSCTL_GROUP_GET_COMMON_PROPERTIES", 0x0300_0059],
  ["node", "CLUSCTL_NODE_GET_ID", 0x0400_0039],
  ["network", "CLUSCTL_NETWORK_GET_NAME", 0x0500_0029],
  ["net-interface", "CLUSCTL_NETINTERFACE_GET_NODE", 0x0600_0031],
  ["net-interface", "CLUSCTL_NETINTERFACE_GET_NETWORK", 0x0600_0035],
  ["cluster", "CLUSCTL_CLUSTER_GET_FQDN", 0x0700_003d],
  ["cluster", "CLUSCTL_CLUSTER_CHECK_VOTER_DOWN", 0x0700_0049],
  ["cluster", "CLUSCTL_CLUSTER_SHUTDOWN", 0x0700_004d],
];

describe("Control codes", () => {
  test.each(numbers)("OB1: %s %s has the number of clusapi.h", (object, name, number) => {
    for (const text of [
      name,
      name.toLowerCase(),
      String(number),
      `0x${number.toString(16)}`,
      `0X0${number.toString(16)}`,
    ]) {
      expect(readControlCode(object, text)).toMatchObject({ name, number });
    }
  });

  test("OB1: a name may be without what every code of its object begins with", () => {
    expect(readControlCode("group", "GET_ID")).toEqual(readControlCode("group", "CLUSCTL_GROUP_GET_ID"));
    expect(readControlCode("group", "CLUSCTL_NODE_GET_ID")).toEqual({ kind: "unknown" });
  });

  test.each(["", "DANCE", "0", "0x01000081x", "16777345", "toString", "0xffffffff", "-1"])(
    "OB1: %s is no code of a node",
    (text) => {
      expect(readControlCode("node", text)).toEqual({ kind: "unknown" });
    },
  );

  test("OB1: no two functions of an object have one number, and no name stands in both tables", () => {
    const all = [...Object.entries(supportedFunctions), ...Object.entries(functionsElsewhere)];
    expect(new Set(all.map(([name]) => name)).size).toBe(all.length);
    for (const object of Object.keys(controlObjects) as ControlObject[]) {
      const made = all.map(([, code]) => controlNumber(object, code));
      expect(new Set(made).size).toBe(made.length);
      expect(made.every((number) => number > 0 && number < 2 ** 32)).toBe(true);
    }
  });

  test("OB2: what is of clusapi.h and not answered says why, in a sentence without its end", () => {
    for (const [name, { why }] of Object.entries(functionsElsewhere)) {
      expect(readControlCode("resource", name)).toMatchObject({ kind: "unsupported", why });
      expect(why).toMatch(/^[a-zA-Z].{15,}[^.]$/);
    }
    expect(readControlCode("node", "GET_NETWORK_NAME")).toMatchObject({ kind: "unsupported" });
  });

  test("OB3: a code changes something exactly when its name begins with SET", () => {
    const names = Object.keys(supportedFunctions) as SupportedFunction[];
    expect(names.filter(changesSomething)).toEqual(names.filter((name) => name.startsWith("SET_")));
    expect(names.filter(changesSomething)).not.toEqual([]);
  });
});
