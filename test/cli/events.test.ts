import { afterEach, expect, test } from "vitest";
import { entry } from "../support/journal-entry.ts";
import { otherSide, run } from "./support.ts";

let other: Awaited<ReturnType<typeof otherSide>> | null = null;
afterEach(() => {
  other?.close();
  other = null;
});

/** A journal of 2 500 entries, of which the first 200 are forgotten; each hundredth is a failure of a resource of group A. */
const first = 201;
const last = 2_500;
const journal = Array.from({ length: last - first + 1 }, (_, index) => {
  const seq = first + index;
  return seq % 100 === 0
    ? entry(seq, { kind: "resource.failed", group: "A", node: seq % 200 === 0 ? "NODE2" : "NODE1", epoch: 3 })
    : entry(seq, { group: "B" });
});

const view = { name: "exchange", revision: 1, ageMs: 0, lease: { ttlMs: 2000, renewMs: 500 }, generation: 1 };
const rest = { maintenance: false, starting: false, networks: {}, nodes: {}, groups: {}, associations: [] };

async function serve() {
  other = await otherSide(({ path }) => {
    if (!path.includes("/events")) return { status: 200, body: { ...view, ...rest, lastEvent: last } };
    const query = new URL(path, "http://x").searchParams;
    const found = journal.filter(({ seq }) => Number(seq) > Number(query.get("after")));
    return { status: 200, body: { events: found.slice(0, Number(query.get("limit"))), oldest: first, last } };
  });
  return other.asked;
}

const numbers = (out: string): number[] =>
  out
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[0]));

test("CL23 without a filter the last entries are told, oldest first", async () => {
  const asked = await serve();
  expect(numbers((await run("events", "--limit", "3")).out)).toEqual([2498, 2499, 2500]);
  expect(asked).toHaveLength(2);
});

test("CL23 the last entries of a kind are looked for page by page, from the newest back", async () => {
  const asked = await serve();
  const { out } = await run("events", "--kind", "resource", "--node", "NODE1", "--limit", "8");
  expect(numbers(out)).toEqual([1100, 1300, 1500, 1700, 1900, 2100, 2300, 2500]);
  expect(asked.length).toBeGreaterThan(2);
});

test("CL23 all that there are are found, and the search ends where the journal begins", async () => {
  await serve();
  expect(numbers((await run("events", "--kind", "resource.failed", "--limit", "1000")).out)).toHaveLength(23);
  expect(numbers((await run("events", "--group", "A", "--after", "0", "--limit", "1000")).out)).toHaveLength(23);
});

test("CL23 after a number, the first ones are told", async () => {
  await serve();
  expect(numbers((await run("events", "--group", "A", "--after", "350", "--limit", "2")).out)).toEqual([400, 500]);
});

test("CL23 wide lines have the kind, the actor and the epoch; JSON has all", async () => {
  await serve();
  const { out } = await run("events", "--group", "A", "--limit", "1", "--wide");
  expect(out).toBe("2500 1970-01-01T00:00:00.000Z resource.failed by cluster: Sentence 2500. (epoch 3)\n");
  const json = await run("events", "--group", "A", "--limit", "1", "--output", "json");
  expect(JSON.parse(json.out)).toMatchObject({ events: [{ seq: 2500, actor: "cluster" }], last });
  expect((await run("events", "--kind", "nonsense")).code).toBe(2);
});
