import { describe, expect, test } from "vitest";
import type { AssignedResource } from "../../../src/cluster/messages.ts";
import { chain, cut, down, drivers, exchange, hold, type HostDriver, onlineHost, resource, up } from "./host-driver.ts";

const limitMs = 3_000;

const withLimit = (DrainTimeout: number): Record<string, AssignedResource> =>
  chain({ ip: { properties: { DrainTimeout } } });

/** A host whose group is online, and whose drains end only when a test says so. */
function busyHost(resources = withLimit(limitMs)): HostDriver {
  const host = onlineHost(resources);
  host.drivers = drivers({ hangs: ["drain ip", "drain mta", "drain ip6"] });
  return host;
}

const taken = ["offline mta", "offline name", "offline ip"];

describe("HO17 a group that leaves drains first", () => {
  test("HO17 nothing is taken down before each drain has ended, and then the dependents first", () => {
    const host = busyHost();
    host.reorder(down);
    expect(host.trace).toEqual(["drain mta", "drain ip"]);
    expect(host.statesOf(exchange)).toEqual({ mta: "Online", name: "Online", ip: "Online" });
    host.finish("drain", "mta");
    host.advance(limitMs - 1);
    expect(host.trace).toEqual([]);
    host.finish("drain", "ip");
    expect(host.trace).toEqual(taken);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO17 its DrainTimeout is the end of it, to the millisecond and without an answer", () => {
    const host = busyHost();
    host.reorder(down);
    expect(host.callOf("drain", "ip").deadline).toBe(host.now + limitMs);
    host.advance(limitMs - 1);
    expect(host.trace).toEqual(["drain mta", "drain ip"]);
    host.advance(1);
    expect(host.trace).toEqual(taken);
    host.finish("drain", "ip");
    expect(host.trace).toEqual([]);
  });

  test("HO17 with nothing open it is gone in the same moment", () => {
    const host = onlineHost(withLimit(limitMs));
    host.reorder(down);
    expect(host.trace).toEqual(["drain mta", "drain ip", ...taken]);
  });

  test("HO17 of two addresses the longer one counts, for the MTA too, and one of 0 is not drained", () => {
    const ip = (DrainTimeout: number): AssignedResource =>
      resource([], { type: "IP Address", properties: { DrainTimeout } });
    const host = busyHost({ mta: resource(["ip"], { type: "Message Transfer Agent" }), ip: ip(0), ip6: ip(700) });
    host.reorder(down);
    expect(host.trace).toEqual(["drain mta", "drain ip6"]);
    expect(host.callOf("drain", "mta").deadline).toBe(host.now + 700);
    host.advance(700);
    expect(host.trace).toEqual(["offline mta", "offline ip6", "offline ip"]);
  });

  test("HO17 without an address that drains nothing does", () => {
    const host = busyHost(withLimit(0));
    host.reorder(down);
    expect(host.trace).toEqual(taken);
  });

  test("HO17 a drain that breaks keeps nobody from going", () => {
    const host = onlineHost(withLimit(limitMs));
    host.drivers = drivers({ fails: ["drain ip", "drain mta"] });
    host.reorder(down);
    expect(host.trace).toEqual(["drain mta", "drain ip", ...taken]);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO17 the fuse cuts it: everything goes at once, addresses first", () => {
    for (const end of [(host: HostDriver) => host.reorder(cut), (host: HostDriver) => host.order()]) {
      const host = busyHost();
      host.reorder(down);
      void host.trace;
      end(host);
      expect(host.trace).toEqual(["terminate ip", "terminate mta", "terminate name"]);
      host.finish("drain", "ip");
      expect(host.trace).toEqual([]);
    }
  });

  test("HO17 what nothing covers any more does not drain", () => {
    const host = busyHost();
    host.reorder({ kind: "down", deadline: null });
    expect(host.trace).toEqual(taken);
  });

  test("HO17 renewals while it drains begin it no second time, and move what it may stay until", () => {
    const host = busyHost();
    host.reorder({ kind: "down", deadline: 2e9 });
    host.advance(1_000);
    host.reorder({ kind: "down", deadline: 3e9 });
    expect(host.trace).toEqual(["drain mta", "drain ip"]);
    expect(host.extended.map(({ deadline }) => deadline)).toEqual([2e9, 3e9]);
    host.advance(limitMs - 1_000);
    expect(host.trace).toEqual(taken);
  });

  test("HO17 what has failed, comes or goes already is not waited for, nor is its group later", () => {
    const failed = busyHost();
    failed.drivers = drivers({ hangs: ["drain ip"], fails: ["online name"] });
    failed.fail("name");
    void failed.trace;
    failed.reorder(down);
    expect(failed.trace).toEqual(["offline ip"]);

    const coming = onlineHost(withLimit(limitMs));
    coming.drivers = drivers({ hangs: ["online mta", "terminate mta"] });
    coming.order(hold(chain({ ip: { properties: { DrainTimeout: limitMs } }, mta: { restarts: 1 } })));
    coming.reorder(down);
    coming.finish("terminate", "mta");
    expect(coming.trace).toEqual(["offline mta", "online mta", "terminate mta", "offline name", "offline ip"]);
  });

  test("HO17 a failure while it drains is the end of draining", () => {
    const host = busyHost();
    host.reorder(down);
    host.fail("name");
    expect(host.trace).toEqual(["drain mta", "drain ip", "terminate name", "offline mta", "offline ip"]);
  });

  test("HO17 what an operator keeps offline makes its group no less whole", () => {
    const host = busyHost();
    host.order(hold(chain({ ip: { properties: { DrainTimeout: limitMs } }, mta: { wanted: "Offline" } })));
    void host.trace;
    host.reorder(down);
    expect(host.trace).toEqual(["drain ip"]);
  });

  test("HO17 a group that is taken offline where it is does not drain", () => {
    const host = busyHost();
    const offline = { wanted: "Offline" } as const;
    host.order(hold(chain({ ip: { ...offline, properties: { DrainTimeout: limitMs } }, name: offline, mta: offline })));
    expect(host.trace).toEqual(taken);
  });
});

describe("HO18 a move that is called off", () => {
  test("HO18 what drains or has drained lets new connections in again, and its end means nothing any more", () => {
    const host = busyHost();
    host.reorder(down);
    host.finish("drain", "mta");
    const first = host.callOf("drain", "ip");
    host.reorder(up);
    expect(host.resumed).toEqual(["mta", "ip"]);
    host.finishCall(first);
    host.advance(limitMs);
    expect(host.trace.filter((line) => line.startsWith("off"))).toEqual([]);
    host.reorder(up);
    expect(host.resumed).toEqual(["mta", "ip"]);
  });

  test("HO18 it drains anew, for its whole time, when it is to leave again", () => {
    const host = busyHost();
    host.reorder(down);
    host.advance(limitMs - 1);
    host.reorder(up);
    host.reorder(down);
    host.advance(limitMs - 1);
    expect(host.trace.filter((line) => line.startsWith("off"))).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(taken);
  });

  test("HO18 half way down what is still there is let in again, and what has gone comes as new", () => {
    const host = busyHost();
    host.drivers = drivers({ hangs: ["offline name"] });
    host.reorder(down);
    host.reorder(up);
    expect(host.resumed).toEqual(["ip"]);
    host.finish("offline", "name");
    expect(host.trace.slice(-2)).toEqual(["online name", "online mta"]);
  });

  test("HO18 a longer DrainTimeout takes nothing down, and counts for the next move", () => {
    const host = busyHost();
    host.order(hold(withLimit(9_000)));
    expect(host.trace).toEqual([]);
    host.reorder(down);
    expect(host.callOf("drain", "ip").deadline).toBe(host.now + 9_000);
  });
});
