import { describe, expect, test } from "vitest";
import { clusterOf, ipAddress, ttlMs, virtualServer } from "./definitions.ts";
import { Cluster } from "./driver.ts";

const one = clusterOf({ VS: virtualServer(100) });

function up(): Cluster {
  const cluster = new Cluster(one);
  cluster.up("NODE1", "NODE2");
  return cluster;
}

/** Both are there, and NODE1, which owns it, has nothing of it online yet. */
function waiting(): Cluster {
  const cluster = new Cluster(clusterOf({}));
  cluster.up("NODE1", "NODE2");
  cluster.define(one);
  return cluster;
}

const told = (cluster: Cluster, node: string) => cluster.assigned(node).groups[0]?.heldBefore;
const move = { type: "move", group: "VS", target: "NODE2", at: null } as const;

describe("What is told of who had an address before", () => {
  test("GR11: nobody of the cluster had it: a stranger may have it", () => {
    expect(told(up(), "NODE1")).toEqual({ "192.0.2.100": "unused" });
  });

  test("GR11: nothing of what its last owner has had online and released", () => {
    const cluster = up();
    cluster.renew("NODE1");
    cluster.command(move);
    cluster.release("NODE1");
    expect(cluster.owner("VS")).toBe("NODE2#2");
    expect(told(cluster, "NODE2")).toEqual({});
  });

  test("GR11: what its last owner has released without having had it online is as unknown as before, however often", () => {
    const cluster = waiting();
    cluster.command(move);
    cluster.release("NODE1");
    expect(told(cluster, "NODE2")).toEqual({ "192.0.2.100": "unused" });
    cluster.command({ ...move, target: "NODE1" });
    cluster.release("NODE2");
    expect(cluster.owner("VS")).toBe("NODE1#3");
    expect(told(cluster, "NODE1")).toEqual({ "192.0.2.100": "unused" });
    const silent = up();
    silent.pass(ttlMs, "NODE2");
    silent.command({ type: "want", group: "VS", wanted: "Offline" });
    silent.witness("NODE2");
    silent.renew("NODE1");
    silent.command({ ...move, target: "NODE1" });
    silent.release("NODE2");
    expect(silent.owner("VS")).toBe("NODE1#3");
    expect(told(silent, "NODE1")).toEqual({ "192.0.2.100": "expired" });
  });

  test("GR11: a stranger has it: that it failed on one node is no word for the next one", () => {
    const cluster = waiting();
    const problem = { code: "address-in-use", message: "192.0.2.100 is in use" };
    for (let n = 0; cluster.assigned("NODE1").groups[0]?.wanted !== "Offline" && n < 8; n += 1) {
      cluster.renew("NODE1", { report: cluster.report("NODE1", { IP: { state: "Failed", problem } }) });
    }
    cluster.release("NODE1");
    expect(cluster.owner("VS")).toBe("NODE2#2");
    expect(told(cluster, "NODE2")).toEqual({ "192.0.2.100": "unused" });
  });

  test("GR11, GP21: a move that is called off leaves it as it was", () => {
    const cluster = up();
    cluster.command(move);
    cluster.command({ type: "cancel", group: "VS" });
    expect(cluster.owner("VS")).toBe("NODE1#1");
    expect(told(cluster, "NODE1")).toEqual({ "192.0.2.100": "unused" });
  });

  test("GR11: its last owner was silent, or was said to be down: it may still be there", () => {
    const silent = up();
    silent.witness("NODE2");
    expect(silent.owner("VS")).toBe("NODE2#2");
    expect(told(silent, "NODE2")).toEqual({ "192.0.2.100": "expired" });
    const moving = up();
    moving.command(move);
    moving.witness("NODE2");
    expect(told(moving, "NODE2")).toEqual({ "192.0.2.100": "expired" });
    const down = up();
    down.close("NODE1");
    down.renew("NODE2");
    down.command({ type: "confirm-down", node: "NODE1" });
    expect(told(down, "NODE2")).toEqual({ "192.0.2.100": "expired" });
  });

  test("GR11: an address that is got under the epoch was nobody's, and so was one that is new to the next owner", () => {
    const cluster = up();
    cluster.renew("NODE1");
    cluster.command(move);
    cluster.release("NODE1");
    cluster.renew("NODE2");
    cluster.define(clusterOf({ VS: virtualServer(100, { resources: { More: ipAddress(101) } }) }));
    expect(cluster.owner("VS")).toBe("NODE2#2");
    expect(told(cluster, "NODE2")).toEqual({ "192.0.2.101": "unused" });
    cluster.renew("NODE2");
    cluster.command({ ...move, target: "NODE1" });
    const other = clusterOf({ VS: virtualServer(102, { resources: { More: ipAddress(101) } }) });
    cluster.define(other);
    cluster.release("NODE2");
    expect(cluster.owner("VS")).toBe("NODE1#3");
    expect(told(cluster, "NODE1")).toEqual({ "192.0.2.102": "unused" });
  });

  test("GR11: it is told over a start of the object as well", () => {
    const cluster = up();
    cluster.restart();
    cluster.hello("NODE1");
    cluster.pass(ttlMs, "NODE1");
    expect(told(cluster, "NODE1")).toEqual({ "192.0.2.100": "unused" });
  });

  test("GP4: an address that is in use fails with the event of MSCS for it", () => {
    const cluster = up();
    const problem = { code: "address-in-use", message: "192.0.2.100 is in use" };
    cluster.renew("NODE1", { report: cluster.report("NODE1", { IP: { state: "Failed", problem } }) });
    expect(cluster.entry("resource.failed")).toMatchObject({
      mscsId: 1049,
      resource: "IP",
      details: { code: problem.code },
    });
  });
});
