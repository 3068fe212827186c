import { describe, expect, test } from "vitest";
import type { AssignedResource } from "../../../src/cluster/messages.ts";
import { isAliveEveryMs, looksAliveEveryMs } from "../../../src/cluster/policies/resource-timing.ts";
import { chain, cut, down, drivers, exchange, hold, HostDriver, onlineHost, resource, up } from "./host-driver.ts";

/** One resource that is online, polled every second and, thoroughly, every ten. */
const polled = { LooksAlivePollInterval: 1_000, IsAlivePollInterval: 10_000, DeadlockTimeout: 5_000 };
const one = (more: Partial<AssignedResource> = {}): Record<string, AssignedResource> => ({
  disk: resource([], { properties: polled, ...more }),
});

const reportOf = (host: HostDriver, name: string) => host.says.report.holds[0]?.resources[name];

describe("HO8 LooksAlive and IsAlive", () => {
  test("HO8 by default the first is asked every five seconds, and the second every minute", () => {
    const host = onlineHost({ disk: resource() });
    host.advance(4_999);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["looks-alive disk"]);
    host.advance(54_999);
    expect(new Set(host.trace)).toEqual(new Set(["looks-alive disk"]));
    host.advance(1);
    expect(host.trace.at(-1)).toBe("is-alive disk");
  });

  test("HO8 the largest DWORD means the interval of the type, any other value itself", () => {
    const type = "Physical Disk";
    const spec = (properties: Record<string, number>) => ({ type, properties });
    const never = 0xffff_ffff;
    expect([looksAliveEveryMs(spec({})), isAliveEveryMs(spec({}))]).toEqual([5_000, 60_000]);
    const asTypes = spec({ LooksAlivePollInterval: never, IsAlivePollInterval: never });
    expect([looksAliveEveryMs(asTypes), isAliveEveryMs(asTypes)]).toEqual([5_000, 60_000]);
    const own = spec({ LooksAlivePollInterval: 10, IsAlivePollInterval: never - 1 });
    expect([looksAliveEveryMs(own), isAliveEveryMs(own)]).toEqual([10, never - 1]);
  });

  test("HO8 while both say yes nothing is said and nothing is touched", () => {
    const host = onlineHost(one());
    const { said } = host.state;
    host.advance(60_000);
    expect(new Set(host.trace)).toEqual(new Set(["looks-alive disk", "is-alive disk"]));
    expect(host.state.said).toBe(said);
  });

  test("HO8 when the first says no the second is asked at once, and its yes ends the doubt", () => {
    const host = onlineHost(one());
    host.drivers = drivers({ fails: ["looks-alive disk"] });
    host.advance(1_000);
    expect(host.trace).toEqual(["looks-alive disk", "is-alive disk"]);
    host.advance(999);
    expect(host.trace).toEqual([]);
    expect(host.statesOf(exchange)).toEqual({ disk: "Online" });
  });

  test("HO8 when the second says no the resource is terminated, and fails with what stands on it going down", () => {
    const host = onlineHost(chain());
    host.drivers = drivers({ fails: ["looks-alive name", "is-alive name"] });
    host.advance(5_000);
    expect(host.trace.slice(-3)).toEqual(["is-alive name", "terminate name", "offline mta"]);
    expect(host.statesOf(exchange)).toEqual({ mta: "Offline", name: "Failed", ip: "Online" });
    expect(reportOf(host, "name")).toEqual({
      state: "Failed",
      attempt: 1,
      problem: { code: "not-alive", message: "the driver failed" },
    });
  });

  test("HO8 a resource that came back is asked anew, from the time that it came back", () => {
    const host = onlineHost(one());
    host.advance(900);
    host.fail("disk");
    host.order(hold(one({ attempt: 2 })));
    host.advance(500);
    void host.trace;
    host.advance(999);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["looks-alive disk"]);
  });
});

describe("HO9 a poll is in nobody's way", () => {
  test("HO9 nothing more is asked of a resource while it has not answered, and others go on", () => {
    const host = onlineHost({ ...one(), other: resource([], { properties: polled }) });
    host.drivers = drivers({ hangs: ["looks-alive disk"] });
    host.advance(4_000);
    expect(host.trace.filter((line) => line.endsWith(" disk"))).toEqual(["looks-alive disk"]);
    expect(host.calls.filter(({ verb, at }) => verb === "looks-alive" && at.resource === "other")).toHaveLength(4);
  });

  test.each([
    ["down", down, "offline disk"],
    ["cut", cut, "terminate disk"],
  ])("HO9 %s is obeyed while a poll is under way, and its late no means nothing", (_, mode, called) => {
    const host = onlineHost(one());
    host.drivers = drivers({ hangs: ["looks-alive disk"] });
    host.advance(1_000);
    void host.trace;
    host.reorder(mode);
    expect(host.trace).toEqual([called]);
    host.finish("looks-alive", "disk", "fails");
    host.advance(60_000);
    expect(host.trace).toEqual([]);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO9 the answer of a poll of an earlier time online means nothing", () => {
    const host = onlineHost(one());
    host.drivers = drivers({ hangs: ["looks-alive disk"] });
    host.advance(1_000);
    const earlier = host.callOf("looks-alive", "disk");
    host.reorder(down);
    host.reorder(up);
    host.advance(1_000);
    void host.trace;
    host.finishCall(earlier, "fails");
    expect(host.trace).toEqual([]);
    host.finish("looks-alive", "disk", "fails");
    expect(host.trace).toEqual(["is-alive disk"]);
  });

  test("HO9 what is offline, pending or failed is not asked", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online slow"], fails: ["online broken"] });
    const { disk } = one();
    if (disk === undefined) throw new Error("no disk");
    host.order(hold({ slow: disk, broken: disk, off: { ...disk, wanted: "Offline" } }));
    host.advance(100_000);
    expect(host.trace).toEqual(["online slow", "online broken", "terminate broken"]);
  });
});

describe("HO10 a poll without an answer", () => {
  test.each(["looks-alive", "is-alive"] as const)("HO10 %s: the resource fails after DeadlockTimeout", (verb) => {
    const host = onlineHost(one());
    host.drivers = drivers({ fails: ["looks-alive disk"], hangs: [`${verb} disk`] });
    host.advance(1_000);
    void host.trace;
    host.advance(4_999);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["terminate disk"]);
    expect(reportOf(host, "disk")).toMatchObject({ state: "Failed", problem: { code: "deadlock" } });
    host.finish(verb, "disk");
    expect(host.statesOf(exchange)).toEqual({ disk: "Failed" });
  });

  test("HO10 by default it may take five minutes", () => {
    const host = onlineHost({ disk: resource() });
    host.drivers = drivers({ hangs: ["looks-alive disk"] });
    host.advance(304_999);
    expect(host.statesOf(exchange)).toEqual({ disk: "Online" });
    host.advance(1);
    expect(host.statesOf(exchange)).toEqual({ disk: "Failed" });
  });
});

describe("HO16 common properties", () => {
  test("HO16 another interval takes nothing down, and counts from the last answer", () => {
    const host = onlineHost(one());
    host.advance(600);
    host.order(hold(one({ properties: { ...polled, LooksAlivePollInterval: 700, RestartThreshold: 9 } })));
    expect(host.trace).toEqual([]);
    host.advance(99);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["looks-alive disk"]);
  });

  test("HO2 RestartDelay is the resource's own, also when it has changed since it failed", () => {
    const host = onlineHost(one({ properties: { RestartDelay: 3_000 } }));
    host.fail("disk");
    void host.trace;
    host.order(hold(one({ properties: { RestartDelay: 3_000 }, attempt: 2 })));
    host.advance(2_000);
    expect(host.trace).toEqual([]);
    host.order(hold(one({ properties: { RestartDelay: 2_500 }, attempt: 2 })));
    host.advance(499);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["online disk"]);
  });
});
