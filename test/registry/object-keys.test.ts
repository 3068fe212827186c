import { expect, test } from "vitest";
import { ObjectKeys } from "../../src/control-plane/registry/object-keys.ts";
import { clusterOf, virtualServer } from "../cluster/definitions.ts";

const keys = new ObjectKeys(clusterOf({ Exchange: virtualServer(100) }));

test.each([
  ["", "root"],
  ["Groups", "collection"],
  ["networkinterfaces", "collection"],
  ["Groups/Exchange", "object"],
  ["GROUPS/exchange", "object"],
  ["Nodes/NODE1", "object"],
  ["ResourceTypes/IP Address", "object"],
  ["NetworkInterfaces/NODE1 - client", "object"],
  ["Groups/constructor", "no-object"],
  ["Nodes/NODE9", "no-object"],
  ["Groups/Exchange/App", "free"],
  ["App", "free"],
  ["App/Groups", "free"],
])("RG2: %j is %s", (key, kind) => {
  expect(keys.kindOf(key)).toBe(kind);
});

test("RG2: the root has a key for each type of object, and each of these its objects", () => {
  expect(keys.subkeysOf("")).toEqual([
    "Groups",
    "NetworkInterfaces",
    "Networks",
    "Nodes",
    "Resources",
    "ResourceTypes",
  ]);
  expect(keys.subkeysOf("nodes")).toEqual(["NODE1", "NODE2"]);
  expect(keys.subkeysOf("Groups/Exchange")).toEqual([]);
});
