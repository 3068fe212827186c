import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { addressDrain, type Gate, noGate } from "../../src/agent/drivers/address-drain.ts";
import { monotonicMs } from "../../src/mta/clock.ts";
import { until } from "../support/until.ts";

/** A drain of an address with as many connections as `open` says, and what it did, in order. */
function drainOf(gate?: Gate) {
  const host = { open: 0, looks: 0, broken: false };
  const did: string[] = [];
  const drain = addressDrain({
    address: "192.0.2.100",
    clock: monotonicMs,
    count: async () => {
      host.looks += 1;
      if (host.broken) throw new Error("no such file");
      return host.open;
    },
    gate: gate ?? { close: async () => void did.push("closed"), open: async () => void did.push("opened") },
    log: (code, detail) => void did.push(`${code}: ${detail}`),
  });
  const begin = (limitMs = 10_000) => {
    const begun = { isOver: false };
    const promise = drain.begin(monotonicMs() + limitMs).then(() => void (begun.isOver = true));
    return Object.assign(begun, { promise });
  };
  return { host, did, drain, begin };
}

test("DR18 with nothing open a drain is one look, and keeps nobody away", async () => {
  const { host, did, drain, begin } = drainOf();
  await begin().promise;
  drain.end();
  expect([host.looks, did]).toEqual([1, []]);
});

test("DR18 what is open is waited for while nothing new begins, and its end is the drain's", async () => {
  const { host, did, drain, begin } = drainOf();
  host.open = 2;
  const begun = begin();
  await delay(100);
  expect([begun.isOver, did]).toEqual([false, ["closed"]]);
  host.open = 0;
  await begun.promise;
  drain.end();
  expect(did).toEqual(["closed"]);
});

test("DR18 what is open when its time is over is told with its number, and only when it goes", async () => {
  const { host, did, drain, begin } = drainOf();
  host.open = 3;
  const from = monotonicMs();
  await begin(60).promise;
  expect(monotonicMs() - from).toBeGreaterThanOrEqual(59);
  expect(did).toEqual(["closed"]);
  drain.end();
  drain.end();
  const told = "connections-reset: 3 connections of 192.0.2.100 were open when its draining ended: they are reset";
  expect(did).toEqual(["closed", told]);
});

test("DR18 it ends at once when the address goes, and looks no more", async () => {
  const { host, drain, begin } = drainOf();
  host.open = 1;
  const begun = begin();
  await delay(30);
  drain.end();
  await begun.promise;
  const { looks } = host;
  await delay(60);
  expect(host.looks).toBe(looks);
});

test("DR18 called off, it lets new connections in again, told or not, and counts nothing as reset", async () => {
  const { host, did, drain, begin } = drainOf();
  host.open = 1;
  const first = begin();
  await until(() => did.length === 1, 5_000);
  drain.undo();
  drain.undo();
  await first.promise;
  expect(did).toEqual(["closed", "opened"]);
  drain.end();
  await begin(30).promise;
  host.open = 0;
  drain.undo();
  expect(did).toEqual(["closed", "opened", "closed", "opened"]);
});

test("DR18 a list that cannot be read ends the drain with a code; what cannot be kept away is said, and waited for all the same", async () => {
  const broken = drainOf();
  broken.host.broken = true;
  await expect(broken.begin().promise).rejects.toMatchObject({ code: "connections-not-counted" });

  const refused = drainOf({ ...noGate, close: () => Promise.reject(new Error("refused")) });
  refused.host.open = 1;
  const begun = refused.begin();
  await delay(50);
  expect([begun.isOver, refused.did]).toEqual([false, ["drain-gate-open: 192.0.2.100: refused"]]);
  refused.host.open = 0;
  await begun.promise;
});
