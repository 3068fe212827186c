import { expect, test } from "vitest";
import { virtualAddress } from "../lan.ts";
import { deliverX400 } from "./delivered-over.ts";

test.each(["normal", "x410"] as const)(
  "MT31 messages in a group's queue are transferred from whoever has the group, and each is stored once (%s)",
  { timeout: 120_000 },
  async (mode) => {
    const terms = { messages: 60, failovers: 2, longEach: 10 };
    const { submitted, stored, lost, resumed, from } = await deliverX400(terms, mode);
    expect(lost).toEqual([]);
    expect(stored).toHaveLength(submitted.length);
    expect(resumed).toBeGreaterThan(0);
    expect(from).toEqual([virtualAddress]);
  },
);
