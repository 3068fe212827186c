import { beforeAll, expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { limits } from "../../src/cluster/limits.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { eventsSchema } from "../../src/protocol/journal.ts";
import { openLine } from "./fake-agent.ts";
import { adminToken, ask, createExchange, expectProblem, inside, json } from "./support.ts";

const entry = (seq: number): JournalEntry => ({
  seq,
  at: 0,
  kind: "node.paused",
  severity: "info",
  sentence: "An entry of a test.",
  mscsId: null,
  epoch: null,
  node: "NODE1",
  group: null,
  resource: null,
  actor: "test",
  details: null,
});
const count = () =>
  inside("journal", (_, { storage }) => storage.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM journal").one().n);

/** Adds entries through the store, as the brain's changes do, and returns what each add wrote. */
function add(from: number, to: number): Promise<number[]> {
  return inside("journal", ({ store }) => {
    const written: number[] = [];
    for (let seq = from; seq <= to; seq++) {
      const before = store.rowsWritten;
      store.apply([{ table: "journal", row: entry(seq) }]);
      written.push(store.rowsWritten - before);
    }
    return written;
  });
}

beforeAll(async () => {
  await createExchange("journal");
});

test("CP13: the journal is bounded, and one entry in a hundred pays for the removal of a hundred", async () => {
  const most = limits.journal + protocolLimits.journalTrimBatch;
  const filling = await add(2, most - 1);
  expect(Math.max(...filling)).toBe(1);
  expect(await count()).toBe(most - 1);
  const beyond = await add(most, most + 250);
  expect(beyond.filter((written) => written > 1)).toHaveLength(3);
  expect(await count()).toBeLessThan(most);
  expect(await count()).toBeGreaterThanOrEqual(limits.journal);
});

test("CP11: who asks for what is forgotten is told of the gap first", async () => {
  const events = eventsSchema.parse(await json(ask("GET", "/clusters/journal/events?after=1&limit=2")));
  const { oldest } = events;
  if (oldest === null) throw new Error("the journal is empty");
  expect(oldest).toBeGreaterThan(2);
  expect(events.events.map(({ seq }) => seq)).toEqual([oldest, oldest + 1]);

  const line = await openLine("/clusters/journal/watch?after=1", adminToken);
  expect(JSON.parse((await line.next()) ?? "null")).toEqual({ type: "gap", after: 1, resumesAt: oldest - 1 });
  expect(JSON.parse((await line.next()) ?? "null")).toMatchObject({ type: "entry", entry: { seq: oldest } });
  line.close();
});

test("CP10: a whole journal is told in order", async () => {
  const { oldest, last } = eventsSchema.parse(await json(ask("GET", "/clusters/journal/events?limit=1")));
  const line = await openLine(`/clusters/journal/watch?after=${(oldest ?? 0) - 1}`, adminToken);
  for (let seq = oldest ?? 0; seq <= last; seq++) {
    const message = JSON.parse((await line.next()) ?? "null") as { entry: { seq: number } };
    if (message.entry.seq !== seq) expect(message.entry.seq).toBe(seq);
  }
  line.close();
});

test.each(["after=-1", "after=x", "limit=0", "limit=1001", "limit=1.5", "since=3"])(
  "HT1: events with %s are refused",
  async (query) => {
    const problem = await expectProblem(ask("GET", `/clusters/journal/events?${query}`), "invalid-request");
    expect(problem.problems?.[0]?.path).toBe(`/${query.split("=")[0]}`);
  },
);
