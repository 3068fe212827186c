import { describe, expect, test } from "vitest";
import { chain, down, drivers, exchange, hold, HostDriver, onlineHost, up } from "./host-driver.ts";

const failed = { mta: "Offline", name: "Failed", ip: "Online" };
const allOnline = { mta: "Online", name: "Online", ip: "Online" };

describe("HO12 failing on demand", () => {
  test("HO12 it is terminated, fails with a code of its own, and comes back as after any failure", () => {
    const host = onlineHost();
    host.order(hold(chain({ name: { fails: 1 } })));
    expect(host.trace).toEqual(["terminate name", "offline mta"]);
    expect(host.says.report.holds[0]?.resources["name"]).toMatchObject({
      state: "Failed",
      attempt: 1,
      problem: { code: "failed-by-operator" },
    });
    host.order(hold(chain({ name: { fails: 1, attempt: 2 } })));
    host.advance(500);
    expect(host.trace).toEqual(["online name", "online mta"]);
    expect(host.statesOf(exchange)).toEqual(allOnline);
  });

  test("HO12 it fails once, however much higher the number is and however often it is said", () => {
    const host = onlineHost();
    const asked = (attempt: number) => hold(chain({ name: { fails: 7, attempt } }));
    host.order(asked(1));
    host.order(asked(2));
    host.advance(500);
    void host.trace;
    host.order(asked(3));
    host.advance(1_000);
    expect(host.trace).toEqual([]);
    host.order(hold(chain({ name: { fails: 8, attempt: 3 } })));
    expect(host.trace).toEqual(["terminate name", "offline mta"]);
  });

  test("HO12 a lower number, as after a roll-back, is taken over and means nothing", () => {
    const host = onlineHost(chain({ name: { fails: 5, restarts: 5 } }));
    host.order(hold(chain({ name: { fails: 2, restarts: 2 } })));
    expect(host.trace).toEqual([]);
    host.order(hold(chain({ name: { fails: 3, restarts: 2 } })));
    expect(host.trace).toEqual(["terminate name", "offline mta"]);
  });

  test("HO12 what is on its way up takes the number over", () => {
    const host = new HostDriver();
    host.drivers = drivers({ hangs: ["online name"] });
    host.order(hold());
    host.order(hold(chain({ name: { fails: 1, restarts: 1 } })));
    host.drivers = () => "ok";
    host.finish("online", "name");
    expect(host.trace).toEqual(["online ip", "online name", "online mta"]);
    expect(host.statesOf(exchange)).toEqual(allOnline);
  });

  test("HO12 what is offline, on its way down, or has failed takes it over as well", () => {
    const host = onlineHost();
    host.drivers = drivers({ hangs: ["offline mta"] });
    host.fail("ip");
    host.reorder(down);
    host.order(hold(chain({ mta: { fails: 1, restarts: 1 }, ip: { fails: 1, restarts: 1, attempt: 2 } })));
    host.drivers = () => "ok";
    host.finish("offline", "mta");
    void host.trace;
    host.advance(500);
    expect(host.trace).toEqual(["online ip", "online name", "online mta"]);
    host.reorder(up);
    host.advance(1_000);
    expect(host.trace).toEqual([]);
  });

  test("HO12 an order to go down is obeyed, and no failure comes of it", () => {
    const host = onlineHost();
    host.order(hold(chain({ name: { fails: 1 } }), { mode: down }));
    expect(host.trace).toEqual(["offline mta", "offline name", "offline ip"]);
    expect(host.statesOf(exchange)).toEqual({ mta: "Offline", name: "Offline", ip: "Offline" });
  });

  test("HO12 the number of one resource is nobody else's", () => {
    const host = onlineHost();
    host.order(hold(chain({ name: { fails: 1 } })));
    expect(host.statesOf(exchange)).toEqual(failed);
  });
});

describe("HO13 restarting on demand", () => {
  test("HO13 it goes down from the top with what stands on it, and comes up from the bottom, once", () => {
    const host = onlineHost();
    host.order(hold(chain({ name: { restarts: 3 } })));
    expect(host.trace).toEqual(["offline mta", "offline name", "online name", "online mta"]);
    host.order(hold(chain({ name: { restarts: 3 } })));
    host.advance(1_000);
    expect(host.trace).toEqual([]);
    expect(host.says.report.holds[0]?.resources["name"]).toEqual({ state: "Online", attempt: 1, restarts: 3 });
  });

  test("HO13 while what stands on it is still going it waits, and forgets nothing", () => {
    const host = onlineHost();
    host.drivers = drivers({ hangs: ["offline mta"] });
    host.order(hold(chain({ ip: { restarts: 1 } })));
    host.wake();
    expect(host.trace).toEqual(["offline mta"]);
    host.drivers = () => "ok";
    host.finish("offline", "mta");
    expect(host.trace).toEqual(["offline name", "offline ip", "online ip", "online name", "online mta"]);
  });

  test("HO13 asked for both, it fails", () => {
    const host = onlineHost();
    host.order(hold(chain({ name: { fails: 1, restarts: 1 } })));
    expect(host.statesOf(exchange)).toEqual(failed);
    host.order(hold(chain({ name: { fails: 1, restarts: 1, attempt: 2 } })));
    host.advance(500);
    void host.trace;
    host.wake();
    expect([host.trace, host.statesOf(exchange)]).toEqual([[], allOnline]);
  });
});
