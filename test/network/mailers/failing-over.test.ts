import { beforeAll, expect, test } from "vitest";
import { virtualAddress } from "../lan.ts";
import { type Delivery, deliverOver } from "./failing-over.ts";
import { served } from "./served.ts";

// The short form of `bench/mail`: all of them at once, and as many messages in all in a time as there.
let deliveries: readonly Delivery[] = [];
beforeAll(async () => {
  deliveries = await deliverOver(served, { messages: 30, failovers: 1, everyMs: 200 });
});

test.each(served.map((one, index) => ({ ...one, index })))(
  "MA6 $kind.name in the group, with its queue: what it had taken when its agent was killed is delivered from the other node",
  ({ index }) => {
    const { fed, taken, lost, twice, inFlight } = deliveries[index] as Delivery;
    expect(fed).toHaveLength(30);
    expect(lost).toEqual([]);
    expect(twice, "but for what had been taken when the answer was cut off").toEqual(inFlight);
    expect([...new Set(taken.map(({ from, helo }) => `${from} ${helo.toUpperCase()}`))]).toEqual([
      `${virtualAddress} MAILVS`,
    ]);
  },
);
