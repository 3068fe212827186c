import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AssociateResult, Association } from "../../src/mta/call.ts";
import type { Ending } from "../../src/mta/association.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { deferred } from "../../src/mta/deferred.ts";
import { Fuse } from "../../src/mta/fuse.ts";
import { minRetryMs, Outbound } from "../../src/mta/outbound.ts";
import { x410Mode } from "../../src/mta/x410-mode.ts";
import { afterwards, eventually, peer } from "./support.ts";

/** Keeps calling with these results, the last one for ever, and notes when. */
function keepCalling(results: AssociateResult[]) {
  const calledAt: number[] = [];
  const outbound = new Outbound({
    now: monotonicMs,
    courier: null,
    associate: async () => {
      calledAt.push(monotonicMs());
      return (results.length > 1 ? results.shift() : results[0]) ?? refused;
    },
  });
  afterwards(() => outbound.destroy());
  return { outbound, calledAt };
}

const refused: AssociateResult = { outcome: "refused", code: "refused-by-partner", reason: "validationFailure" };
const standby: AssociateResult = { outcome: "deferred", code: "verdict-defer", reason: "standby", retryAfterMs: 5000 };

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, at) => time - (times[at] ?? 0));
}

describe("MT19 calls are tried again, no faster than is of use", () => {
  test("MT19 after a failure: 250 ms, then twice as long each time", async () => {
    const { calledAt } = keepCalling([refused]);
    await eventually("three calls", () => calledAt.length === 3);
    const [first = 0, second = 0] = gaps(calledAt);
    expect(first).toBeGreaterThanOrEqual(minRetryMs - 1);
    expect(first).toBeLessThan(2 * minRetryMs);
    expect(second).toBeGreaterThanOrEqual(2 * minRetryMs - 1);
    expect(second).toBeLessThan(4 * minRetryMs);
  });

  test("MT19 waking it changes nothing after a failure, and everything while it waits for a verdict", async () => {
    const afterFailure = keepCalling([refused]);
    const waiting = keepCalling([standby]);
    await eventually("both have called", () => afterFailure.calledAt.length === 1 && waiting.calledAt.length === 1);
    await delay(20);
    afterFailure.outbound.wake();
    waiting.outbound.wake();
    await delay(20);
    expect([afterFailure.calledAt.length, waiting.calledAt.length]).toEqual([1, 2]);
  });

  test("MT19 one association at a time, and none after it was stopped", async () => {
    const closed = deferred<Ending>();
    const ending: Ending = { type: "released", code: "released", sentence: "", peer: { partner: null, mtaName: null } };
    const association: Association = {
      partner: peer(1),
      localAddress: "",
      localPort: 0,
      remoteAddress: "",
      closed: closed.promise,
      release: async () => {
        closed.resolve(ending);
        return ending;
      },
      abort: async () => ending,
      destroy: () => closed.resolve(ending),
      opened: {
        peer: { partner: "peer.test", mtaName: "EXCHVS" },
        terms: { checkpointOctets: null, windowSize: 3 },
        connection: { callingReference: "592", commonReference: "261122171300Z" },
        mode: x410Mode,
      },
      transfer: () => closed.promise,
    };
    const { outbound, calledAt } = keepCalling([{ outcome: "associated", association }]);
    await delay(2 * minRetryMs);
    expect(calledAt).toHaveLength(1);
    await outbound.stop();
    await delay(2 * minRetryMs);
    expect(calledAt).toHaveLength(1);
  });
});

describe("MT17 a fuse blows once, and for good", () => {
  test("MT17 asking blows a fuse that is due, and no renewal revives it", () => {
    let now = 0;
    let blown = 0;
    const fuse = new Fuse(
      100,
      () => now,
      () => (blown += 1),
    );
    afterwards(() => fuse.remove());
    now = 99;
    expect(fuse.holds()).toBe(true);
    now = 100;
    expect(fuse.holds()).toBe(false);
    fuse.replace(1000);
    expect(fuse.holds()).toBe(false);
    now = 50;
    expect([fuse.holds(), blown]).toEqual([false, 1]);
  });

  test("MT17 its timer blows it without being asked; an earlier deadline counts", async () => {
    let blown = 0;
    const fuse = new Fuse(monotonicMs() + 60_000_000_000, monotonicMs, () => (blown += 1));
    afterwards(() => fuse.remove());
    await delay(20);
    expect(blown).toBe(0);
    const deadlineAt = monotonicMs() + 30;
    fuse.replace(deadlineAt);
    await eventually("it blows", () => blown === 1, 1000);
    expect(monotonicMs()).toBeGreaterThanOrEqual(deadlineAt);
  });
});
