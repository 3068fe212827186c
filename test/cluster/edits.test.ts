import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { applyEdit, type Edit } from "../../src/cluster/definition/edit.ts";
import { propertiesOf } from "../../src/cluster/definition/edit-properties.ts";
import { clusterOf, disk, ipAddress, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const base = clusterOf(
  {
    Exchange: virtualServer(100, { preferredOwners: ["NODE2", "NODE1"] }),
    Files: plainGroup(
      {
        Disk: disk(),
        Share: disk({}, { dependsOn: ["Disk"], possibleOwners: ["NODE1", "NODE2"] }),
        Alone: disk({}, { possibleOwners: ["NODE1"] }),
        Either: disk({}, { dependsOn: [["Disk", "Alone"]] }),
        Own: { type: "Fast Disk", dependsOn: [], possibleOwners: [], properties: {} },
      },
      { dependsOn: ["Exchange"] },
    ),
    Empty: plainGroup({}),
  },
  {
    nodes: nodes("NODE1", "NODE2", "NODE3"),
    networks: {
      client: { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} },
      backup: { cidr: "198.51.100.0/24", role: "InternalUse", properties: {} },
    },
    resourceTypes: {
      "Fast Disk": { basedOn: "Physical Disk", properties: { PendingTimeout: 5_000 } },
      Spare: { basedOn: "Generic Script", properties: {} },
    },
  },
);

function edited(edit: Edit, of = base): ClusterDefinition {
  const result = applyEdit(of, edit);
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  return result.definition;
}

function code(edit: Edit): string {
  const result = applyEdit(base, edit);
  return result.ok ? "ok" : result.code;
}

const files = (edit: Edit) => edited(edit).groups["Files"];
const inFiles = { group: "Files", resource: "Share" } as const;
const network = { cidr: "203.0.113.0/24", role: "None", properties: {} } as const;

describe("Edits", () => {
  test("DF10: nodes are added and evicted, from every list that names them", () => {
    const definition = { address: "192.0.2.9", properties: {} };
    expect(Object.keys(edited({ kind: "add-node", node: "NODE4", definition }).nodes)).toEqual([
      "NODE1",
      "NODE2",
      "NODE3",
      "NODE4",
    ]);
    const without = edited({ kind: "remove-node", node: "NODE2" });
    expect(Object.keys(without.nodes)).toEqual(["NODE1", "NODE3"]);
    expect(without.groups["Exchange"]?.preferredOwners).toEqual(["NODE1"]);
    expect(without.groups["Files"]?.resources["Share"]?.possibleOwners).toEqual(["NODE1"]);
  });

  test("DF10: networks are added, removed and put in an order", () => {
    expect(Object.keys(edited({ kind: "add-network", network: "third", definition: network }).networks)).toEqual([
      "client",
      "backup",
      "third",
    ]);
    expect(Object.keys(edited({ kind: "remove-network", network: "backup" }).networks)).toEqual(["client"]);
    expect(Object.keys(edited({ kind: "order-networks", networks: ["backup"] }).networks)).toEqual([
      "backup",
      "client",
    ]);
  });

  test("DF10: a group is removed from those that come after it", () => {
    const definition = edited({ kind: "remove-group", group: "Exchange", recursive: true });
    expect(Object.keys(definition.groups)).toEqual(["Files", "Empty"]);
    expect(definition.groups["Files"]?.dependsOn).toEqual([]);
  });

  test("DF10: owners, preferred and possible", () => {
    expect(
      edited({ kind: "prefer-owners", group: "Empty", owners: ["NODE3"] }).groups["Empty"]?.preferredOwners,
    ).toEqual(["NODE3"]);
    const owners = (edit: Edit, resource = "Share") => files(edit)?.resources[resource]?.possibleOwners;
    expect(owners({ kind: "allow-owners", ...inFiles, owners: [] })).toEqual([]);
    expect(owners({ kind: "add-owner", ...inFiles, node: "NODE3" })).toEqual(["NODE1", "NODE2", "NODE3"]);
    expect(owners({ kind: "add-owner", ...inFiles, node: "NODE1" })).toEqual(["NODE1", "NODE2"]);
    expect(owners({ kind: "remove-owner", ...inFiles, node: "NODE1" })).toEqual(["NODE2"]);
    // No list is every node: adding one changes nothing, removing one leaves the others.
    const disks = { group: "Files", resource: "Disk" } as const;
    expect(owners({ kind: "add-owner", ...disks, node: "NODE1" }, "Disk")).toEqual([]);
    expect(owners({ kind: "remove-owner", ...disks, node: "NODE1" }, "Disk")).toEqual(["NODE2", "NODE3"]);
  });

  test("DF10: dependencies are added, removed and written anew; an alternative that is left alone is needed", () => {
    const dependsOn = (edit: Edit, resource = "Share") => files(edit)?.resources[resource]?.dependsOn;
    expect(dependsOn({ kind: "add-dependency", ...inFiles, on: "Alone" })).toEqual(["Disk", "Alone"]);
    expect(dependsOn({ kind: "add-dependency", ...inFiles, on: "Disk" })).toEqual(["Disk"]);
    expect(dependsOn({ kind: "remove-dependency", ...inFiles, on: "Disk" })).toEqual([]);
    expect(dependsOn({ kind: "depend-on", ...inFiles, dependsOn: [["Disk", "Alone"]] })).toEqual([["Disk", "Alone"]]);
    const either = { group: "Files", resource: "Either" } as const;
    expect(dependsOn({ kind: "remove-dependency", ...either, on: "Alone" }, "Either")).toEqual(["Disk"]);
    expect(dependsOn({ kind: "remove-dependency", ...either, on: "toString" }, "Either")).toEqual([["Disk", "Alone"]]);
    expect(
      edited({ kind: "order-after-groups", group: "Empty", dependsOn: ["Files"] }).groups["Empty"]?.dependsOn,
    ).toEqual(["Files"]);
  });

  test("DF10: a dependency that is an alternative so far becomes one that is needed", () => {
    const either = { group: "Files", resource: "Either" } as const;
    expect(files({ kind: "add-dependency", ...either, on: "Disk" })?.resources["Either"]?.dependsOn).toEqual(["Disk"]);
  });

  test("DF10: resources are added and removed, and change their group with all that they are connected with", () => {
    const added = files({ kind: "add-resource", group: "Files", resource: "New", definition: disk() });
    expect(Object.keys(added?.resources ?? {})).toEqual(["Disk", "Share", "Alone", "Either", "Own", "New"]);
    expect(Object.keys(files({ kind: "remove-resource", ...inFiles })?.resources ?? {})).not.toContain("Share");
    const { groups } = edited({ kind: "change-group", ...inFiles, to: "Empty" });
    expect(Object.keys(groups["Files"]?.resources ?? {})).toEqual(["Own"]);
    expect(Object.keys(groups["Empty"]?.resources ?? {})).toEqual(["Disk", "Share", "Alone", "Either"]);
    expect(edited({ kind: "change-group", ...inFiles, to: "Files" })).toEqual(base);
  });

  test("DF10: properties of each kind of object are set, and null takes them back to their default", () => {
    const owners = [
      { kind: "cluster" },
      { kind: "node", name: "NODE1" },
      { kind: "network", name: "client" },
      { kind: "resource-type", name: "Fast Disk" },
      { kind: "group", name: "Exchange" },
      { kind: "resource", group: "Exchange", name: "IP" },
    ] as const;
    for (const of of owners) {
      const set = edited({ kind: "set-properties", of, properties: { Description: "x" } });
      expect(propertiesOf(set, of)).toMatchObject({ ...propertiesOf(base, of), Description: "x" });
      expect(edited({ kind: "set-properties", of, properties: { Description: null } }, set)).toEqual(base);
    }
  });

  test.each<[string, Edit]>([
    ["node-exists", { kind: "add-node", node: "node1", definition: { address: "192.0.2.9", properties: {} } }],
    ["node-not-found", { kind: "remove-node", node: "constructor" }],
    ["last-possible-owner", { kind: "remove-node", node: "NODE1" }],
    ["network-exists", { kind: "add-network", network: "CLIENT", definition: network }],
    ["network-not-found", { kind: "remove-network", network: "constructor" }],
    ["network-in-use", { kind: "remove-network", network: "client" }],
    ["network-not-found", { kind: "order-networks", networks: ["client", "toString"] }],
    [
      "resource-type-exists",
      { kind: "add-resource-type", type: "fast disk", definition: { basedOn: "Physical Disk", properties: {} } },
    ],
    ["resource-type-not-found", { kind: "remove-resource-type", type: "Physical Disk" }],
    ["resource-type-in-use", { kind: "remove-resource-type", type: "Fast Disk" }],
    ["group-exists", { kind: "add-group", group: "EXCHANGE", definition: plainGroup({}) }],
    ["group-not-found", { kind: "remove-group", group: "valueOf", recursive: true }],
    ["group-not-empty", { kind: "remove-group", group: "Files", recursive: false }],
    ["ok", { kind: "remove-group", group: "Empty", recursive: false }],
    ["resource-exists", { kind: "add-resource", group: "Files", resource: "disk", definition: disk() }],
    ["resource-not-found", { kind: "remove-resource", group: "Files", resource: "toString" }],
    ["resource-in-use", { kind: "remove-resource", group: "Files", resource: "Disk" }],
    ["group-not-found", { kind: "change-group", ...inFiles, to: "constructor" }],
    ["last-possible-owner", { kind: "remove-owner", group: "Files", resource: "Alone", node: "NODE1" }],
    ["node-not-found", { kind: "set-properties", of: { kind: "node", name: "toString" }, properties: {} }],
    ["network-not-found", { kind: "set-properties", of: { kind: "network", name: "toString" }, properties: {} }],
    ["group-not-found", { kind: "set-properties", of: { kind: "group", name: "toString" }, properties: {} }],
    [
      "resource-type-not-found",
      { kind: "set-properties", of: { kind: "resource-type", name: "IP Address" }, properties: {} },
    ],
    [
      "resource-not-found",
      { kind: "set-properties", of: { kind: "resource", group: "Files", name: "toString" }, properties: {} },
    ],
  ])("DF10: refused with %s: %j", (expected, edit) => {
    expect(code(edit)).toBe(expected);
  });

  test("DF10: what an edit makes is judged like any definition, and a refused one changes nothing", () => {
    const cluster = new Cluster(base);
    const ask = (edit: Edit) => cluster.ask({ type: "edit", edit, force: true });
    expect(ask({ kind: "add-dependency", group: "Files", resource: "Disk", on: "Share" })).toBe("invalid-definition");
    expect(ask({ kind: "add-owner", ...inFiles, node: "constructor" })).toBe("invalid-definition");
    const of = { kind: "cluster" } as const;
    expect(ask({ kind: "set-properties", of, properties: { Nonsense: 1 } })).toBe("invalid-definition");
    expect(cluster.view().revision).toBe(1);
    expect(ask({ kind: "set-properties", of, properties: { Description: "x" } })).toBe("done");
    expect(cluster.view().revision).toBe(2);
  });

  test("GP3: a new definition is a new chance for what had failed: a higher attempt, never a lower one", () => {
    const definition = (Description: string) =>
      clusterOf({ A: plainGroup({ Disk: disk({ RestartThreshold: 1 }) }, { properties: { Description } }) });
    const cluster = new Cluster(definition("first"));
    cluster.up("NODE1", "NODE2");
    const attempt = () => cluster.assigned("NODE1").groups[0]?.resources["Disk"]?.attempt;
    const fail = () => cluster.renew("NODE1", { report: cluster.report("NODE1", { Disk: { state: "Failed" } }) });
    fail();
    expect(attempt()).toBe(2);
    cluster.define(definition("second"));
    expect(attempt()).toBe(3);
    fail();
    expect([attempt(), cluster.owner("A")]).toEqual([4, "NODE1#1"]);
  });

  test("DF10: what is so already changes nothing", () => {
    const cluster = new Cluster(base);
    const edit: Edit = { kind: "set-properties", of: { kind: "cluster" }, properties: { Description: null } };
    expect(cluster.command({ type: "edit", edit, force: false })).toEqual({ kind: "done", changed: [] });
  });
});

describe("What is online", () => {
  function up(): Cluster {
    const cluster = new Cluster(clusterOf({ A: plainGroup(), B: plainGroup({ IP: ipAddress(100) }) }));
    cluster.up("NODE1", "NODE2");
    return cluster;
  }
  const remove: Edit = { kind: "remove-group", group: "A", recursive: true };

  test("DF11: a group that is not offline is deleted only by force, by an edit and by a definition", () => {
    const cluster = up();
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("group-online");
    expect(cluster.define(clusterOf({}), false)).toMatchObject({ refusal: { code: "group-online" } });
    expect(cluster.ask({ type: "edit", edit: remove, force: true })).toBe("done");
    expect(cluster.owner("A")).toBe("NODE1#1 draining");
  });

  test("DF11: one that is offline goes without", () => {
    const cluster = up();
    cluster.command({ type: "want", group: "A", wanted: "Offline" });
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("group-online");
    cluster.renew("NODE1");
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("done");
  });

  test("DF11: what nobody has reported since a start is not taken for offline", () => {
    const cluster = up();
    cluster.command({ type: "want", group: "A", wanted: "Offline" });
    cluster.renew("NODE1");
    cluster.restart();
    cluster.hello("NODE1");
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("group-online");
    cluster.renew("NODE1");
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("done");
  });

  test("DF11: what is on its way online, or was never reported by its present owner, is not taken for offline", () => {
    const cluster = up();
    cluster.command({ type: "want", group: "A", wanted: "Offline" });
    cluster.renew("NODE1");
    cluster.command({ type: "want", group: "A", wanted: "Online" });
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("group-online");
    cluster.renew("NODE1");
    cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
    cluster.release("NODE1");
    expect(cluster.owner("A")).toBe("NODE2#2");
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("group-online");
    cluster.command({ type: "want", group: "A", wanted: "Offline" });
    cluster.renew("NODE2");
    cluster.close("NODE2");
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("group-online");
  });

  test("DF11: a group without resources has nothing online, and goes without", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup({}) }));
    cluster.up("NODE1", "NODE2");
    expect(cluster.owner("A")).toBe("NODE1#1");
    const edit = { kind: "remove-group", group: "A", recursive: false } as const;
    expect(cluster.ask({ type: "edit", edit, force: false })).toBe("done");
  });

  test("DF11: a group without an owner goes without force", () => {
    const cluster = new Cluster(clusterOf({ A: plainGroup() }));
    expect(cluster.ask({ type: "edit", edit: remove, force: false })).toBe("done");
  });
});

describe("Resource types of one's own", () => {
  const fast = { type: "Fast", dependsOn: [], possibleOwners: [], properties: { RestartThreshold: 1 } };
  const types = (properties = {}) => ({ Fast: { basedOn: "Physical Disk", properties } });
  const timing = { PendingTimeout: 5_000, IsAlivePollInterval: 1_000, Description: "of the type" };

  test("GP25: a resource is served by the type that its own is based on, with what that says unless it says it itself", () => {
    const group = plainGroup({ A: fast, B: { ...fast, properties: { PendingTimeout: 7_000 } } });
    const cluster = new Cluster(clusterOf({ G: group }, { resourceTypes: types(timing) }));
    cluster.up("NODE1", "NODE2");
    const resources = cluster.assigned("NODE1").groups[0]?.resources ?? {};
    expect(resources["A"]).toMatchObject({
      type: "Physical Disk",
      properties: { PendingTimeout: 5_000, IsAlivePollInterval: 1_000, RestartThreshold: 1 },
    });
    expect(resources["A"]?.properties).not.toHaveProperty("Description");
    expect(resources["B"]?.properties).toMatchObject({ PendingTimeout: 7_000, IsAlivePollInterval: 1_000 });
    expect(cluster.groupView("G").resources["A"]?.type).toBe("Fast");
  });

  test("GP25: the PendingTimeout of the type counts where the time of its group does", () => {
    const grants = (properties: Record<string, number>) => {
      const cluster = new Cluster(clusterOf({ G: plainGroup({ A: fast }) }, { resourceTypes: types(properties) }));
      cluster.up("NODE1", "NODE2");
      cluster.command({ type: "move", group: "G", target: null, at: null });
      return cluster.lease("G").drainGrantsLeft;
    };
    expect(grants({ PendingTimeout: 5_000 })).toBe(10);
    expect(grants({})).toBe(360);
  });

  test("GP25: an IP Address by another name is one: its address is nobody else's", () => {
    const own = { Own: { basedOn: "IP Address", properties: {} } };
    const group = (host: number) => plainGroup({ IP: { ...ipAddress(host), type: "Own" } });
    const cluster = new Cluster(clusterOf({ A: group(100), B: group(101) }, { resourceTypes: own }));
    cluster.up("NODE1", "NODE2");
    expect(cluster.hold("A").addresses).toEqual(["192.0.2.100"]);
    expect(cluster.define(clusterOf({ A: group(100), B: group(100) }, { resourceTypes: own }))).toMatchObject({
      refusal: { problems: [{ code: "address-twice" }] },
    });
  });
});
