import { describe, expect, test } from "vitest";
import type { AssignedResource } from "../../../src/cluster/messages.ts";
import { chain, cut, down, drivers, exchange, hold, HostDriver, onlineHost } from "./host-driver.ts";

const polled = { LooksAlivePollInterval: 1_000, IsAlivePollInterval: 10_000, DeadlockTimeout: 5_000 };
const watched = (more: Partial<AssignedResource> = {}): Record<string, AssignedResource> =>
  chain({ name: { properties: polled, ...more } });
const observed = (resources = watched()) => hold(resources, { observe: true });
const seenFailed = { mta: "Online", name: "Failed", ip: "Online" };
const allOnline = { mta: "Online", name: "Online", ip: "Online" };

function observedHost(): HostDriver {
  const host = onlineHost(watched());
  host.order(observed());
  return host;
}

/** The calls since the last time, without the polls. */
const touched = (host: HostDriver): string[] => host.trace.filter((line) => !/^(?:looks|is)-alive /.test(line));
const problemOf = (host: HostDriver) => host.says.report.holds[0]?.resources["name"]?.problem?.code;

describe("HO14 a group that is only observed", () => {
  test("HO14 polls go on, and what they find is reported and touches nothing", () => {
    const host = observedHost();
    host.drivers = drivers({ fails: ["looks-alive name", "is-alive name"] });
    host.advance(1_000);
    expect(host.statesOf(exchange)).toEqual(seenFailed);
    expect(problemOf(host)).toBe("not-alive");
    host.advance(60_000);
    expect(host.calls.filter(({ verb }) => verb === "is-alive").length).toBeGreaterThan(5);
    expect(touched(host)).toEqual([]);
    expect(host.isOffline(exchange)).toBe(false);
  });

  test("HO14 what is well again is reported so", () => {
    const host = observedHost();
    host.drivers = drivers({ fails: ["looks-alive name", "is-alive name"] });
    host.advance(1_000);
    host.drivers = () => "ok";
    host.advance(1_000);
    expect(host.statesOf(exchange)).toEqual(allOnline);
    expect(touched(host)).toEqual([]);
  });

  test("HO14 what a driver says is reported, and no poll's yes takes it back", () => {
    const host = observedHost();
    host.fail("name");
    host.advance(30_000);
    expect(host.statesOf(exchange)).toEqual(seenFailed);
    expect(problemOf(host)).toBe("simulated");
    expect(touched(host)).toEqual([]);
  });

  test("HO14 a poll without an answer is reported, and its late yes ends that", () => {
    const host = observedHost();
    host.drivers = drivers({ hangs: ["looks-alive name"] });
    host.advance(60_000);
    expect([host.statesOf(exchange), problemOf(host)]).toEqual([seenFailed, "deadlock"]);
    host.drivers = () => "ok";
    host.finish("looks-alive", "name");
    expect([host.statesOf(exchange), touched(host)]).toEqual([allOnline, []]);
  });

  test("HO14 a changed description, a higher attempt, a demand and an unwanted resource wait until it ends", () => {
    const host = onlineHost(watched());
    host.fail("mta");
    void host.trace;
    const changed = chain({
      mta: { attempt: 2 },
      name: { properties: polled, restarts: 1 },
      ip: { properties: { Address: "127.9.0.2" } },
    });
    host.order(observed(changed));
    host.order(observed({ ...changed, ip: { ...host.callOf("online", "ip").spec, wanted: "Offline" } }));
    host.advance(10_000);
    expect(touched(host)).toEqual([]);
    host.order(hold(changed));
    expect(touched(host)).toEqual(["offline name", "offline ip", "online ip", "online name", "online mta"]);
    expect(host.statesOf(exchange)).toEqual(allOnline);
  });

  test("HO14 nothing is brought online that is not", () => {
    const host = new HostDriver();
    host.order(observed());
    host.advance(60_000);
    expect(host.trace).toEqual([]);
    expect(host.statesOf(exchange)).toEqual({ mta: "Offline", name: "Offline", ip: "Offline" });
    host.order(hold(watched()));
    expect(host.trace).toEqual(["online ip", "online name", "online mta"]);
  });

  test("HO14 what had begun is finished", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online ip"] });
    host.order(hold(watched()));
    host.order(observed());
    host.finish("online", "ip", "fails");
    expect(host.trace).toEqual(["online ip", "terminate ip"]);
    expect(host.statesOf(exchange)["ip"]).toBe("Failed");
  });

  test("HO14 cut and down are obeyed, whatever was seen, and end with everything offline", () => {
    for (const mode of [cut, down]) {
      const host = observedHost();
      host.drivers = drivers({ fails: ["looks-alive name", "is-alive name"] });
      host.advance(1_000);
      host.drivers = drivers({ hangs: ["offline mta"] });
      host.order(hold(watched(), { mode, observe: true }));
      if (mode === down) {
        // What is still up is said to be up, so that nobody takes it for gone.
        expect(host.statesOf(exchange)).toEqual({ mta: "OfflinePending", name: "Online", ip: "Online" });
        expect(host.isOffline(exchange)).toBe(false);
        host.finish("offline", "mta");
      }
      expect(new Set(touched(host).map((line) => line.split(" ")[1]))).toEqual(new Set(["mta", "name", "ip"]));
      expect(host.isOffline(exchange)).toBe(true);
    }
  });

  test("HO14 orders that no longer name it are a cut", () => {
    const host = observedHost();
    host.fail("name");
    host.order();
    expect(host.says.report.holds).toEqual([]);
  });
});

describe("HO15 when observing ends", () => {
  function ended(outcome: "ok" | "fails"): HostDriver {
    const host = observedHost();
    host.drivers = drivers({ fails: ["looks-alive name", "is-alive name"] });
    host.advance(1_000);
    host.drivers = drivers({ hangs: ["is-alive name"] });
    void host.trace;
    host.order(hold(watched()));
    expect(host.trace).toEqual(["is-alive name"]);
    expect(host.statesOf(exchange), "until the answer is there, nothing is said to have failed").toEqual(allOnline);
    host.finish("is-alive", "name", outcome);
    return host;
  }

  test("HO15 what a poll had found is asked again, and a yes is the end of it", () => {
    const host = ended("ok");
    expect([host.statesOf(exchange), touched(host)]).toEqual([allOnline, []]);
  });

  test("HO15 a no is a failure then", () => {
    const host = ended("fails");
    expect(touched(host)).toEqual(["terminate name", "offline mta"]);
    expect(host.statesOf(exchange)).toEqual({ mta: "Offline", name: "Failed", ip: "Online" });
  });

  test("HO15 a driver that said so is believed", () => {
    const host = observedHost();
    host.fail("name");
    host.order(hold(watched()));
    expect(host.trace).toEqual(["terminate name", "offline mta"]);
    expect(problemOf(host)).toBe("simulated");
  });

  test("HO15 a poll that is still not answered fails it", () => {
    const host = observedHost();
    host.drivers = drivers({ hangs: ["looks-alive name"] });
    host.advance(60_000);
    host.order(hold(watched()));
    expect(touched(host)).toEqual(["terminate name", "offline mta"]);
    expect(problemOf(host)).toBe("deadlock");
  });

  test("HO15 a poll that is under way is waited for, and then it is asked thoroughly", () => {
    const host = observedHost();
    host.drivers = drivers({ fails: ["looks-alive name", "is-alive name"] });
    host.advance(1_000);
    host.drivers = drivers({ hangs: ["looks-alive name"] });
    host.advance(1_000);
    void host.trace;
    host.order(hold(watched()));
    expect(host.trace).toEqual([]);
    host.finish("looks-alive", "name");
    expect([host.trace, host.statesOf(exchange)]).toEqual([["is-alive name"], allOnline]);
  });
});
