import { expect, test } from "vitest";
import { virtualAddress } from "../lan.ts";
import { deliverOver } from "./failing-over.ts";
import { served } from "./served.ts";

/** The short form of `bench/mail`. */
test.each(served)(
  "MA6 $kind.name in the group, with its queue: what it had taken when its agent was killed is delivered from the other node",
  { timeout: 120_000 },
  async (one) => {
    const { taken, lost, twice, inFlight } = await deliverOver(one, { messages: 30, failovers: 1, everyMs: 50 });
    expect(lost).toEqual([]);
    expect(twice, "but for what had been taken when the answer was cut off").toEqual(inFlight);
    expect([...new Set(taken.map(({ from, helo }) => `${from} ${helo.toUpperCase()}`))]).toEqual([
      `${virtualAddress} MAILVS`,
    ]);
  },
);
