import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import {
  describeProperties,
  type Described,
  type Known,
  type PropertyScope,
  type PropertyView,
  resourceProperties,
} from "../../src/cluster/properties/property-sets.ts";
import { groupStatusBits, resourceStatusBits } from "../../src/cluster/properties/read-only-properties.ts";
import { viewCluster } from "../../src/cluster/questions/view.ts";
import { clusterOf, disk, ipAddress, nodes, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const definition = clusterOf(
  {
    Exchange: virtualServer(100, {
      properties: { FailoverThreshold: 10, Description: "mail" },
      resources: { Disk: disk({}, { type: "Mail Disk" }) },
    }),
  },
  {
    properties: { QuarantineDuration: 600 },
    resourceTypes: { "Mail Disk": { basedOn: "Physical Disk", properties: { PendingTimeout: 9_000 } } },
  },
);

function up(of: ClusterDefinition = definition): Cluster {
  const cluster = new Cluster(of);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

function knownOf(cluster: Cluster): Known {
  const view = viewCluster(cluster.state, cluster.now);
  const row = cluster.state.durable.cluster;
  if (view === null || row === null) throw new Error("the cluster has a definition");
  return { definition: row.definition, view };
}

function describeIn(cluster: Cluster, of: Described, scope: PropertyScope = "common"): Record<string, PropertyView> {
  const properties = describeProperties(knownOf(cluster), of, scope);
  if (properties === null) throw new Error("there is no such object");
  return properties;
}

function valueOf(cluster: Cluster, of: Described, name: string): unknown {
  return describeIn(cluster, of)[name]?.value;
}

const exchange = { kind: "group", name: "Exchange" } as const;

describe("Properties of objects", () => {
  test("PR1: each has its type, its range, its default, and whether it was set", () => {
    const { FailoverThreshold, AntiAffinityClassNames, Description, AutoFailbackType } = describeIn(up(), exchange);
    expect(FailoverThreshold).toEqual({
      type: "DWORD",
      value: 10,
      isDefault: false,
      default: 0xffff_ffff,
      min: 0,
      max: 0xffff_ffff,
      readOnly: false,
      note: null,
    });
    expect(AntiAffinityClassNames).toMatchObject({
      type: "MULTI_SZ",
      value: [],
      isDefault: true,
      min: null,
      max: null,
    });
    expect(Description).toMatchObject({ type: "SZ", value: "mail", isDefault: false });
    expect(AutoFailbackType).toMatchObject({ value: 0, isDefault: true });
  });

  test("PR1: what changes nothing here says why", () => {
    const { SameSubnetDelay, QuarantineDuration } = describeIn(up(), { kind: "cluster" });
    expect(SameSubnetDelay?.note).toContain("lease");
    expect(QuarantineDuration).toMatchObject({ value: 600, note: null });
  });

  const objects: readonly Described[] = [
    { kind: "cluster" },
    { kind: "node", name: "NODE1" },
    { kind: "network", name: "client" },
    { kind: "net-interface", name: "NODE1 - client" },
    exchange,
    { kind: "resource", group: "Exchange", name: "IP" },
    { kind: "resource-type", name: "Mail Disk" },
    { kind: "resource-type", name: "IP Address" },
  ];
  test.each(objects)("PR2: $kind has common properties, and private ones if it is a resource", (of) => {
    const cluster = up();
    expect(Object.keys(describeIn(cluster, of))).not.toEqual([]);
    expect(Object.keys(describeIn(cluster, of, "private")).length > 0).toBe(of.kind === "resource");
  });

  const missing: readonly Described[] = [
    { kind: "node", name: "NODE9" },
    { kind: "network", name: "constructor" },
    { kind: "net-interface", name: "NODE1 - backbone" },
    { kind: "group", name: "exchange" },
    { kind: "resource", group: "Exchange", name: "Nothing" },
    { kind: "resource", group: "Nothing", name: "IP" },
    { kind: "resource-type", name: "Toaster" },
  ];
  test.each(missing)("PR2: there is nothing to say of a $kind that is not there", (of) => {
    expect(describeProperties(knownOf(up()), of, "common")).toBeNull();
  });

  test("PR2: a Network Name has a common property Name and a private one, and they are two things", () => {
    const cluster = up();
    const name = { kind: "resource", group: "Exchange", name: "Name" } as const;
    expect(describeIn(cluster, name)["Name"]).toMatchObject({ value: "Name", readOnly: true });
    expect(describeIn(cluster, name, "private")["Name"]).toMatchObject({ value: "VS100", readOnly: false });
  });

  test("PR2: a resource of a type of one's own has the private properties of the type that serves it", () => {
    const own = describeIn(up(), { kind: "resource", group: "Exchange", name: "Disk" }, "private");
    expect(Object.keys(own)).toContain("MountPoint");
    const known = knownOf(up());
    expect(Object.keys(resourceProperties(known, "Mail Disk", "private"))).toEqual(Object.keys(own));
    expect(Object.keys(resourceProperties(known, "Mail Disk", "common"))).toContain("RestartThreshold");
  });

  test("PR3: of a built-in type nothing can be set", () => {
    const cluster = up();
    const builtIn = Object.values(describeIn(cluster, { kind: "resource-type", name: "Physical Disk" }));
    expect(builtIn.every(({ readOnly }) => readOnly)).toBe(true);
    expect(describeIn(cluster, { kind: "resource-type", name: "Mail Disk" })["PendingTimeout"]).toMatchObject({
      value: 9_000,
      readOnly: false,
    });
  });
});

describe("Properties that follow from the state", () => {
  test("PR4: PersistentState is what a group and a resource are wanted to be now, and can be read only", () => {
    const cluster = up();
    const ip = { kind: "resource", group: "Exchange", name: "IP" } as const;
    const name = { kind: "resource", group: "Exchange", name: "Name" } as const;
    const wanted = () => [exchange, ip, name].map((of) => valueOf(cluster, of, "PersistentState"));
    expect(wanted()).toEqual([1, 1, 1]);
    cluster.command({ type: "want-resource", group: "Exchange", resource: "Name", wanted: "Offline" });
    expect(wanted()).toEqual([1, 1, 0]);
    cluster.command({ type: "want", group: "Exchange", wanted: "Offline" });
    expect(wanted()[0]).toBe(0);
    expect(describeIn(cluster, exchange)["PersistentState"]).toMatchObject({ readOnly: true, isDefault: false });
    expect(describeIn(cluster, exchange)["PersistentState"]?.note).toContain("/online");
  });

  test("PR5: a node that is drained says how far that is, and to which of the nodes", () => {
    const cluster = up();
    const node = { kind: "node", name: "NODE1" } as const;
    const drain = () => ["NodeDrainStatus", "NodeDrainTarget"].map((name) => valueOf(cluster, node, name));
    expect(drain()).toEqual([0, 0xffff_ffff]);
    expect(describeIn(cluster, node)["NodeDrainStatus"]).toMatchObject({ isDefault: true, readOnly: true });
    cluster.command({ type: "pause", node: "NODE1", drain: true, target: "NODE2" });
    expect(drain()).toEqual([1, 1]);
    cluster.release("NODE1");
    expect(drain()).toEqual([2, 1]);
  });

  test("PR5: a network has its role, address and prefix of the definition; its metric is automatic until it is set", () => {
    const network = { kind: "network", name: "client" } as const;
    const common = describeIn(up(), network);
    expect(common["Role"]).toMatchObject({ value: 2, isDefault: false });
    expect(common["Address"]?.value).toBe("192.0.2.0");
    expect(common["PrefixLength"]?.value).toBe(24);
    expect([common["Metric"]?.value, common["AutoMetric"]?.value]).toEqual([100, 1]);
    const set = { client: { cidr: "192.0.2.0/24", role: "None", properties: { Metric: 7 } } } as const;
    const other = describeIn(up({ ...definition, networks: set }), network);
    expect([other["Metric"]?.value, other["AutoMetric"]?.value, other["Role"]?.value]).toEqual([7, 0, 0]);
  });

  test("PR5: a network interface names its node, its network and its address, and all of it can be read only", () => {
    const common = describeIn(up(), { kind: "net-interface", name: "NODE2 - client" });
    expect(common).toMatchObject({
      Node: { value: "NODE2" },
      Network: { value: "client" },
      Address: { value: "192.0.2.2" },
    });
    expect(Object.values(common).every(({ readOnly }) => readOnly)).toBe(true);
  });
});

describe("StatusInformation", () => {
  const statusOf = (cluster: Cluster, name: string) => valueOf(cluster, { kind: "group", name }, "StatusInformation");

  test("PR6: is 0 for a group that is online", () => {
    expect(statusOf(up(), "Exchange")).toBe(0);
  });

  test("PR6: says that a move waits for its time, and that the cluster is in maintenance", () => {
    const cluster = up();
    cluster.command({ type: "move", group: "Exchange", target: "NODE2", at: cluster.now + 3_600_000 });
    expect(statusOf(cluster, "Exchange")).toBe(groupStatusBits.waitingForMove);
    cluster.command({ type: "maintenance", on: true });
    expect(statusOf(cluster, "Exchange")).toBe(groupStatusBits.waitingForMove | groupStatusBits.unmonitored);
  });

  test("PR6: says that a group waits for its GroupStartDelay", () => {
    const cluster = up(clusterOf({ Late: plainGroup(undefined, { properties: { GroupStartDelay: 60_000 } }) }));
    expect(statusOf(cluster, "Late")).toBe(groupStatusBits.waitingToStart);
  });

  test("PR6: says of a group and of a resource that one has failed", () => {
    const cluster = up(
      clusterOf({ Exchange: plainGroup({ IP: ipAddress(100, { properties: { RestartAction: 0 } }) }) }),
    );
    const problem = { code: "not-alive", message: "it does not answer" };
    cluster.renew("NODE1", { report: cluster.report("NODE1", { IP: { state: "Failed", problem } }) });
    expect(statusOf(cluster, "Exchange")).toBe(groupStatusBits.embeddedFailure);
    const ip = { kind: "resource", group: "Exchange", name: "IP" } as const;
    expect(valueOf(cluster, ip, "StatusInformation")).toBe(resourceStatusBits.embeddedFailure);
  });

  test("PR6: says that a group is kept apart: each node that is up has one of its classes", () => {
    const apart = { properties: { AntiAffinityClassNames: ["mail"] } };
    const groups = {
      A: plainGroup(undefined, apart),
      B: plainGroup(undefined, apart),
      C: plainGroup(undefined, apart),
    };
    const properties = { ClusterEnforcedAntiAffinity: 1 };
    const cluster = up(clusterOf(groups, { properties, nodes: nodes("NODE1", "NODE2") }));
    const owned = Object.entries(knownOf(cluster).view.groups).filter(([, { owner }]) => owner !== null);
    expect(owned).toHaveLength(2);
    const bits = ["A", "B", "C"].map((name) => statusOf(cluster, name));
    expect(bits).toEqual([0, 0, groupStatusBits.keptApart]);
  });
});
