import { evictDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { FakeAgent, joinBoth, openLine } from "./fake-agent.ts";
import { adminToken, allRows, ask, createExchange, inside, json, stubOf, tokenOf } from "./support.ts";

type Generation = { number: number; nonce: string };

async function generationOf(cluster: string): Promise<Generation> {
  const { generation } = await allRows(cluster);
  return generation?.[0] as Generation;
}

test("CP1: each start writes a generation one higher, with a nonce of its own", async () => {
  await createExchange("starts");
  const first = await generationOf("starts");
  await evictDurableObject(stubOf("starts"));
  const second = await generationOf("starts");
  await evictDurableObject(stubOf("starts"));
  const third = await generationOf("starts");
  expect([first.number, second.number, third.number]).toEqual([1, 2, 3]);
  expect(new Set([first.nonce, second.nonce, third.nonce]).size).toBe(3);
});

test("CP1: what was written before a start is there after it", async () => {
  await createExchange("kept");
  await joinBoth("kept");
  const { generation: _, journal: before, ...rows } = await allRows("kept");
  await evictDurableObject(stubOf("kept"));
  const { generation: __, journal: after, ...rowsAfter } = await allRows("kept");
  expect(rowsAfter).toEqual(rows);
  expect(after?.slice(0, before?.length)).toEqual(before);
});

test("CP5: the sessions of an earlier instance are closed with 1012, and the agent comes back to what it owned", async () => {
  await createExchange("evicted");
  const { owner, standby } = await joinBoth("evicted");
  await evictDurableObject(stubOf("evicted"));
  await inside("evicted", () => undefined);
  for (const { line } of [owner, standby]) expect(await line.end()).toEqual({ code: 1012, reason: "restarting" });

  const token = await tokenOf("evicted", { role: "node", node: "NODE1" });
  const again = await FakeAgent.connect("evicted", "NODE1", token, owner.incarnation);
  const welcome = await again.hello({ connection: 2 });
  expect(welcome.standing).toEqual({ kind: "Up" });
  expect(welcome.generation.number).toBe(2);
  expect(again.groups).toMatchObject([{ group: "Exchange", epoch: 1 }]);
  const answer = await again.renew({ generationAgeMs: 0 });
  expect(answer.outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch: 1 }] });
});

test("CP5: until the owner has renewed, nobody is told to bind", async () => {
  await createExchange("waking");
  await joinBoth("waking");
  await evictDurableObject(stubOf("waking"));
  const verdict = await json(ask("GET", "/clusters/waking/groups/Exchange/source-address?node=NODE1"));
  expect(verdict).toMatchObject({ decision: "DEFER", reason: "starting" });
});

test("CP10: a watch goes on over an eviction, without gap or repeat", async () => {
  await createExchange("watched");
  const watch = await openLine("/clusters/watched/watch?after=0", adminToken);
  await ask("POST", "/clusters/watched/nodes/NODE1/pause");
  await evictDurableObject(stubOf("watched"));
  await ask("POST", "/clusters/watched/nodes/NODE1/resume");
  const { last } = await json<{ last: number }>(ask("GET", "/clusters/watched/events"));
  const seen: number[] = [];
  while (seen.at(-1) !== last) {
    const message = JSON.parse((await watch.next()) ?? "null") as { type: string; entry: { seq: number } };
    expect(message.type).toBe("entry");
    seen.push(message.entry.seq);
  }
  expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1));
});

test("CP10: what an instance has written and not sent any more is told by the next one", async () => {
  await createExchange("unsent");
  const watch = await openLine("/clusters/unsent/watch?after=1", adminToken);
  await inside("unsent", ({ store }) => {
    const [first] = store.journal.after(0, 1);
    if (first === undefined) throw new Error("the journal is empty");
    store.apply([2, 3].map((seq) => ({ table: "journal", row: { ...first, seq } })));
  });
  await evictDurableObject(stubOf("unsent"));
  await ask("POST", "/clusters/unsent/nodes/NODE1/pause");
  const seen: unknown[] = [];
  while (seen.length < 3)
    seen.push((JSON.parse((await watch.next()) ?? "null") as { entry: { seq: number } }).entry.seq);
  expect(seen).toEqual([2, 3, 4]);
});
