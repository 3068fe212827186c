import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { allRows, ask, eventually, expectProblem, inside, json, stubOf } from "./support.ts";
import { boxOf, openWebhooks, seqOf } from "./webhook-support.ts";

test("WH1: what happens after a webhook is made is delivered, each entry once and in order", async () => {
  const { box, create, happen, journalAfter, becomes } = await openWebhooks("in-order");
  const { id, cursor } = await create({ url: box.url });
  await happen(30);
  const received = await box.holds(30);
  expect(received.map(seqOf)).toEqual(Array.from({ length: 30 }, (_, index) => cursor + 1 + index));
  const expected = (await journalAfter(cursor)).map((entry) => ({
    type: entry.kind,
    timestamp: new Date(entry.at).toISOString(),
    data: { cluster: "in-order", entry },
  }));
  expect(received.map(({ body }) => JSON.parse(body) as unknown)).toEqual(expected);
  await becomes(id, ({ behind }) => behind === 0);
  expect(await box.received()).toHaveLength(30);
});

test("WH1: only the kinds that were asked for are delivered, and the others are passed over", async () => {
  const { box, create, happen, becomes } = await openWebhooks("kinds");
  const { id } = await create({ url: box.url, kinds: ["node.resumed"] });
  await happen(10);
  const received = await box.holds(5);
  await becomes(id, ({ behind, state }) => behind === 0 && state === "Delivering");
  const types = received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  expect(types).toEqual(Array.from({ length: 5 }, () => "node.resumed"));
});

test("WH1: as long as an entry is not answered, the ones after it wait; other webhooks do not", async () => {
  const { box: slow, create, happen } = await openWebhooks("slow");
  const quick = boxOf("quick");
  await slow.answer(0);
  for (const { url } of [slow, quick]) await create({ url });
  // The slow one is told that there is a second webhook, and takes it silently.
  await slow.holds(1);
  await happen(8);
  await quick.holds(8);
  expect(await slow.received()).toHaveLength(1);
  await slow.answer(200);
});

test("WH1: more webhooks than may send at a time are all served", async () => {
  const { create, happen } = await openWebhooks("many");
  const boxes = Array.from({ length: protocolLimits.webhooks }, (_, index) => boxOf(`many-${index}`));
  for (const { url } of boxes) await create({ url, kinds: ["node.paused", "node.resumed"] });
  await happen(4);
  for (const box of boxes) expect(new Set((await box.holds(4)).map(seqOf)).size).toBe(4);
});

test("WH5: a delivery writes one row, and what is passed over one in a hundred entries", async () => {
  const { box, create, happen, becomes, rowsWritten } = await openWebhooks("rows");
  const { id } = await create({ url: box.url, kinds: ["node.resumed"] });
  const before = await rowsWritten();
  await happen(20);
  await becomes(id, ({ behind }) => behind === 0);
  expect(await rowsWritten()).toBe(before + 10);
  expect(await box.received()).toHaveLength(10);
});

test("WH5: what is passed over costs one row in a hundred entries", async () => {
  const { box, create, happen, becomes, rowsWritten } = await openWebhooks("rows-of-nothing");
  const { id } = await create({ url: box.url, kinds: ["object.rolled-back"] });
  const before = await rowsWritten();
  await happen(350);
  await becomes(id, ({ behind }) => behind === 0);
  expect(await rowsWritten()).toBe(before + 3);
});

test("WH5: a cluster without webhooks writes no row for them, and no alarm", async () => {
  const { happen, rowsWritten } = await openWebhooks("none");
  const alarm = () => inside("none", (_, { storage }) => storage.getAlarm());
  const before = await alarm();
  await happen(20);
  expect(await rowsWritten()).toBe(0);
  expect(await alarm()).toBe(before);
});

test("WH3: what is not taken is tried again, the same octets under the same id, until it is", async () => {
  const { box, create, happen, becomes, later } = await openWebhooks("again");
  await box.answer(500, 302, 404, 429, 200);
  const { id } = await create({ url: box.url });
  await happen(2);
  const failures = [
    { code: "refused", status: 500 },
    { code: "redirected", status: 302 },
    { code: "refused", status: 404 },
    { code: "refused", status: 429 },
  ];
  for (const [index, lastError] of failures.entries()) {
    expect(await becomes(id, ({ attempts }) => attempts === index + 1)).toMatchObject({ state: "Failing", lastError });
    await later((index + 1) * 60_000);
  }
  const received = await box.holds(6);
  const repeated = received.slice(0, 5).map(({ headers, body }) => `${headers["webhook-id"]} ${body}`);
  expect(new Set(repeated).size).toBe(1);
  const [first = -1, ...rest] = received.map(seqOf);
  expect(rest).toEqual([first, first, first, first, first + 1]);
  expect(await becomes(id, ({ behind }) => behind === 0)).toMatchObject({ state: "Delivering", lastError: null });
  expect(await boxOf("elsewhere").received()).toEqual([]);
});

test("WH3: nobody there is a failure too, and the alarm goes off at the next attempt or before", async () => {
  const { create, happen, becomes } = await openWebhooks("nobody");
  const { id } = await create({ url: "http://127.0.0.1:1/" });
  await happen(1);
  const { lastError, nextAttemptAt } = await becomes(id, ({ state }) => state === "Failing");
  expect(lastError).toEqual({ code: "no-connection", status: null });
  const alarm = await inside("nobody", (_, { storage }) => storage.getAlarm());
  expect(alarm ?? Infinity).toBeLessThanOrEqual(nextAttemptAt ?? 0);
});

test("WH3: a receiver that has not answered after ten seconds has failed", { timeout: 20_000 }, async () => {
  const { box, create, happen, find } = await openWebhooks("silent");
  await box.answer(0);
  const { id } = await create({ url: box.url });
  await happen(1);
  await box.holds(1);
  const began = Date.now();
  while ((await find(id)).state === "Delivering" && Date.now() - began < 15_000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(Date.now() - began).toBeGreaterThan(9_000);
  expect(await find(id)).toMatchObject({ state: "Failing", lastError: { code: "timeout", status: null } });
  await box.answer(200);
});

test("WH4: a receiver that says 410 is asked no more, and the journal says so once, without its path", async () => {
  const { box, create, happen, becomes, journalAfter } = await openWebhooks("gone-by-its-path");
  await box.answer(410);
  const { id, cursor } = await create({ url: box.url });
  await happen(3);
  const disabled = await becomes(id, ({ state }) => state === "Disabled");
  expect(disabled).toMatchObject({ disabledReason: "gone", lastError: { code: "refused", status: 410 } });
  await happen(3);
  expect(await box.received()).toHaveLength(1);
  const entries = await journalAfter(cursor);
  const details = { webhook: id, host: new URL(box.url).host, reason: "gone" };
  expect(entries.filter(({ kind }) => kind === "webhook.disabled")).toMatchObject([
    { severity: "warning", actor: "cluster", details },
  ]);
  expect(JSON.stringify(entries)).not.toContain("by-its-path");
});

test("WH4: one that has been failing for a day is disabled by its next failure", async () => {
  const { box, create, happen, becomes, later } = await openWebhooks("a-day");
  await box.answer(503);
  const { id } = await create({ url: box.url });
  await happen(1);
  await becomes(id, ({ attempts }) => attempts === 1);
  await later(23 * 3_600_000);
  await becomes(id, ({ attempts }) => attempts === 2);
  await later(24.5 * 3_600_000);
  const disabled = await becomes(id, ({ state }) => state === "Disabled");
  expect(disabled).toMatchObject({ disabledReason: "failing-too-long", nextAttemptAt: null });
  expect(await box.received()).toHaveLength(3);
});

test("WH4: those that get a thousand entries behind are disabled, and what the journal says of it does not go round", async () => {
  const { box, create, happen, find, becomes, journalAfter } = await openWebhooks("behind");
  await box.answer(503);
  const hooks = [await create({ url: box.url }), await create({ url: box.url })];
  await happen(990);
  for (const { id } of hooks) expect((await becomes(id, ({ attempts }) => attempts > 0)).state).toBe("Failing");
  await happen(10);
  for (const { id } of hooks) {
    expect((await becomes(id, ({ state }) => state === "Disabled")).disabledReason).toBe("too-far-behind");
  }
  await happen(10);
  const told = (await journalAfter(0)).filter(({ kind }) => kind === "webhook.disabled");
  expect(told.map(({ details }) => details?.["webhook"]).toSorted()).toEqual(hooks.map(({ id }) => id).toSorted());
  for (const { id } of hooks) expect((await find(id)).state).toBe("Disabled");
});

test("WH6: what was not answered when the object ended is sent again, and nobody has to ask", async () => {
  const { box, create, happen } = await openWebhooks("ended");
  await box.answer(0);
  const { cursor } = await create({ url: box.url });
  await happen(3);
  await box.holds(1);
  expect(await inside("ended", (_, { storage }) => storage.getAlarm())).not.toBeNull();
  await abortAllDurableObjects();
  await box.answer(200);
  await runDurableObjectAlarm(stubOf("ended"));
  const received = await box.holds(4);
  expect(received.slice(0, 4).map(seqOf)).toEqual([cursor + 1, cursor + 1, cursor + 2, cursor + 3]);
});

test("WH7: an enabled one goes on from where it stopped, and what it missed does not count as behind", async () => {
  const { at, box, create, happen, becomes } = await openWebhooks("enabled");
  await box.answer(410);
  const { id, cursor } = await create({ url: box.url });
  await happen(1_100);
  await becomes(id, ({ state }) => state === "Disabled");
  await box.answer(500, 200);
  expect(await json(ask("POST", `${at}/${id}/enable`))).toMatchObject({ state: "Delivering", cursor });
  await becomes(id, ({ state }) => state === "Failing");
  await json(ask("POST", `${at}/${id}/enable`));
  const received = await box.holds(103);
  expect(received.slice(0, 103).map(seqOf)).toEqual(
    [0, 0, 0, ...Array.from({ length: 100 }, (_, more) => more + 1)].map((more) => cursor + 1 + more),
  );
});

test("WH7: enabled from now on, it passes over what it missed; the journal says who enabled it", async () => {
  const { at, box, create, happen, becomes, journalAfter } = await openWebhooks("from-now");
  await box.answer(410, 200);
  const { id, cursor } = await create({ url: box.url });
  await happen(5);
  await becomes(id, ({ state }) => state === "Disabled");
  const enabled = await json<{ cursor: number; behind: number }>(
    ask("POST", `${at}/${id}/enable`, { body: { from: "now" } }),
  );
  expect(enabled.behind).toBe(0);
  await happen(1);
  expect((await box.holds(2)).map(seqOf)).toEqual([cursor + 1, enabled.cursor + 1]);
  const told = (await journalAfter(cursor)).filter(({ kind }) => kind === "webhook.enabled");
  expect(told).toMatchObject([{ actor: "admin", details: { webhook: id } }]);
});

test("WH8: an answer that comes after the webhook was moved on, or deleted, changes nothing", async () => {
  const { at, box, create, happen, find, remove } = await openWebhooks("overtaken");
  await box.answer(0);
  const { id } = await create({ url: box.url });
  await happen(1);
  await box.holds(1);
  const { cursor } = await json<{ cursor: number }>(ask("POST", `${at}/${id}/enable`, { body: { from: "now" } }));
  await happen(1);
  await box.answer(0);
  await box.holds(2);
  expect(await find(id)).toMatchObject({ state: "Delivering", cursor, attempts: 0 });
  await remove(id);
  const other = boxOf("not-overtaken");
  const { id: otherId } = await create({ url: other.url });
  await box.answer(200);
  await happen(1);
  await other.holds(1);
  expect((await allRows("overtaken"))["webhooks"]).toMatchObject([{ id: otherId }]);
  await expectProblem(ask("GET", `${at}/${id}`), "webhook-not-found");
  expect(await box.received()).toHaveLength(2);
});

test("WH14: a webhook of a cluster that is gone is told of its end, and forgotten when it has been or does not take it", async () => {
  const { box, create } = await openWebhooks("last-word");
  const deaf = boxOf("last-word-deaf");
  await deaf.answer(503);
  await create({ url: box.url, kinds: ["cluster.destroyed"] });
  await create({ url: deaf.url });
  await create({ url: box.url, kinds: ["group.owned"] });
  const rows = async () => (await allRows("last-word"))["webhooks"] ?? [];
  expect(await rows()).toHaveLength(3);
  expect((await ask("DELETE", "/clusters/last-word?force")).status).toBe(202);
  expect((await box.holds(1)).map(({ body }) => JSON.parse(body) as object)).toMatchObject([
    { type: "cluster.destroyed" },
  ]);
  await eventually(rows, (left) => left.length === 0);
  expect(await deaf.received()).toHaveLength(1);
});
