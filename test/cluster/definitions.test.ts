import { describe, expect, test } from "vitest";
import type { ClusterDefinition, GroupDefinition, NodeDefinition } from "../../src/cluster/definition/definition.ts";
import { limits } from "../../src/cluster/limits.ts";
import { validateDefinition } from "../../src/cluster/definition/validate.ts";
import { clusterOf, disk, ipAddress, networkName, nodes, plainGroup, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const good = clusterOf({ Exchange: virtualServer(100) });
const lease = (ttl: number, renewMs: number) => clusterOf({}, { lease: { ttlMs: ttl, renewMs } });
const oneGroup = (group: GroupDefinition, parts: Partial<ClusterDefinition> = {}) => clusterOf({ G: group }, parts);
const many = <T>(count: number, make: (index: number) => T): Record<string, T> =>
  Object.fromEntries(Array.from({ length: count }, (_one, index) => [`N${index}`, make(index)]));
const manyNodes = (count: number) =>
  many<NodeDefinition>(count, (index) => ({ address: `10.0.${index >> 8}.${index & 255}`, properties: {} }));
const mta = { type: "Message Transfer Agent", possibleOwners: [], properties: { PartnersFile: "partners.yaml" } };

describe("Definitions", () => {
  type Bad = [title: string, definition: ClusterDefinition, path: string, code: string];
  const isRefused = (_title: string, definition: ClusterDefinition, path: string, code: string): void => {
    const problems = validateDefinition(definition).map((problem) => `${problem.path} ${problem.code}`);
    expect(problems).toEqual([`${path} ${code}`]);
  };

  test.each<Bad>([
    [
      "a resource on itself",
      oneGroup(plainGroup({ A: disk({}, { dependsOn: ["A"] }) })),
      "/groups/G/resources/A/dependsOn",
      "dependency-cycle",
    ],
    [
      "a cycle of three",
      oneGroup(
        plainGroup({
          A: disk({}, { dependsOn: ["B"] }),
          B: disk({}, { dependsOn: ["C"] }),
          C: disk({}, { dependsOn: ["A"] }),
        }),
      ),
      "/groups/G/resources/A/dependsOn",
      "dependency-cycle",
    ],
  ])("DF1: refused with its path and code: %s", isRefused);

  test("DF3: refused: two interfaces of one name", () => {
    const definition = clusterOf(
      {},
      {
        networks: {
          C: { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} },
          "B - C": { cidr: "192.0.2.0/24", role: "ClientAccess", properties: {} },
        },
        nodes: { A: { address: "192.0.2.1", properties: {} }, "A - B": { address: "192.0.2.2", properties: {} } },
      },
    );
    isRefused("", definition, "/nodes/A - B", "name-twice");
  });

  test.each<Bad>([
    [
      "a dependency on nothing",
      oneGroup(plainGroup({ A: disk({}, { dependsOn: ["B"] }) })),
      "/groups/G/resources/A/dependsOn/0",
      "no-such-resource",
    ],
    [
      "a dependency on an inherited name",
      oneGroup(plainGroup({ A: disk({}, { dependsOn: ["toString"] }) })),
      "/groups/G/resources/A/dependsOn/0",
      "no-such-resource",
    ],
    [
      "a dependency on another group's resource",
      clusterOf({ G: plainGroup({ A: disk({}, { dependsOn: ["B"] }) }), H: plainGroup({ B: disk() }) }),
      "/groups/G/resources/A/dependsOn/0",
      "no-such-resource",
    ],
  ])("DF2: refused with its path and code: %s", isRefused);

  test.each<Bad>([
    [
      "an address outside",
      oneGroup(plainGroup({ IP: ipAddress(1, { properties: { Address: "198.51.100.1" } }) })),
      "/groups/G/resources/IP/properties/Address",
      "address-outside-network",
    ],
    [
      "a mask that is not its network's",
      oneGroup(plainGroup({ IP: ipAddress(100, { properties: { SubnetMask: "255.255.0.0" } }) })),
      "/groups/G/resources/IP/properties/SubnetMask",
      "mask-differs",
    ],
    [
      "an IPv6 address in an IPv4 network",
      oneGroup(plainGroup({ IP: ipAddress(1, { properties: { Address: "::1" } }) })),
      "/groups/G/resources/IP/properties/Address",
      "address-outside-network",
    ],
    [
      "no address at all",
      oneGroup(plainGroup({ IP: ipAddress(1, { properties: { Address: "0.0.0.0", OverrideAddressMatch: 1 } }) })),
      "/groups/G/resources/IP/properties/Address",
      "property-format",
    ],
    [
      "an IPv4 address in the clothes of IPv6",
      oneGroup(
        plainGroup({ IP: ipAddress(1, { properties: { Address: "::ffff:c000:264", OverrideAddressMatch: 1 } }) }),
      ),
      "/groups/G/resources/IP/properties/Address",
      "property-format",
    ],
    [
      "a multicast address of a node",
      clusterOf({}, { nodes: { A: { address: "224.0.0.1", properties: {} } } }),
      "/nodes/A/address",
      "node-address",
    ],
    [
      "an address of two groups",
      clusterOf({ G: plainGroup({ IP: ipAddress(9) }), H: plainGroup({ IP: ipAddress(9) }) }),
      "/groups/H/resources/IP/properties/Address",
      "address-twice",
    ],
    [
      "an address of a group and a node",
      oneGroup(plainGroup({ IP: ipAddress(1) })),
      "/groups/G/resources/IP/properties/Address",
      "address-twice",
    ],
    [
      "an address twice in a group",
      oneGroup(plainGroup({ A: ipAddress(9), B: ipAddress(9) })),
      "/groups/G/resources/B/properties/Address",
      "address-twice",
    ],
    [
      "an address of two nodes",
      clusterOf(
        {},
        { nodes: { A: { address: "::1", properties: {} }, B: { address: "0:0:0:0:0:0:0:1", properties: {} } } },
      ),
      "/nodes/B/address",
      "address-twice",
    ],
    [
      "a network name twice, in another case",
      clusterOf({
        G: virtualServer(8),
        H: { ...virtualServer(9), resources: { IP: ipAddress(9), Name: networkName("vs8") } },
      }),
      "/groups/H/resources/Name/properties/Name",
      "name-twice",
    ],
  ])("DF3: refused with its path and code: %s", isRefused);

  test.each<Bad>([
    [
      "an unknown type",
      oneGroup(plainGroup({ A: disk({}, { type: "Toaster" }) })),
      "/groups/G/resources/A/type",
      "unknown-type",
    ],
    [
      "an inherited name as type",
      oneGroup(plainGroup({ A: disk({}, { type: "constructor" }) })),
      "/groups/G/resources/A/type",
      "unknown-type",
    ],
    [
      "an unknown property",
      oneGroup(plainGroup({ A: disk({ Colour: "red" }) })),
      "/groups/G/resources/A/properties/Colour",
      "unknown-property",
    ],
    [
      "an inherited name as property",
      oneGroup(plainGroup({ A: disk({ toString: 1 }) })),
      "/groups/G/resources/A/properties/toString",
      "unknown-property",
    ],
    [
      "an unknown property of a group",
      oneGroup(plainGroup({}, { properties: { Failback: 1 } })),
      "/groups/G/properties/Failback",
      "unknown-property",
    ],
    [
      "a value too high",
      oneGroup(plainGroup({ A: disk({ RestartAction: 3 }) })),
      "/groups/G/resources/A/properties/RestartAction",
      "property-range",
    ],
    [
      "a value too low",
      oneGroup(plainGroup({ A: disk({ PendingTimeout: 9 }) })),
      "/groups/G/resources/A/properties/PendingTimeout",
      "property-range",
    ],
    [
      "text for a number",
      oneGroup(plainGroup({ A: disk({ RestartThreshold: "3" }) })),
      "/groups/G/resources/A/properties/RestartThreshold",
      "property-type",
    ],
    [
      "a fraction",
      oneGroup(plainGroup({ A: disk({ RestartThreshold: 1.5 }) })),
      "/groups/G/resources/A/properties/RestartThreshold",
      "property-type",
    ],
    [
      "a number for text",
      oneGroup(plainGroup({ A: disk({ Device: 5 }) })),
      "/groups/G/resources/A/properties/Device",
      "property-type",
    ],
    [
      "an address that is none",
      oneGroup(plainGroup({ IP: ipAddress(1, { properties: { Address: "192.0.2.256" } }) })),
      "/groups/G/resources/IP/properties/Address",
      "property-format",
    ],
    [
      "a mask with a hole",
      oneGroup(plainGroup({ IP: ipAddress(9, { properties: { SubnetMask: "255.0.255.0" } }) })),
      "/groups/G/resources/IP/properties/SubnetMask",
      "property-format",
    ],
    ...["192.0.2.0", "192.0.2.255"].map((Address): Bad => [
      `${Address}, which names no host of its network`,
      oneGroup(plainGroup({ IP: ipAddress(9, { properties: { Address } }) })),
      "/groups/G/resources/IP/properties/Address",
      "property-format",
    ]),
    [
      "a host name with a space",
      oneGroup(plainGroup({ IP: ipAddress(9), Name: networkName("EX VS") })),
      "/groups/G/resources/Name/properties/Name",
      "property-format",
    ],
    [
      "a property that is missing",
      oneGroup(plainGroup({ IP: ipAddress(9), Name: { ...networkName("VS"), properties: {} } })),
      "/groups/G/resources/Name/properties/Name",
      "property-required",
    ],
    [
      "a network that is none",
      clusterOf({}, { networks: { n: { cidr: "192.0.2.0", role: "None", properties: {} } } }),
      "/networks/n/cidr",
      "network-cidr",
    ],
    [
      "a node's address that is none",
      clusterOf({}, { nodes: { N: { address: "host", properties: {} } } }),
      "/nodes/N/address",
      "node-address",
    ],
  ])("DF4: refused with its path and code: %s", isRefused);

  test.each<Bad>([
    ["a ttl below 300", lease(299, 50), "/lease/ttlMs", "lease-ttl"],
    ["a ttl above 60 000", lease(60_001, 5_000), "/lease/ttlMs", "lease-ttl"],
    ["a renewal over a quarter", lease(2_000, 501), "/lease/renewMs", "lease-renew"],
    ["a renewal over five seconds", lease(60_000, 5_001), "/lease/renewMs", "lease-renew"],
  ])("DF5: refused with its path and code: %s", isRefused);

  test.each<Bad>([
    [
      "a preferred owner that is missing",
      oneGroup(plainGroup({}, { preferredOwners: ["NODE9"] })),
      "/groups/G/preferredOwners/0",
      "no-such-node",
    ],
    [
      "a possible owner that is missing",
      oneGroup(plainGroup({ A: disk({}, { possibleOwners: ["NODE1", "valueOf"] }) })),
      "/groups/G/resources/A/possibleOwners/1",
      "no-such-node",
    ],
    [
      "a preferred owner twice",
      oneGroup(plainGroup({}, { preferredOwners: ["NODE1", "NODE1"] })),
      "/groups/G/preferredOwners/1",
      "named-twice",
    ],
    [
      "a network that is missing",
      oneGroup(plainGroup({ IP: ipAddress(9, { properties: { Network: "constructor" } }) })),
      "/groups/G/resources/IP/properties/Network",
      "no-such-network",
    ],
    [
      "a Network Name on nothing",
      oneGroup(plainGroup({ Name: networkName("VS", []) })),
      "/groups/G/resources/Name/dependsOn",
      "dependency-required",
    ],
    [
      "an MTA on an IP Address only",
      oneGroup(plainGroup({ IP: ipAddress(9), Mta: { ...mta, dependsOn: ["IP"] } })),
      "/groups/G/resources/Mta/dependsOn",
      "dependency-required",
    ],
    [
      "a group that no node may own",
      oneGroup(plainGroup({ A: disk({}, { possibleOwners: ["NODE1"] }), B: disk({}, { possibleOwners: ["NODE2"] }) })),
      "/groups/G/resources",
      "no-possible-owner",
    ],
  ])("DF6: refused with its path and code: %s", isRefused);

  test.each<Bad>([
    ["too many nodes", clusterOf({}, { nodes: manyNodes(limits.nodes + 1) }), "/nodes", "too-many"],
    [
      "too many networks",
      clusterOf(
        {},
        {
          networks: many(limits.networks + 1, () => ({ cidr: "192.0.2.0/24", role: "None" as const, properties: {} })),
        },
      ),
      "/networks",
      "too-many",
    ],
    [
      "too many resource types",
      clusterOf(
        {},
        { resourceTypes: many(limits.resourceTypes + 1, () => ({ basedOn: "Physical Disk", properties: {} })) },
      ),
      "/resourceTypes",
      "too-many",
    ],
    [
      "too many characters in all",
      clusterOf({ G: { ...plainGroup({}), properties: { Description: "x".repeat(limits.definitionLength) } } }),
      "",
      "too-large",
    ],
    ["too many groups", clusterOf(many(limits.groups + 1, () => plainGroup({}))), "/groups", "too-many"],
    [
      "too many resources in a group",
      oneGroup(plainGroup(many(limits.resourcesPerGroup + 1, () => disk()))),
      "/groups/G/resources",
      "too-many",
    ],
    [
      "too many resources in all",
      clusterOf(many(40, () => plainGroup(many(limits.resources / 40 + 1, () => disk())))),
      "/groups",
      "too-many",
    ],
  ])("DF7: refused with its path and code: %s", isRefused);

  test.each<Bad>([
    [
      "a name with a slash and a tilde",
      clusterOf({ "a/b~c": plainGroup({}, { properties: { x: 1 } }) }),
      "/groups/a~1b~0c/properties/x",
      "unknown-property",
    ],
  ])("DF8: refused with its path and code: %s", isRefused);

  test("DF1: the resources along a cycle are named", () => {
    const [problem] = validateDefinition(
      oneGroup(
        plainGroup({
          Top: disk({}, { dependsOn: ["A"] }),
          A: disk({}, { dependsOn: ["B"] }),
          B: disk({}, { dependsOn: ["A"] }),
        }),
      ),
    );
    expect(problem?.sentence).toBe("depends on itself: A → B → A");
  });

  test("DF2: a chain and a diamond are no cycle", () => {
    const diamond = {
      A: disk(),
      B: disk({}, { dependsOn: ["A"] }),
      C: disk({}, { dependsOn: ["A"] }),
      D: disk({}, { dependsOn: ["B", "C"] }),
    };
    expect(validateDefinition(oneGroup(plainGroup(diamond)))).toEqual([]);
  });

  test.each([
    [300, 75],
    [2_000, 500],
    [10_000, 2_500],
    [60_000, 5_000],
    [60_000, 25],
  ])("DF5: a ttl of %d ms with a renewal every %d ms may be", (ttl, renewMs) => {
    expect(validateDefinition(lease(ttl, renewMs))).toEqual([]);
  });

  test("DF7: as many as the limits say may be, also with a cluster of that size at work", () => {
    const cluster = new Cluster(
      clusterOf(
        many(limits.groups, () => plainGroup({ A: disk() })),
        { nodes: manyNodes(limits.nodes) },
      ),
    );
    cluster.up("N0", "N1");
    expect(cluster.state.durable.holds.size).toBe(limits.groups);
    expect(cluster.renew("N0").outcome).toMatchObject({ kind: "grant" });
    expect(cluster.written).toEqual(["leases N0-run-1"]);
  });

  test("DF7: more runs of one node than its limit are turned away", () => {
    const cluster = new Cluster(good);
    for (let run = 1; run <= limits.sessionsPerNode; run += 1) cluster.hello("NODE1", { incarnation: `run-${run}` });
    expect(cluster.turnedAway("NODE1", { incarnation: "one-more", connection: 1 })).toBe("too-many-runs");
    cluster.hello("NODE1", { incarnation: "run-2" });
    expect(cluster.session("run-2").connection.kind).toBe("open");
  });

  test("DF7: a run that holds nothing and has been silent for a ttl makes room for another one, and no other run does", () => {
    const cluster = new Cluster(good);
    cluster.up("NODE1");
    const { incarnation: owner } = cluster.run("NODE1");
    for (let run = 2; run <= limits.sessionsPerNode; run += 1) cluster.hello("NODE1", { incarnation: `run-${run}` });
    cluster.advance(ttlMs - 1);
    expect(cluster.turnedAway("NODE1", { incarnation: "early", connection: 1 })).toBe("too-many-runs");
    cluster.renew("run-2");
    cluster.advance(1);
    cluster.hello("NODE1", { incarnation: "one-more" });
    const runs = new Set(cluster.state.memory.sessions.keys());
    expect(runs).toEqual(new Set([owner, "run-2", "run-4", "one-more"]));
    expect(cluster.journal.slice(-2).map(({ kind }) => kind)).toEqual(["node.left", "node.joining"]);
  });

  test("DF8: each problem of a definition is named, and a refused definition changes nothing", () => {
    const cluster = new Cluster(good);
    const outcome = cluster.define(
      clusterOf({ G: plainGroup({ A: disk({ x: 1, y: 2 }) }) }, { lease: { ttlMs: 1, renewMs: 1 } }),
    );
    expect(outcome).toMatchObject({ kind: "refused", refusal: { code: "invalid-definition" } });
    if (outcome.kind !== "refused") throw new Error("it was taken");
    expect(outcome.refusal.problems?.map(({ path }) => path)).toEqual([
      "/lease/ttlMs",
      "/lease/renewMs",
      "/groups/G/resources/A/properties/x",
      "/groups/G/resources/A/properties/y",
    ]);
    expect(cluster.view().revision).toBe(1);
  });

  test("DF8: the same definition again changes nothing", () => {
    const cluster = new Cluster(good);
    cluster.up("NODE1", "NODE2");
    expect(cluster.define(structuredClone(good))).toEqual({ kind: "done", changed: [] });
    expect(cluster.effects).toEqual([]);
  });

  test("DF8: what changed is named, the order of nodes included", () => {
    const cluster = new Cluster(good);
    const turned = {
      ...good,
      nodes: { NODE2: { address: "192.0.2.2", properties: {} }, NODE1: { address: "192.0.2.1", properties: {} } },
    };
    expect(cluster.define(turned)).toEqual({ kind: "done", changed: ["nodes (order)"] });
    const next = { ...turned, lease: { ttlMs: 400, renewMs: 100 }, groups: { toString: plainGroup() } };
    expect(cluster.define(next)).toEqual({ kind: "done", changed: ["lease", "groups.Exchange", "groups.toString"] });
    expect(cluster.view().revision).toBe(3);
  });

  test("DF8: a definition of another cluster is refused", () => {
    const cluster = new Cluster(good);
    expect(cluster.ask({ type: "define", definition: { ...good, cluster: "other" }, force: false })).toBe(
      "cluster-name-differs",
    );
  });

  test("DF8: a node that is evicted and comes back is not paused", () => {
    const cluster = new Cluster(good);
    cluster.command({ type: "pause", node: "NODE2", drain: false, target: null });
    cluster.define({ ...good, nodes: nodes("NODE1") });
    cluster.define(good);
    expect(cluster.state.durable.nodes.get("NODE2")?.paused).toBe(false);
  });
});
