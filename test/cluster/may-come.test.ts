import { expect, test } from "vitest";
import { clusterOf, ipAddress, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

test("GR12: a node is told the addresses of all groups that it may own, whoever owns them now", () => {
  const only = { possibleOwners: ["NODE1"] } as const;
  const cluster = new Cluster(
    clusterOf({
      A: virtualServer(100),
      B: virtualServer(101, { resources: { More: { ...ipAddress(102), ...only } } }),
    }),
  );
  cluster.up("NODE1", "NODE2");
  expect(cluster.assigned("NODE1").mayCome).toEqual(["192.0.2.100", "192.0.2.101", "192.0.2.102"]);
  expect(cluster.assigned("NODE2").mayCome).toEqual(["192.0.2.100"]);
  const { revision } = cluster.assigned("NODE2");
  cluster.command({ type: "move", group: "A", target: "NODE2", at: null });
  cluster.release("NODE1");
  expect(cluster.assigned("NODE2").mayCome, "a move changes nothing of it").toEqual(["192.0.2.100"]);
  expect(cluster.assigned("NODE2").revision).not.toEqual(revision);
  cluster.define(clusterOf({ A: virtualServer(103) }));
  expect(cluster.assigned("NODE1").mayCome).toEqual(["192.0.2.103"]);
});
