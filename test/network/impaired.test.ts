import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type AddressEvent, recordAddress } from "./address-record.ts";
import { hasNetem, type Host, virtualAddress } from "./lan.ts";
import { cluster, expectOk, group, nodeNames, openStage, type Stage } from "./stage.ts";

const ttlMs = 1_000;
const names = nodeNames;
const canDelay = await hasNetem();
let stage: Stage;

beforeAll(async () => {
  stage = await openStage({ ttlMs, renewMs: ttlMs / 4 });
  for (const name of names) stage.startAgent(name);
  await stage.bothUp(50_000);
});
afterAll(() => stage.close());
afterEach(async () => {
  for (const name of names) await stage.node(name).setLoss("control", 0);
  if (canDelay) for (const name of names) await stage.node(name).setDelay("control", 0);
  await stage.bothUp(50_000);
}, 60_000);

/** How many hosts have the address, after each event. */
function holders(owner: string, events: readonly AddressEvent[]): number[] {
  const there = new Set([owner]);
  return events.map(({ host, what }) => {
    if (what === "added") there.add(host);
    else there.delete(host);
    return there.size;
  });
}

/** The address over a while, in which each host is in this trouble. */
async function watched(trouble: (host: Host) => Promise<void>): Promise<number[]> {
  const owner = (await expectOk(stage.client.getCluster(cluster))).groups[group]?.owner ?? "";
  const records = await Promise.all(names.map((name) => recordAddress(stage.node(name), virtualAddress)));
  for (const name of names) await trouble(stage.node(name));
  await delay(10 * ttlMs);
  await Promise.all(records.map((record) => record.end()));
  const events = records.flatMap((record) => record.events()).toSorted((a, b) => a.at - b.at);
  return holders(owner, events);
}

test.each([20, 60])(
  "LX1: on a way to the control plane that loses %i packets of 100 the address is on one host at most, and comes back",
  { timeout: 90_000 },
  async (percent) => {
    const counts = await watched((host) => host.setLoss("control", percent));
    for (const name of names) expect(await stage.node(name).lost("control"), name).toBeGreaterThan(0);
    expect(Math.max(0, ...counts)).toBeLessThanOrEqual(1);
  },
);

// None where the kernel has no netem.
test.each(canDelay ? [100, 400] : [])(
  "LX1: on a way to the control plane that takes %i ms, more or less, the address is on one host at most, and comes back",
  { timeout: 90_000 },
  async (ms) => {
    const counts = await watched((host) => host.setDelay("control", ms));
    expect(Math.max(0, ...counts)).toBeLessThanOrEqual(1);
  },
);
