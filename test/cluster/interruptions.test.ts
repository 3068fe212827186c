import { describe, expect, test } from "vitest";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import { clusterOf, disk, plainGroup, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

function online(definition: ClusterDefinition): Cluster {
  const cluster = new Cluster(definition);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

describe("Interruptions", () => {
  test("DF18: what a definition interrupts where it is is told, and nothing that goes on", () => {
    const resources = {
      Disk: disk(),
      Job: disk({}, { dependsOn: ["IP"] }),
      Either: disk({}, { dependsOn: [["IP", "Disk"]] }),
    };
    const cluster = online(clusterOf({ Exchange: virtualServer(100, { resources }), Other: plainGroup() }));
    cluster.define(clusterOf({ Exchange: virtualServer(101, { resources }), Other: plainGroup() }));
    expect(cluster.entry("group.interrupted")).toMatchObject({
      sentence:
        "Group Exchange is interrupted on node NODE1: IP, Name, Job go offline and come online again as described now.",
      group: "Exchange",
      node: "NODE1",
      epoch: 1,
    });
    cluster.define(clusterOf({ Exchange: virtualServer(101, { resources, preferredOwners: ["NODE1"] }) }));
    const slower = { ...resources, Disk: disk({ PendingTimeout: 9_000 }) };
    cluster.define(clusterOf({ Exchange: virtualServer(101, { resources: slower }) }));
    cluster.command({ type: "maintenance", on: true });
    cluster.define(clusterOf({ Exchange: virtualServer(102, { resources }) }));
    expect(cluster.count("group.interrupted")).toBe(1);
  });
});
