import { expect, test } from "vitest";
import { clusterOf, disk, plainGroup } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const online = { type: "want", group: "A", wanted: "Online", operation: "again" } as const;

function begin(): Cluster {
  const cluster = new Cluster(clusterOf({ A: plainGroup({ Disk: disk() }) }));
  cluster.hello("NODE1");
  return cluster;
}

const status = (cluster: Cluster) => cluster.state.durable.operations.get("again")?.status.state ?? null;

test("CL14 what is asked for again before it has come about can be waited for, though nothing changes by it", () => {
  const cluster = begin();
  expect(cluster.command(online)).toEqual({ kind: "done", changed: [] });
  expect(status(cluster)).toBe("Pending");
  cluster.renew("NODE1");
  cluster.countStart("NODE1");
  cluster.renew("NODE1");
  cluster.renew("NODE1");
  expect(cluster.groupView("A").state).toBe("Online");
  expect(status(cluster)).toBe("Completed");
});

test("CL14 what is so already needs no waiting, and nothing is written", () => {
  const cluster = begin();
  cluster.up("NODE1");
  cluster.renew("NODE1");
  expect(cluster.groupView("A").state).toBe("Online");
  cluster.command(online);
  expect(status(cluster)).toBeNull();
  expect(cluster.written).toEqual([]);
  cluster.command({ type: "want-resource", group: "A", resource: "Disk", wanted: "Online", operation: "again" });
  expect(status(cluster)).toBeNull();
});
