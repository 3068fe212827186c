import { expect, test } from "vitest";
import { enumerate, namesOf } from "../../src/cluster/questions/enumerate.ts";
import { netInterfacesOf } from "../../src/cluster/definition/net-interfaces.ts";
import { resourceTypes } from "../../src/cluster/properties/property-tables.ts";
import { clusterOf, nodes, virtualServer } from "./definitions.ts";

const definition = clusterOf(
  { Web: virtualServer(101), exchange: virtualServer(100) },
  {
    nodes: {
      ...nodes("node2", "NODE1"),
      FAR: { address: "198.51.100.9", properties: {} },
      V6: { address: "2001:db8::5", properties: {} },
    },
    networks: {
      client: { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} },
      all: { cidr: "0.0.0.0/0", role: "InternalUse", properties: {} },
      six: { cidr: "2001:db8::/32", role: "InternalUse", properties: {} },
    },
  },
);

test("EM1: objects come by type in the order of the bits, then by name without regard to case", () => {
  const listed = enumerate(definition, ["GROUP", "NODE"]);
  expect(listed.map(({ type, name }) => `${type} ${name}`)).toEqual([
    "NODE FAR",
    "NODE NODE1",
    "NODE node2",
    "NODE V6",
    "GROUP exchange",
    "GROUP Web",
  ]);
  expect(new Set(enumerate(definition).map(({ type }) => type))).toEqual(
    new Set(["NODE", "RESTYPE", "RESOURCE", "GROUP", "NETWORK", "NETINTERFACE"]),
  );
});

test("EM1: a resource's name that two groups have is listed once", () => {
  const names = namesOf(definition, "RESOURCE");
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
  const all = Object.values(definition.groups).flatMap(({ resources }) => Object.keys(resources));
  expect(new Set(names)).toEqual(new Set(all));
  expect(namesOf(definition, "RESTYPE")).toEqual(Object.keys(resourceTypes));
});

test("EM2: a node has an interface on each network that its address lies in", () => {
  expect(netInterfacesOf(definition)).toEqual([
    { name: "node2 - client", node: "node2", network: "client", address: "192.0.2.1" },
    { name: "node2 - all", node: "node2", network: "all", address: "192.0.2.1" },
    { name: "NODE1 - client", node: "NODE1", network: "client", address: "192.0.2.2" },
    { name: "NODE1 - all", node: "NODE1", network: "all", address: "192.0.2.2" },
    { name: "FAR - all", node: "FAR", network: "all", address: "198.51.100.9" },
    { name: "V6 - six", node: "V6", network: "six", address: "2001:db8::5" },
  ]);
  expect(netInterfacesOf(clusterOf({}, { networks: {} }))).toEqual([]);
});
