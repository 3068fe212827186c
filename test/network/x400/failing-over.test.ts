import { afterAll, beforeAll, expect, test } from "vitest";
import { virtualAddress } from "../lan.ts";
import { deliverX400 } from "./delivered-over.ts";
import { modes, openX400Stage, type X400Stage } from "./x400-stage.ts";

let x400: X400Stage;
beforeAll(async () => {
  x400 = await openX400Stage();
});
afterAll(() => x400.close());

test.each(modes)(
  "MT31 messages in a group's queue are transferred from whoever has the group, and each is stored once (%s)",
  { timeout: 120_000 },
  async (mode) => {
    const terms = { messages: 60, failovers: 2, longEach: 10 };
    const { submitted, stored, lost, resumed, from } = await deliverX400(x400, mode, terms);
    expect(lost).toEqual([]);
    expect(stored).toHaveLength(submitted.length);
    expect(resumed).toBeGreaterThan(0);
    expect(from).toEqual([virtualAddress]);
  },
);
