import { describe, expect, test } from "vitest";
import { netInterfaceViews, networkStateOf } from "../../src/cluster/questions/network-states.ts";
import { type EnumeratedKind, enumerateObject, objectEnums } from "../../src/cluster/questions/object-enums.ts";
import { quorumOf } from "../../src/cluster/questions/quorum.ts";
import { clusterOf, ipAddress, networkName, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const networks = {
  client: { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} },
  backbone: { cidr: "198.51.100.0/24", role: "InternalUse", properties: {} },
  all: { cidr: "0.0.0.0/0", role: "None", properties: {} },
} as const;

function interfacesOf(cluster: Cluster, definition: Parameters<typeof netInterfaceViews>[0]): Record<string, string> {
  return Object.fromEntries(netInterfaceViews(definition, cluster.view()).map(({ name, state }) => [name, state]));
}

describe("Networks and their interfaces", () => {
  const definition = clusterOf({ Exchange: virtualServer(100) }, { networks, nodes: nodes("NODE1", "NODE2") });

  test("OB4: a node has an interface on each network that its address lies in; its state is what is known of the node", () => {
    const cluster = new Cluster(definition);
    expect(interfacesOf(cluster, definition)).toEqual({
      "NODE1 - client": "Unavailable",
      "NODE1 - all": "Unavailable",
      "NODE2 - client": "Unavailable",
      "NODE2 - all": "Unavailable",
    });
    cluster.hello("NODE1");
    expect(interfacesOf(cluster, definition)["NODE1 - client"]).toBe("Unreachable");
    cluster.renew("NODE1");
    expect(interfacesOf(cluster, definition)["NODE1 - client"]).toBe("Up");
    cluster.command({ type: "pause", node: "NODE1", drain: false, target: null });
    expect(interfacesOf(cluster, definition)["NODE1 - client"]).toBe("Up");
    cluster.advance(definition.lease.ttlMs + 1);
    expect(interfacesOf(cluster, definition)["NODE1 - client"]).toBe("Unknown");
    cluster.close("NODE1");
    expect(interfacesOf(cluster, definition)["NODE1 - client"]).toBe("Unavailable");
  });

  test("OB4: a network is Up with any interface that is, Unavailable when no node could tell, else Down", () => {
    const cluster = new Cluster(definition);
    const stateOf = (network: string) =>
      networkStateOf(netInterfaceViews(definition, cluster.view()).filter((one) => one.network === network));
    expect([stateOf("client"), stateOf("backbone")]).toEqual(["Unavailable", "Unavailable"]);
    cluster.hello("NODE1");
    expect(stateOf("client")).toBe("Down");
    cluster.renew("NODE1");
    expect([stateOf("client"), stateOf("backbone")]).toEqual(["Up", "Unavailable"]);
  });
});

describe("Names of one object's parts and neighbours", () => {
  const definition = clusterOf(
    {
      Exchange: virtualServer(100, {
        preferredOwners: ["NODE2"],
        resources: { Other: networkName("OTHER", ["IP"]), Second: ipAddress(101, { possibleOwners: ["NODE1"] }) },
      }),
    },
    { nodes: nodes("NODE1", "NODE2") },
  );
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2");
  const names = { node: "NODE1", group: "Exchange", resource: "IP", type: "IP Address", network: "client" };
  const ask = (kind: EnumeratedKind, type: string, of: Partial<typeof names> = {}): string[] =>
    enumerateObject({ definition, view: cluster.view() }, kind, { ...names, ...of }, type).map((one) => {
      expect(one.type).toBe(type);
      return one.name;
    });

  test.each([
    ["node", "NETINTERFACES", {}, ["NODE1 - client"]],
    ["node", "GROUPS", {}, ["Exchange"]],
    ["node", "GROUPS", { node: "NODE2" }, []],
    ["group", "CONTAINS", {}, ["IP", "Name", "Other", "Second"]],
    ["group", "NODES", {}, ["NODE2"]],
    ["resource", "DEPENDS", {}, []],
    ["resource", "DEPENDS", { resource: "Name" }, ["IP"]],
    ["resource", "PROVIDES", {}, ["Name", "Other"]],
    ["resource", "NODES", {}, ["NODE1", "NODE2"]],
    ["resource", "NODES", { resource: "Second" }, ["NODE1"]],
    ["resource-type", "NODES", {}, ["NODE1", "NODE2"]],
    ["resource-type", "RESOURCES", {}, ["IP", "Second"]],
    ["network", "NETINTERFACES", {}, ["NODE1 - client", "NODE2 - client"]],
  ] as const)("OB5: of a %s, %s %o", (kind, type, of, expected) => {
    expect(ask(kind, type, of)).toEqual(expected);
  });

  test("OB5: each kind of object names its types, and what is none is nothing", () => {
    expect(Object.keys(objectEnums)).toEqual(["node", "group", "resource", "resource-type", "network"]);
    expect(ask("node", "CONTAINS")).toEqual([]);
  });
});

describe("What takes the place of a quorum", () => {
  const definition = clusterOf({ A: plainGroup(), B: plainGroup() }, { nodes: nodes("NODE1", "NODE2") });

  test("OB6: names who could witness, for each ownership, and says in a sentence when somebody could", () => {
    const cluster = new Cluster(definition);
    cluster.up("NODE1", "NODE2");
    const quorum = quorumOf(cluster.view());
    expect(quorum).toMatchObject({ arbiter: "control-plane", starting: false, witnesses: ["NODE1", "NODE2"] });
    expect(quorum.ownerships).toMatchObject([
      { group: "A", owner: "NODE1", epoch: 1, witnesses: ["NODE2"] },
      { group: "B", owner: "NODE1", epoch: 1, witnesses: ["NODE2"] },
    ]);
    expect(quorum.sentence).toMatch(/^Every owner has a witness/);
  });

  test("OB6: without a witness it warns, and names the groups that would wait", () => {
    const cluster = new Cluster(definition);
    cluster.up("NODE1", "NODE2");
    cluster.close("NODE2");
    const quorum = quorumOf(cluster.view());
    expect(quorum.ownerships.map(({ witnesses }) => witnesses)).toEqual([[], []]);
    expect(quorum.sentence).toMatch(/Nobody could witness.* A, B .*confirm-down/);
  });

  test("OB6: a run that is still joining is a witness as well; an owner that nobody hears any more is one of nothing", () => {
    const cluster = new Cluster(definition);
    cluster.up("NODE1", "NODE2");
    cluster.close("NODE1");
    const quorum = quorumOf(cluster.view());
    expect(quorum.witnesses).toEqual(["NODE2"]);
    expect(quorum.ownerships.map(({ owner, witnesses }) => [owner, witnesses])).toEqual([
      ["NODE1", ["NODE2"]],
      ["NODE1", ["NODE2"]],
    ]);
    cluster.close("NODE2");
    cluster.hello("NODE2");
    expect(quorumOf(cluster.view()).witnesses).toEqual(["NODE2"]);
  });

  test("OB6: right after a start of the object nothing changes its owner, and it says so", () => {
    const cluster = new Cluster(definition);
    cluster.up("NODE1", "NODE2");
    cluster.restart();
    expect(quorumOf(cluster.view())).toMatchObject({ starting: true, generation: 2 });
    expect(quorumOf(cluster.view()).sentence).toMatch(/started a moment ago/);
  });
});
