import { describe, expect, test } from "vitest";
import { down, drivers, exchange, hold, HostDriver, onlineHost, resource } from "./host-driver.ts";

const slow = { disk: resource([], { properties: { PendingTimeout: 1_000 } }) };

function pending(): HostDriver {
  const host = new HostDriver();
  host.drivers = drivers({ hangs: ["online disk", "offline disk"] });
  host.order(hold(slow));
  void host.trace;
  return host;
}

const reported = (host: HostDriver) => host.says.report.holds[0]?.resources["disk"];

describe("HO11 progress of a pending call", () => {
  test("HO11 a higher checkpoint begins the PendingTimeout anew", () => {
    const host = pending();
    host.advance(900);
    host.progress("online", "disk", 1);
    host.advance(999);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["terminate disk"]);
    expect(reported(host)).toMatchObject({ state: "Failed", problem: { code: "pending-timeout" } });
    expect(reported(host)?.problem?.message).toContain("checkpoint 1");
  });

  test.each([
    ["the same one", 5],
    ["a lower one", 4],
  ])("HO11 %s begins nothing", (_, checkpoint) => {
    const host = pending();
    host.progress("online", "disk", 5);
    host.advance(900);
    host.progress("online", "disk", checkpoint);
    host.advance(100);
    expect(host.trace).toEqual(["terminate disk"]);
  });

  test("HO11 however often it rises, ten PendingTimeouts are the end of it", () => {
    const host = pending();
    for (let checkpoint = 0; checkpoint < 19; checkpoint += 1) {
      host.advance(500);
      host.progress("online", "disk", checkpoint);
    }
    expect(host.trace).toEqual([]);
    host.advance(499);
    expect(host.trace).toEqual([]);
    host.advance(1);
    expect(host.trace).toEqual(["terminate disk"]);
  });

  test("HO11 so it is when it goes offline, with a count of its own", () => {
    const host = onlineHost(slow);
    host.drivers = drivers({ hangs: ["offline disk"] });
    host.reorder(down);
    host.advance(900);
    host.progress("offline", "disk", 0);
    host.advance(999);
    expect(host.trace).toEqual(["offline disk"]);
    host.advance(1);
    expect(host.trace).toEqual(["terminate disk"]);
    expect(host.isOffline(exchange)).toBe(true);
  });

  test("HO11 what a call says that is over means nothing", () => {
    const host = pending();
    const first = host.callOf("online", "disk");
    host.finish("online", "disk");
    const { state } = host;
    host.event({ type: "progress", at: first.at, call: first.call, checkpoint: 9 });
    host.event({ type: "progress", at: { ...first.at, resource: "nobody" }, call: first.call, checkpoint: 9 });
    expect(host.state).toEqual(state);
    host.reorder(down);
    host.event({ type: "progress", at: first.at, call: first.call, checkpoint: 9 });
    host.advance(1_000);
    expect(host.trace.at(-1)).toBe("terminate disk");
  });

  test("HO11 it is reported while it is pending, a second after the last one at the earliest", () => {
    const host = pending();
    expect(reported(host)).toEqual({ state: "OnlinePending", attempt: 1 });
    host.progress("online", "disk", 1);
    expect(reported(host)).toEqual({ state: "OnlinePending", attempt: 1, checkpoint: 1 });
    const { said } = host.state;
    host.advance(999);
    host.progress("online", "disk", 2);
    expect(host.state.said).toBe(said);
    host.advance(1);
    host.progress("online", "disk", 3);
    expect(reported(host)).toMatchObject({ checkpoint: 3 });
    host.finish("online", "disk");
    expect(reported(host)).toEqual({ state: "Online", attempt: 1 });
  });
});
