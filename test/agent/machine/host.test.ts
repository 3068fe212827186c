import { namesIn } from "../../../src/cluster/definition/dependencies.ts";
import { describe, expect, test } from "vitest";
import type { LocalResource } from "../../../src/agent/host-state.ts";
import { type AssignedResource, holdId } from "../../../src/cluster/messages.ts";
import { randomFrom } from "../../simulation/random.ts";
import {
  type Call,
  chain,
  cut,
  down,
  drivers,
  exchange,
  hold,
  HostDriver,
  onlineHost as online,
  resource,
  up,
} from "./host-driver.ts";

const states = (mta: string, name: string, ip: string): Record<string, string> => ({ mta, name, ip });

describe("GP1 dependencies give the order", () => {
  test("GP1 a resource comes online when all that it depends on is online", () => {
    const host = new HostDriver();
    host.drivers = () => "hangs";
    host.order(hold());
    expect(host.trace).toEqual(["online ip"]);
    host.finish("online", "ip");
    expect(host.trace).toEqual(["online name"]);
    host.finish("online", "name");
    expect(host.trace).toEqual(["online mta"]);
    expect(host.statesOf(exchange)).toEqual(states("OnlinePending", "Online", "Online"));
  });

  test("GP1 a resource goes offline when nothing that depends on it is up", () => {
    const host = online();
    host.drivers = () => "hangs";
    host.reorder(down);
    expect(host.trace).toEqual(["offline mta"]);
    host.finish("offline", "mta");
    host.finish("offline", "name");
    host.finish("offline", "ip");
    expect(host.trace).toEqual(["offline name", "offline ip"]);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("GP1 what is set up otherwise is said to be outdated for as long as it is up", () => {
    const host = online();
    host.drivers = () => "hangs";
    const before = host.says.report.revision;
    host.order(hold(chain({ ip: { properties: { Address: "192.0.2.200" } } })));
    expect(host.says.report.revision).not.toEqual(before);
    const ip = () => host.says.report.holds[0]?.resources["ip"];
    expect(ip()).toEqual({ state: "Online", attempt: 1, outdated: true });
    host.finish("offline", "mta");
    host.finish("offline", "name");
    expect(ip()).toEqual({ state: "OfflinePending", attempt: 1 });
    host.finish("offline", "ip");
    host.finish("online", "ip");
    expect(ip()).toEqual({ state: "Online", attempt: 1 });
  });

  test("GP1 what does not depend on each other goes at the same time", () => {
    const host = new HostDriver();
    host.drivers = () => "hangs";
    host.order(hold({ top: resource(["a", "b"]), a: resource(), b: resource() }));
    expect(host.trace).toEqual(["online a", "online b"]);
    host.finish("online", "b");
    expect(host.trace).toEqual([]);
    host.finish("online", "a");
    expect(host.trace).toEqual(["online top"]);
  });

  test("GP1 what is wanted offline keeps what stands on it offline, and nothing else", () => {
    const host = online();
    host.order(hold(chain({ name: { wanted: "Offline" } })));
    expect(host.trace).toEqual(["offline mta", "offline name"]);
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "Online"));
    host.order(hold());
    expect(host.trace).toEqual(["online name", "online mta"]);
  });

  test("GP1 the diamonds of 64 resources take 64 calls each way, and no walk of all their paths", () => {
    const reads = { count: 0 };
    const host = new HostDriver();
    host.order(hold(diamonds(64, reads)));
    const came = host.trace.map((line) => Number(line.split(" r")[1]));
    expect(came.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, n) => n));
    expect(layersOf(came)).toEqual(layersOf(came).toSorted((a, b) => a - b));
    host.reorder(down);
    const went = host.trace.map((line) => Number(line.split(" r")[1]));
    expect(layersOf(went)).toEqual(layersOf(came).toReversed());
    // One event for each call and each order; per event at most every pair of resources is looked at, a few times.
    expect(host.steps).toBe(2 * 64 + 2);
    expect(reads.count / host.steps).toBeLessThan(8 * 64 * 64);
  });

  test("GP1 a chain of 64 that is described from the top is no harder than one from the bottom", () => {
    const names = Array.from({ length: 64 }, (_, n) => `r${n}`);
    const stack = Object.fromEntries(names.map((name, n) => [name, resource(n === 63 ? [] : [`r${n + 1}`])]));
    const host = new HostDriver();
    host.order(hold(stack));
    expect(host.trace).toEqual(names.toReversed().map((name) => `online ${name}`));
    host.fail("r63");
    expect(host.trace).toEqual(["terminate r63", ...names.slice(0, 63).map((name) => `offline ${name}`)]);
  });

  test.each(["constructor", "toString", "hasOwnProperty", "7"])(
    "GP1 a resource and a group may be called %s",
    (name) => {
      const host = new HostDriver();
      const ref = { group: name, epoch: 1 };
      host.order(hold({ [name]: resource(), valueOf: resource([name]) }, { ref }));
      expect(host.statesOf(ref)).toEqual({ [name]: "Online", valueOf: "Online" });
      host.order(hold({ valueOf: resource() }, { ref }));
      expect(host.statesOf(ref)).toEqual({ valueOf: "Online" });
    },
  );
});

/** Layers of two, each resource standing on both of the layer below: 2^32 paths from the top. */
function diamonds(count: number, reads: { count: number }): Record<string, AssignedResource> {
  const counted = (names: string[]): string[] =>
    new Proxy(names, {
      get(target, key, receiver) {
        reads.count += 1;
        return Reflect.get(target, key, receiver);
      },
    });
  const below = (n: number): string[] => (n < 2 ? [] : [`r${n - (n % 2) - 2}`, `r${n - (n % 2) - 1}`]);
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`r${n}`, resource(counted(below(n)))]));
}

function layersOf(numbers: readonly number[]): number[] {
  return numbers.map((n) => Math.floor(n / 2));
}

describe("HO1 down, up and cut", () => {
  test("HO1 cut takes everything at once, addresses first", () => {
    const host = online();
    host.drivers = () => "hangs";
    host.reorder(cut);
    expect(host.trace).toEqual(["terminate ip", "terminate mta", "terminate name"]);
    expect(host.isOffline(exchange)).toBe(false);
    for (const name of ["mta", "name", "ip"]) host.finish("terminate", name);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO1 cut while an offline call is under way overtakes it", () => {
    const host = online();
    host.drivers = drivers({ hangs: ["offline mta"] });
    host.reorder(down);
    host.reorder(cut);
    expect(host.trace).toEqual(["offline mta", "terminate ip", "terminate mta", "terminate name"]);
    host.finish("offline", "mta");
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "Offline"));
  });

  test("HO1 cut while an online call is under way overtakes it, and calls nothing that was not up", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online ip"] });
    host.order(hold());
    host.reorder(cut);
    expect(host.trace).toEqual(["online ip", "terminate ip"]);
    host.finish("online", "ip");
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "Offline"));
  });

  test("HO1 cut again, or after the orders no longer name it, calls nothing twice", () => {
    const host = online();
    host.drivers = () => "hangs";
    host.reorder(cut);
    host.reorder(cut);
    host.order();
    host.wake();
    expect(host.trace).toHaveLength(3);
    for (const name of ["mta", "name", "ip"]) host.finish("terminate", name);
    expect(host.says.report.holds).toEqual([]);
  });

  test("HO1 what the orders no longer name is cut", () => {
    const host = online();
    host.order();
    expect(host.trace).toEqual(["terminate ip", "terminate mta", "terminate name"]);
    expect(host.says).toMatchObject({ report: { holds: [] }, offline: [] });
  });

  test("HO1 a down that becomes an up half way comes up again from where it is", () => {
    const host = online();
    host.drivers = drivers({ hangs: ["offline name"] });
    host.reorder(down);
    host.reorder(up);
    expect(host.trace).toEqual(["offline mta", "offline name"]);
    host.finish("offline", "name");
    expect(host.trace).toEqual(["online name", "online mta"]);
  });

  test("HO1 older orders than those that are known are not carried out", () => {
    const host = online();
    const { n } = host.state.orders;
    for (const old of [n, n - 1, 0])
      host.event({ type: "orders", orders: { n: old, revision: null, ttlMs: 2_000, holds: [], mayCome: [] } });
    expect(host.trace).toEqual([]);
  });

  test("HO1 a call to come online carries the deadline, and a renewed one is told to what is up", () => {
    const host = new HostDriver();
    host.order(hold(chain(), { mode: { kind: "up", deadline: 5_000 } }));
    expect(host.calls.map(({ deadline }) => deadline)).toEqual([5_000, 5_000, 5_000]);
    host.reorder({ kind: "up", deadline: 5_000 });
    expect(host.extended).toEqual([]);
    host.reorder({ kind: "up", deadline: 6_000 });
    host.reorder({ kind: "down", deadline: 5_500 });
    expect(host.extended.map(({ deadline }) => deadline)).toEqual([6_000, 5_500]);
  });

  test("HO1 what was cut is not extended by a later grant: it goes first, and comes up under the new deadline", () => {
    const host = online();
    host.drivers = drivers({ hangs: ["terminate ip"] });
    host.reorder(cut);
    host.reorder({ kind: "up", deadline: 2e9 });
    expect(host.extended).toEqual([]);
    void host.trace;
    host.finish("terminate", "ip");
    expect(host.trace).toEqual(["online ip", "online name", "online mta"]);
    expect(host.callOf("online", "ip").deadline).toBe(2e9);
  });

  test("HO1 a hold that is new and not to be up is offline at once, and says so under its orders", () => {
    for (const mode of [down, cut]) {
      const host = new HostDriver();
      host.order(hold(chain(), { mode }));
      expect(host.trace).toEqual([]);
      expect(host.isOffline(exchange)).toBe(true);
    }
  });
});

describe("HO2 what does not come online", () => {
  const impatient = { properties: { PendingTimeout: 3_000 } };

  test("HO2 what fails is terminated before it counts as failed", () => {
    const host = new HostDriver();
    host.drivers = drivers({ fails: ["online ip"], hangs: ["terminate ip"] });
    host.order(hold());
    expect(host.trace).toEqual(["online ip", "terminate ip"]);
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "OfflinePending"));
    expect(host.isOffline(exchange)).toBe(false);
    host.finish("terminate", "ip");
    expect(host.says.report.holds[0]?.resources["ip"]).toEqual({
      state: "Failed",
      attempt: 1,
      problem: { code: "simulated", message: "the driver failed" },
    });
  });

  test("HO2 what does not come online within its PendingTimeout is terminated at that moment", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online ip"] });
    host.order(hold(chain({ ip: impatient })));
    host.advance(2_999);
    expect(host.trace).toEqual(["online ip"]);
    host.advance(1);
    expect(host.trace).toEqual(["terminate ip"]);
    expect(host.says.report.holds[0]?.resources["ip"]).toMatchObject({
      state: "Failed",
      problem: { code: "pending-timeout" },
    });
  });

  test("HO2 what does not go offline within its PendingTimeout is terminated, and is offline, not failed", () => {
    const host = online(chain({ mta: impatient }));
    host.drivers = drivers({ hangs: ["offline mta"] });
    host.reorder(down);
    host.advance(3_000);
    expect(host.trace).toEqual(["offline mta", "terminate mta", "offline name", "offline ip"]);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO2 an offline call that fails is followed by a termination", () => {
    const host = online();
    host.drivers = drivers({ fails: ["offline mta"] });
    host.reorder(down);
    expect(host.trace).toEqual(["offline mta", "terminate mta", "offline name", "offline ip"]);
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "Offline"));
  });

  test("HO2 under the same attempt it is not tried again", () => {
    const host = failedOnce();
    host.order(hold());
    host.advance(60_000);
    expect(host.trace).toEqual([]);
  });

  test("HO2 under a higher attempt it is tried again, half a second after it failed", () => {
    const host = failedOnce();
    host.order(hold(chain({ ip: { attempt: 2 } })));
    host.advance(499);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["online ip", "online name", "online mta"]);
    expect(host.says.report.holds[0]?.resources["ip"]).toEqual({ state: "Online", attempt: 2 });
  });

  test("HO2 until it is tried again it is reported under the attempt that failed", () => {
    const host = failedOnce();
    host.order(hold(chain({ ip: { attempt: 2 } })));
    expect(host.says.report.holds[0]?.resources["ip"]).toMatchObject({ state: "Failed", attempt: 1 });
  });

  test("HO2 so it is when the higher attempt comes while it is still being terminated", () => {
    const host = new HostDriver();
    host.drivers = drivers({ fails: ["online ip"], hangs: ["terminate ip"] });
    host.order(hold());
    host.order(hold(chain({ ip: { attempt: 2 } })));
    host.drivers = () => "ok";
    host.finish("terminate", "ip");
    expect(host.says.report.holds[0]?.resources["ip"]).toMatchObject({ state: "Failed", attempt: 1 });
    host.advance(500);
    expect(host.says.report.holds[0]?.resources["ip"]).toEqual({ state: "Online", attempt: 2 });
  });

  test("HO2 a failed resource that is set up otherwise waits for a higher attempt as well", () => {
    const host = failedOnce();
    const otherwise = { properties: { Address: "127.9.0.2" } };
    host.order(hold(chain({ ip: otherwise })));
    host.advance(60_000);
    expect(host.trace).toEqual([]);
    host.order(hold(chain({ ip: { ...otherwise, attempt: 2 } })));
    expect(host.callOf("online", "ip").spec.properties).toMatchObject(otherwise.properties);
  });

  function failedOnce(): HostDriver {
    const host = new HostDriver();
    host.drivers = drivers({ fails: ["online ip"] });
    host.order(hold());
    host.drivers = () => "ok";
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "Failed"));
    void host.trace;
    return host;
  }
});

describe("HO3 a call that was overtaken has no say", () => {
  test("HO3 the late success of an online call does not bring back what was taken down", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online ip", "terminate ip"] });
    host.order(hold());
    host.reorder(down);
    host.finish("online", "ip");
    expect(host.statesOf(exchange)["ip"]).toBe("OfflinePending");
    host.finish("terminate", "ip");
    host.finish("online", "ip");
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO3 Online, Offline, Online again while it is pending: the first call's end is not that of the second", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online ip"] });
    host.order(hold());
    const first = host.callOf("online", "ip");
    host.order(hold(chain({ ip: { wanted: "Offline" } })));
    host.order(hold());
    expect(host.trace).toEqual(["online ip", "terminate ip", "online ip"]);
    host.finishCall(first);
    host.finishCall(first, "fails");
    expect(host.statesOf(exchange)["ip"]).toBe("OnlinePending");
    host.drivers = () => "ok";
    host.finish("online", "ip");
    expect(host.statesOf(exchange)).toEqual(states("Online", "Online", "Online"));
  });

  test("HO3 a failure that belongs to an earlier run of the resource is not this one's", () => {
    const host = online();
    const earlier = host.callOf("online", "ip");
    host.reorder(down);
    host.reorder(up);
    void host.trace;
    host.fail("ip", earlier);
    expect(host.trace).toEqual([]);
    host.fail("ip");
    expect(host.trace[0]).toBe("terminate ip");
  });

  test("HO3 a failure of what is going offline anyway changes nothing", () => {
    const host = online();
    host.drivers = drivers({ hangs: ["offline mta"] });
    host.reorder(down);
    void host.trace;
    host.fail("mta");
    expect(host.trace).toEqual([]);
    host.finish("offline", "mta");
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO3 a termination that was answered twice, or for another resource, changes nothing", () => {
    const host = online();
    const call = host.callOf("online", "ip");
    host.finishCall(call);
    host.finishCall(call, "fails");
    const { state } = host;
    host.finishCall({ ...call, at: { ...call.at, resource: "constructor" } });
    host.finishCall({ ...call, at: { resource: "ip", hold: { group: "Exchange", epoch: 4 } } });
    host.fail("ip", { ...call, at: { ...call.at, resource: "nobody" } });
    expect(host.state).toEqual(state);
    expect(host.trace).toEqual([]);
  });
});

describe("HO4 a termination that fails", () => {
  test("HO4 three times is repeated three times, a tenth of a second apart, and counts as offline only then", () => {
    const host = online();
    let failures = 3;
    host.drivers = ({ verb, at }) =>
      verb === "terminate" && at.resource === "ip" && (failures -= 1) >= 0 ? "fails" : "ok";
    host.reorder(cut);
    expect(host.trace).toEqual(["terminate ip", "terminate mta", "terminate name"]);
    for (const repeated of [1, 2]) {
      host.advance(99);
      expect(host.trace, `repetition ${repeated}`).toEqual([]);
      host.advance(1);
      expect(host.trace).toEqual(["terminate ip"]);
      expect(host.isOffline(exchange)).toBe(false);
    }
    host.advance(100);
    expect(host.trace).toEqual(["terminate ip"]);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO4 keeps the reason for which it was terminated", () => {
    const host = online();
    let failures = 3;
    host.drivers = ({ verb }) => (verb === "terminate" && (failures -= 1) >= 0 ? "fails" : "ok");
    host.fail("mta");
    expect(host.says.report.holds[0]?.resources["mta"]).toMatchObject({
      state: "OfflinePending",
      problem: { message: "it broke" },
    });
    host.advance(300);
    expect(host.says.report.holds[0]?.resources["mta"]).toMatchObject({
      state: "Failed",
      problem: { message: "it broke" },
    });
  });

  test("HO4 holds back what stands below it", () => {
    const host = online();
    host.drivers = drivers({ fails: ["offline mta", "terminate mta"] });
    host.reorder(down);
    host.advance(1_000);
    expect(new Set(host.trace)).toEqual(new Set(["offline mta", "terminate mta"]));
    expect(host.statesOf(exchange)).toEqual(states("OfflinePending", "Online", "Online"));
  });

  test("HO4 is repeated also when the orders no longer name it, and it stays in the report until it is gone", () => {
    const host = online();
    host.drivers = drivers({ fails: ["terminate ip"] });
    host.order();
    host.advance(1_000);
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "OfflinePending"));
    host.drivers = () => "ok";
    host.advance(100);
    expect(host.says.report.holds).toEqual([]);
  });

  test("HO7 what is left of an earlier epoch holds back the next one of its group, and no other group", () => {
    const host = online();
    const next = { group: "Exchange", epoch: 4 };
    const web = { group: "Web", epoch: 1 };
    host.drivers = ({ verb, at }) => (verb === "terminate" && at.resource === "name" ? "fails" : "ok");
    const another = chain({ ip: { properties: { Address: "192.0.2.9" } } });
    host.order(hold(chain(), { ref: next }), hold(another, { ref: web }));
    host.advance(1_000);
    expect(host.statesOf(web)).toEqual(states("Online", "Online", "Online"));
    expect(host.statesOf(next)).toEqual(states("Offline", "Offline", "Offline"));
    host.drivers = () => "ok";
    host.advance(100);
    expect(host.statesOf(exchange)).toEqual({});
    expect(host.statesOf(next)).toEqual(states("Online", "Online", "Online"));
  });

  test("HO7 an address comes only when no other ownership has it on the host, also of another group", () => {
    const at = (Address: string) => chain({ ip: { properties: { Address } } });
    const host = new HostDriver();
    host.order(hold(at("192.0.2.10")));
    const web = { group: "Web", epoch: 1 };
    const news = { group: "News", epoch: 1 };
    host.drivers = ({ verb, at: { resource } }) => (verb === "terminate" && resource === "ip" ? "fails" : "ok");
    host.order(hold(at("192.0.2.10"), { ref: web }), hold(at("192.0.2.11"), { ref: news }));
    host.advance(1_000);
    expect(host.statesOf(news)).toEqual(states("Online", "Online", "Online"));
    expect(host.statesOf(web)).toEqual(states("Offline", "Offline", "Offline"));
    host.drivers = () => "ok";
    host.advance(100);
    expect(host.statesOf(web)).toEqual(states("Online", "Online", "Online"));
  });
});

describe("HO7 an address that passes from one ownership to another on one host", () => {
  const address = (Address: string) => ({ ip: resource([], { type: "IP Address", properties: { Address } }) });
  const web = { group: "Web", epoch: 1 };

  test.each([
    ["waits until the one before has let go of it", "2001:db8::1", "2001:db8:0::1", "Offline"],
    ["waits for no other address", "2001:db8::1", "2001:db8::2", "Online"],
  ])("HO7 it %s: what takes it away would take it from both", (_title, before, after, meanwhile) => {
    const host = new HostDriver();
    host.order(hold(address(before)));
    host.drivers = ({ verb }) => (verb === "terminate" ? "fails" : "ok");
    host.order(hold(address(after), { ref: web }));
    expect(host.statesOf(web)).toEqual({ ip: meanwhile });
    host.drivers = () => "ok";
    host.advance(100);
    expect(host.statesOf(exchange)).toEqual({});
    expect(host.statesOf(web)).toEqual({ ip: "Online" });
  });
});

describe("HO5 a resource that is described otherwise", () => {
  const otherwise = { properties: { Name: "MTA-VS2" } };

  test("HO5 in the middle of a chain goes down and comes up again with all that stands on it, and nothing else", () => {
    const host = online();
    host.order(hold(chain({ name: otherwise })));
    expect(host.trace).toEqual(["offline mta", "offline name", "online name", "online mta"]);
    expect(host.callOf("offline", "name").spec.properties).toEqual({});
    expect(host.callOf("online", "name").spec.properties).toEqual(otherwise.properties);
  });

  test("HO5 while it is pending is terminated, and started as it is described now", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online name"] });
    host.order(hold());
    host.drivers = () => "ok";
    host.order(hold(chain({ name: otherwise })));
    expect(host.trace).toEqual(["online ip", "online name", "terminate name", "online name", "online mta"]);
    expect(host.callOf("online", "name").spec.properties).toEqual(otherwise.properties);
  });

  test("HO5 and back again before it is down comes up as it was", () => {
    const host = online();
    host.drivers = drivers({ hangs: ["offline mta"] });
    host.order(hold(chain({ name: otherwise })));
    host.order(hold());
    host.drivers = () => "ok";
    host.finish("offline", "mta");
    expect(host.trace).toEqual(["offline mta", "online mta"]);
  });

  test("HO5 with properties in another order, another attempt or nothing new is the same", () => {
    const host = online(chain({ ip: { properties: { Address: "127.9.0.1", SubnetMask: "255.0.0.0" } } }));
    host.order(hold(chain({ ip: { properties: { SubnetMask: "255.0.0.0", Address: "127.9.0.1" }, attempt: 5 } })));
    expect(host.trace).toEqual([]);
    expect(host.says.report.holds[0]?.resources["ip"]).toEqual({ state: "Online", attempt: 5 });
  });

  test("HO5 that depends on something else comes up on that", () => {
    const host = online({ a: resource(), b: resource(), top: resource(["a"]) });
    host.order(hold({ a: resource(), b: resource(), top: resource(["b"]) }));
    expect(host.trace).toEqual(["offline top", "online top"]);
    host.fail("a");
    expect(host.trace).toEqual(["terminate a"]);
  });

  test("HO5 of another type goes down as what it was and comes up as what it is", () => {
    const host = online();
    host.order(hold(chain({ mta: { type: "Generic" } })));
    expect(host.calls.slice(-2).map(({ verb, spec }) => [verb, spec.type])).toEqual([
      ["offline", "Message Transfer Agent"],
      ["online", "Generic"],
    ]);
  });

  test("HO5 not any more goes down, and is forgotten when it is", () => {
    const host = online({ ...chain(), disk: resource() });
    host.drivers = drivers({ hangs: ["offline disk"] });
    host.order(hold());
    expect(host.trace).toEqual(["offline disk"]);
    expect(Object.keys(host.statesOf(exchange))).toContain("disk");
    host.finish("offline", "disk");
    expect(host.statesOf(exchange)).toEqual(states("Online", "Online", "Online"));
  });

  test("HO5 not any more, below others that now stand without it, goes last", () => {
    const host = online({ top: resource(["disk"]), disk: resource() });
    host.order(hold({ top: resource() }));
    expect(host.trace[0]).toBe("offline top");
    expect(new Set(host.trace)).toEqual(new Set());
    expect(
      host.calls
        .slice(-3)
        .map(({ verb, at }) => `${verb} ${at.resource}`)
        .toSorted(),
    ).toEqual(["offline disk", "offline top", "online top"]);
    expect(host.statesOf(exchange)).toEqual({ top: "Online" });
  });

  test("HO5 and named again comes up anew", () => {
    const host = online();
    const { mta: _mta, ...without } = chain();
    host.order(hold(without));
    host.order(hold());
    expect(host.trace).toEqual(["offline mta", "online mta"]);
  });

  test("HO5 is taken down as it was when a drain says nothing of it", () => {
    const host = online();
    host.order(hold({}, { mode: down }));
    expect(host.trace).toEqual(["offline mta", "offline name", "offline ip"]);
    expect(host.isOffline(exchange)).toBe(true);
  });
});

describe("HO6 what fails takes what stands on it offline", () => {
  test("HO6 at once, top-down, and it comes back with it", () => {
    const host = online();
    host.fail("ip");
    expect(host.trace).toEqual(["terminate ip", "offline mta", "offline name"]);
    expect(host.statesOf(exchange)).toEqual(states("Offline", "Offline", "Failed"));
    host.order(hold(chain({ ip: { attempt: 2 } })));
    host.advance(500);
    expect(host.trace).toEqual(["online ip", "online name", "online mta"]);
  });

  test("HO6 also what is only on its way up", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online mta"] });
    host.order(hold());
    host.fail("ip");
    expect(host.trace).toEqual([
      "online ip",
      "online name",
      "online mta",
      "terminate ip",
      "terminate mta",
      "offline name",
    ]);
  });

  test("HO6 and not what stands beside it", () => {
    const host = online({ ...chain(), disk: resource() });
    host.fail("mta");
    expect(host.trace).toEqual(["terminate mta"]);
    expect(host.statesOf(exchange)).toEqual({ mta: "Failed", name: "Online", ip: "Online", disk: "Online" });
  });
});

test("EN2 the host calls offline only what is ordered, down whole, and said of the orders given last", () => {
  const host = online();
  host.drivers = () => "hangs";
  host.reorder(down);
  expect(host.says).toMatchObject({ n: 2, offline: [] });
  host.finish("offline", "mta");
  host.finish("offline", "name");
  expect(host.says.offline).toEqual([]);
  host.finish("offline", "ip");
  expect(host.says).toMatchObject({ n: 2, offline: [exchange] });
  host.reorder(up);
  expect(host.says).toMatchObject({ n: 3, offline: [] });
});

test("HO1 random orders, failures and late calls: never out of order, and as ordered in the end", () => {
  for (let seed = 0; seed < 200; seed += 1) hostileRun(seed);
});

function hostileRun(seed: number): void {
  const random = randomFrom(seed);
  const host = new HostDriver();
  const hanging: Call[] = [];
  let attempt = 1;
  host.drivers = (call) => {
    assertInOrder(host, call, seed);
    const outcome = random.pick(["ok", "ok", "ok", "fails", "hangs"] as const);
    if (outcome === "hangs") hanging.push(call);
    return outcome;
  };
  const names = ["a", "b", "c", "d", "constructor"];
  const describe = (): Record<string, AssignedResource> => {
    const chosen = names.filter(() => random.chance(0.8));
    return Object.fromEntries(
      chosen.map((name, n) => {
        const dependsOn = chosen.slice(0, n).filter(() => random.chance(0.4));
        const wanted = random.chance(0.9) ? "Online" : "Offline";
        return [name, resource(dependsOn, { properties: { Port: random.pick([102, 103]) }, wanted, attempt })];
      }),
    );
  };
  for (let turn = 0; turn < 60; turn += 1) {
    attempt += random.chance(0.3) ? 1 : 0;
    const mode = random.pick([up, up, up, down, cut]);
    if (random.chance(0.4)) host.order(...(random.chance(0.9) ? [hold(describe(), { mode })] : []));
    const late = random.chance(0.6) ? hanging.shift() : undefined;
    if (late !== undefined) host.finishCall(late, random.pick(["ok", "fails"]));
    const broken = host.calls.findLast(({ verb }) => verb === "online");
    if (broken !== undefined && random.chance(0.2)) host.fail(broken.at.resource, broken);
    host.advance(random.between(0, 300));
  }
  host.drivers = (call) => {
    assertInOrder(host, call, seed);
    return "ok";
  };
  for (const late of hanging) host.finishCall(late);
  host.order(hold(chain({ mta: { attempt: 99 }, name: { attempt: 99 }, ip: { attempt: 99 } })));
  host.advance(1_000);
  expect(host.statesOf(exchange), `seed ${seed}`).toEqual(states("Online", "Online", "Online"));
}

/** Nothing is called online on what is not online, and nothing offline under what is up. */
function assertInOrder(host: HostDriver, { verb, at, spec }: Call, seed: number): void {
  const resources = host.state.holds.get(holdId(at.hold))?.resources ?? new Map<string, LocalResource>();
  const kindOf = (name: string): string => resources.get(name)?.phase.kind ?? "Offline";
  if (verb === "online") {
    for (const below of namesIn(spec.dependsOn))
      expect(kindOf(below), `seed ${seed}: ${at.resource} on ${below}`).toBe("Online");
  } else if (verb === "offline") {
    for (const [name, local] of resources) {
      if (!namesIn(local.spec.dependsOn).includes(at.resource)) continue;
      expect(["Offline", "Failed"], `seed ${seed}: ${at.resource} under ${name}`).toContain(kindOf(name));
    }
  }
}
