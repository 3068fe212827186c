import { beforeAll, describe, expect, test } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { type FakeAgent, joinBoth } from "./fake-agent.ts";
import { allRows, createExchange, inside, stubOf } from "./support.ts";

const rowsWritten = () => inside("steady", ({ store }) => store.rowsWritten);
const alarm = () => inside("steady", (_, { storage }) => storage.getAlarm());

describe("one owner, one standby, all online", () => {
  let owner: FakeAgent;
  let standby: FakeAgent;

  beforeAll(async () => {
    await createExchange("steady");
    ({ owner, standby } = await joinBoth("steady"));
  });

  test("CP3: a renewal of the owner writes one row", async () => {
    const before = await rowsWritten();
    for (let i = 0; i < 20; i++) expect((await owner.renew({ report: null })).outcome.kind).toBe("grant");
    expect(await rowsWritten()).toBe(before + 20);
  });

  test("CP3: a renewal of the standby writes none", async () => {
    const before = await rowsWritten();
    for (let i = 0; i < 20; i++) expect((await standby.renew({ report: null })).outcome.kind).toBe("grant");
    expect(await rowsWritten()).toBe(before);
  });

  test("CP3: renewals change the owner's lease and nothing else, and set no alarm", async () => {
    const [{ leases: leasesBefore, ...before }, alarmBefore] = [await allRows("steady"), await alarm()];
    await owner.renew();
    await standby.renew();
    await owner.renew();
    const { leases, ...after } = await allRows("steady");
    expect(after).toEqual(before);
    expect(leases).not.toEqual(leasesBefore);
    expect(await alarm()).toBe(alarmBefore);
  });

  test("CP9: an alarm that nobody needs does no harm, however often it goes off", async () => {
    const before = await allRows("steady");
    for (let i = 0; i < 3; i++) {
      await inside("steady", (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
      expect(await runDurableObjectAlarm(stubOf("steady"))).toBe(true);
    }
    expect(await allRows("steady")).toEqual(before);
  });

  test("CP15: a clock that is set back, and then far forward, moves no group", async () => {
    const { groups, holds } = await allRows("steady");
    for (const shift of [-3_600_000, 3_600_000]) {
      await inside("steady", (object) => {
        object.clock = () => Date.now() + shift;
      });
      for (let i = 0; i < 3; i++) {
        await standby.renew();
        await owner.renew();
      }
      expect(await allRows("steady")).toMatchObject({ groups, holds });
    }
  });
});
