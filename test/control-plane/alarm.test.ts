import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { Alarm } from "../../src/control-plane/alarm.ts";
import { createExchange, inside, stubOf } from "./support.ts";

/** Storage that notes what is set. */
async function alarmOn(set: number[], left: number | null = null): Promise<Alarm> {
  const storage = { getAlarm: async () => left, setAlarm: async (at: number) => void set.push(at) };
  const alarm = new Alarm(storage as unknown as DurableObjectStorage);
  await alarm.load();
  return alarm;
}

test("CP9: an alarm is set when none is, and again only when it has to come earlier", async () => {
  const set: number[] = [];
  const alarm = await alarmOn(set);
  for (const at of [100, 150, 100, null, 120, 80]) alarm.want("brain", at);
  expect(set).toEqual([100, 80]);
});

test("CP9: one that goes off before it is wanted is set for when it is", async () => {
  const set: number[] = [];
  const alarm = await alarmOn(set);
  alarm.want("brain", 100);
  alarm.want("brain", 150);
  alarm.wentOff(100);
  alarm.setAnew();
  expect(set).toEqual([100, 150]);
});

test("CP9: one that was due is not set again by itself", async () => {
  const set: number[] = [];
  const alarm = await alarmOn(set);
  alarm.want("brain", 100);
  alarm.wentOff(101);
  alarm.setAnew();
  expect(set).toEqual([100]);
});

test("CP9: what an earlier instance has set counts", async () => {
  const set: number[] = [];
  const alarm = await alarmOn(set, 50);
  alarm.want("brain", 60);
  alarm.want("brain", 40);
  expect(set).toEqual([40]);
});

test("CP2: an alarm whose turn ends in a fault comes again", async () => {
  await createExchange("alarm-fault");
  await inside("alarm-fault", async (object, { storage }) => {
    await storage.setAlarm(1);
    object.watchers.keepStreamsAlive = () => {
      throw new Error("a fault");
    };
  });
  await runDurableObjectAlarm(stubOf("alarm-fault"));
  const again = await inside("alarm-fault", (_, { storage }) => storage.getAlarm());
  expect(again).toBeGreaterThan(Date.now() + 20_000);
});

test("CP9: going off late, early or with nothing due, it throws nothing", async () => {
  await createExchange("alarm");
  for (const at of [1, Date.now() + 1_000]) {
    await inside("alarm", (_, { storage }) => storage.setAlarm(at));
    await runDurableObjectAlarm(stubOf("alarm"));
  }
  expect(await inside("alarm", (_, { storage }) => storage.getAlarm())).toBeNull();
});
