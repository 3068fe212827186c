import { beforeAll, describe, expect, test } from "vitest";
import { operationSchema } from "../../src/protocol/operation.ts";
import { evictDurableObject } from "cloudflare:test";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { type ChangeAnswer, kept } from "../../src/control-plane/change-answer.ts";
import { unconditional } from "../../src/control-plane/conditions.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { type FakeAgent, joinBoth } from "./fake-agent.ts";
import { allRows, ask, createExchange, eventually, exchange, expectProblem, inside, json, stubOf } from "./support.ts";

type Accepted = {
  readonly changed: readonly string[];
  readonly revision: number;
  readonly dryRun: boolean;
  readonly operation: { readonly id: string; readonly status: { readonly state: string } } | null;
  readonly entries: readonly { readonly kind: string }[];
};

/** A cluster whose group is online on NODE1. */
async function online(cluster: string): Promise<{ at: string; owner: FakeAgent; standby: FakeAgent }> {
  await createExchange(cluster);
  const { owner, standby } = await joinBoth(cluster);
  await owner.renew();
  return { at: `/clusters/${cluster}`, owner, standby };
}

const description = (text: string) => ({ Description: text });

describe("If-Match", () => {
  const at = "/clusters/matching";
  beforeAll(() => createExchange("matching"));

  test("HT19: what stands in the definition is changed only if nobody else has changed it meanwhile", async () => {
    const seen = (await ask("GET", at)).headers.get("ETag") ?? "";
    expect(seen).toBe('"1"');
    const patch = (text: string) =>
      ask("PATCH", `${at}/groups/Exchange/properties/common`, {
        body: description(text),
        headers: { "If-Match": seen },
      });
    const first = await json<Accepted>(patch("first"));
    expect(first.revision).toBe(2);
    const before = await allRows("matching");
    await expectProblem(patch("second"), "revision-differs");
    expect(await allRows("matching")).toEqual(before);
    expect((await ask("GET", at)).headers.get("ETag")).toBe('"2"');
  });

  test.each([
    "/nodes",
    "/nodes/NODE1",
    "/groups",
    "/groups/Exchange",
    "/groups/Exchange/preferred-owners",
    "/groups/Exchange/properties/common",
    "/groups/Exchange/resources",
    "/groups/Exchange/resources/Exchange%20IP",
    "/networks",
    "/networks/client",
    "/resource-types",
    "/definition",
  ])("HT19: what is read at %s tells the revision that a change of it may name", async (path) => {
    const { revision } = await json<Accepted>(ask("GET", at));
    expect((await ask("GET", `${at}${path}`)).headers.get("ETag")).toBe(`"${revision}"`);
    const refused = await ask("GET", `${at}/groups/None`);
    expect([refused.status, refused.headers.get("ETag")]).toEqual([404, null]);
  });

  test("HT19: it holds commands too, and `*` is any revision of a cluster that is there", async () => {
    await expectProblem(
      ask("POST", `${at}/groups/Exchange/offline`, { headers: { "If-Match": '"1"' } }),
      "revision-differs",
    );
    expect((await ask("POST", `${at}/groups/Exchange/offline`, { headers: { "If-Match": "*" } })).ok).toBe(true);
    await expectProblem(
      ask("PUT", "/clusters/notthere", { body: exchange("notthere"), headers: { "If-Match": "*" } }),
      "revision-differs",
    );
  });

  test.each(["1", 'W/"1"', '"one"', '"1", "2"'])("HT19: %s is no revision", async (header) => {
    await expectProblem(
      ask("POST", `${at}/groups/Exchange/online`, { headers: { "If-Match": header } }),
      "invalid-request",
    );
  });
});

describe("Idempotency-Key", () => {
  test("HT20: what is sent again under its key is answered again, and done once; also over an eviction", async () => {
    const { at } = await online("once");
    const move = () =>
      ask("POST", `${at}/groups/Exchange/move`, { body: {}, headers: { "Idempotency-Key": "a-move" } });
    const first = await move();
    expect(first.status).toBe(202);
    const answered = await first.json();
    const before = await allRows("once");
    const again = await move();
    expect([again.status, await again.json()]).toEqual([202, answered]);
    expect(await allRows("once")).toEqual(before);
    await evictDurableObject(stubOf("once"));
    expect(await json(move())).toEqual(answered);
  });

  test("DF17, HT20: what would not fit a row of the edge is refused, or kept without its differences", async () => {
    const at = "/clusters/ample";
    await createExchange("ample");
    const resources = (text: string) =>
      Object.fromEntries(
        Array.from({ length: 60 }, (_, index) => [
          `r${index}`,
          { type: "Physical Disk", properties: { Description: text.repeat(1_000) } },
        ]),
      );
    const put = (groups: number, text: string, headers = {}) =>
      ask("PUT", at, {
        body: {
          ...exchange("ample"),
          groups: Object.fromEntries(
            Array.from({ length: groups }, (_, index) => [`g${index}`, { resources: resources(text) }]),
          ),
        },
        headers,
      });
    const edits = async (text: string) => {
      for (let group = 0; group < 9; group += 1) {
        const body = { name: `more${group}`, resources: resources(text) };
        const asked = await ask("POST", `${at}/groups`, { body });
        expect(asked.status).toBe(201);
      }
    };
    await edits("€");
    const tooLarge = await expectProblem(
      ask("POST", `${at}/groups`, { body: { name: "last", resources: resources("€") } }),
      "invalid-definition",
    );
    expect(tooLarge.problems).toMatchObject([{ path: "", code: "too-large" }]);
    const headers = { "Idempotency-Key": "ample" };
    const first = await json<Accepted & { differences: object[]; notes: object[] }>(put(9, "x", headers));
    expect(first.differences.length).toBeGreaterThan(5);
    const again = await json<typeof first>(put(9, "x", headers));
    expect(again).toEqual({ ...first, differences: [] });
  });

  test("HT20: notes that would not fit a row of the edge are not kept either", async () => {
    const properties = { SeparateMonitor: 1, SkipChkdsk: 1, ConditionalMount: 0, MaxIoLatency: 2001, DebugPrefix: "x" };
    const disks = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`disk${index}`, { type: "Physical Disk", properties }]),
    );
    const groups = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`g${index}`, { resources: disks }]));
    const body = { ...exchange("noted"), groups };
    const put = () => ask("PUT", "/clusters/noted", { body, headers: { "Idempotency-Key": "noted" } });
    const first = await put();
    expect(first.status).toBe(201);
    const told = await json<Accepted & { notes: object[] }>(first);
    expect(JSON.stringify(told.notes).length).toBeGreaterThan(protocolLimits.idempotencyAnswerLength);
    const again = await put();
    expect(again.status).toBe(201);
    expect(await json(again)).toEqual({ ...told, differences: [], notes: [] });
  });

  test("HT20: what is kept is cut until it fits: differences, then notes, then entries", () => {
    const long = "x".repeat(protocolLimits.idempotencyAnswerLength);
    const note = { path: "/properties/x", property: "x", sentence: "x" };
    const entry = { seq: 1, at: 0, kind: "cluster.defined", sentence: "x" } as JournalEntry;
    const answer: ChangeAnswer = {
      changed: ["properties"],
      after: 0,
      epoch: null,
      revision: 2,
      entries: [entry],
      dryRun: false,
      operation: null,
      created: false,
      differences: "[1]",
      notes: [note],
    };
    expect(kept(answer)).toEqual(answer);
    expect(kept({ ...answer, differences: long })).toEqual({ ...answer, differences: "[]" });
    const noted = { ...answer, notes: [{ ...note, sentence: long }] };
    expect(kept(noted)).toEqual({ ...answer, differences: "[]", notes: [] });
    const journalled = { ...answer, entries: [{ ...entry, sentence: long }] };
    expect(kept(journalled)).toEqual({ ...answer, differences: "[]", notes: [], entries: [] });
  });

  test("HT20: what cannot be kept is not done, and is done once when it is sent again", async () => {
    const { at } = await online("unkeepable");
    const pause = () => ask("POST", `${at}/nodes/NODE2/pause`, { body: {}, headers: { "Idempotency-Key": "k" } });
    const sql = (statement: string) => inside("unkeepable", (_, { storage }) => void storage.sql.exec(statement));
    await sql("CREATE TRIGGER full BEFORE INSERT ON idempotency BEGIN SELECT RAISE(ABORT, 'full'); END");
    const before = await allRows("unkeepable");
    await expectProblem(pause(), "internal");
    expect(await allRows("unkeepable")).toEqual(before);
    expect(await json(ask("GET", `${at}/nodes/NODE2`))).toMatchObject({ state: "Up" });
    await sql("DROP TRIGGER full");
    expect((await json<Accepted>(pause())).changed).not.toEqual([]);
  });

  test("HT20: what could not be written keeps no key", async () => {
    const { at } = await online("unwritten");
    const pause = () => ask("POST", `${at}/nodes/NODE2/pause`, { body: {}, headers: { "Idempotency-Key": "k" } });
    await inside("unwritten", (object) => {
      object.store.apply = () => {
        throw new Error("the disk is full");
      };
    });
    await expectProblem(pause(), "internal");
    expect((await allRows("unwritten"))["idempotency"]).toEqual([]);
    expect((await json<Accepted>(pause())).changed).not.toEqual([]);
  });

  test("HT20: beyond the bound whoever keeps most loses their oldest, and nobody else's goes", async () => {
    await createExchange("crowded");
    const sent = (actor: string, key: string, on: boolean) =>
      inside("crowded", (object) => {
        const conditions = { ...unconditional, idempotency: { key, fingerprint: "f" } };
        const changed = object.change({ type: "maintenance", actor, on }, conditions);
        return changed.ok ? changed.value.changed : [];
      });
    expect(await sent("quiet", "first", true)).not.toEqual([]);
    expect(await sent("quiet", "second", false)).not.toEqual([]);
    await inside("crowded", (object) => {
      for (let index = 0; index < protocolLimits.idempotencyKeys + 10; index += 1) {
        const conditions = { ...unconditional, idempotency: { key: `k${index}`, fingerprint: "f" } };
        object.change({ type: "maintenance", actor: "noisy", on: false }, conditions);
      }
    });
    const rows = (await allRows("crowded"))["idempotency"] as { actor: string; key: string }[];
    expect(rows).toHaveLength(protocolLimits.idempotencyKeys);
    expect(rows.filter(({ actor }) => actor === "quiet").map(({ key }) => key)).toEqual(["first", "second"]);
    const noisy = rows.flatMap(({ actor, key }) => (actor === "noisy" ? [key] : []));
    expect(noisy).toContain(`k${protocolLimits.idempotencyKeys + 9}`);
    expect(noisy).not.toContain("k0");
    expect(await sent("quiet", "first", true)).not.toEqual([]);
  });

  test("HT20: a key that came with another request is refused, and changes nothing", async () => {
    const { at } = await online("other");
    const headers = { "Idempotency-Key": "k" };
    expect((await ask("POST", `${at}/nodes/NODE2/pause`, { body: {}, headers })).ok).toBe(true);
    const before = await allRows("other");
    await expectProblem(ask("POST", `${at}/nodes/NODE1/pause`, { body: {}, headers }), "idempotency-key-reused");
    await expectProblem(
      ask("POST", `${at}/nodes/NODE2/pause`, { body: { drain: false }, headers }),
      "idempotency-key-reused",
    );
    expect(await allRows("other")).toEqual(before);
  });

  test("HT20: what was refused or only tried keeps no key", async () => {
    const { at } = await online("unkept");
    const headers = { "Idempotency-Key": "k" };
    await expectProblem(
      ask("POST", `${at}/groups/Exchange/move`, { body: { target: "NODE1" }, headers }),
      "already-owner",
    );
    expect((await ask("POST", `${at}/groups/Exchange/move?dryRun`, { body: { target: "NODE2" }, headers })).ok).toBe(
      true,
    );
    expect((await ask("POST", `${at}/groups/Exchange/move`, { body: { target: "NODE2" }, headers })).status).toBe(202);
  });

  test.each(["", "two words", "ü", "k".repeat(protocolLimits.idempotencyKeyLength + 1)])(
    "HT20: %j is no key",
    async (key) => {
      const asked = ask("POST", "/clusters/matching/groups/Exchange/online", { headers: { "Idempotency-Key": key } });
      await expectProblem(asked, "invalid-request");
    },
  );

  test("HT20: a day later a key is forgotten", async () => {
    const { at } = await online("day");
    const headers = { "Idempotency-Key": "k" };
    const pause = () => json<Accepted>(ask("POST", `${at}/nodes/NODE2/pause`, { body: {}, headers }));
    expect((await pause()).changed).not.toEqual([]);
    expect((await pause()).changed).not.toEqual([]);
    await inside("day", (object) => {
      const { clock } = object;
      object.clock = () => clock() + 86_400_001;
    });
    expect((await pause()).changed).toEqual([]);
  });
});

describe("dryRun", () => {
  test("HT21: it tells what would come of a change, and writes and sends nothing", async () => {
    const { at, owner } = await online("tried");
    const before = await allRows("tried");
    const tried = await json<Accepted>(ask("POST", `${at}/groups/Exchange/move?dryRun`, { body: {} }));
    expect(tried).toMatchObject({ dryRun: true, operation: null });
    expect(tried.entries.map(({ kind }) => kind)).toContain("group.draining");
    expect(await allRows("tried")).toEqual(before);
    expect(owner.line.frames).toEqual([]);
    const done = await json<Accepted>(ask("POST", `${at}/groups/Exchange/move`, { body: {} }));
    expect(done.entries.map(({ kind }) => kind)).toEqual(tried.entries.map(({ kind }) => kind));
  });

  test("HT21: a creation that is tried tells what the real one tells, and creates nothing", async () => {
    type Told = Accepted & { readonly entries: readonly object[]; readonly differences: object[] };
    const body = { ...exchange("in-theory"), properties: { DynamicQuorum: 1 } };
    const tried = await json<Told>(ask("PUT", "/clusters/in-theory?dryRun", { body }));
    await expectProblem(ask("GET", "/clusters/in-theory"), "cluster-not-found");
    const done = await json<Told>(ask("PUT", "/clusters/in-theory", { body }));
    expect(done.entries.length).toBeGreaterThan(0);
    const untimed = ({ entries }: Told) => entries.map((entry) => ({ ...entry, at: 0 }));
    expect(untimed(tried)).toEqual(untimed(done));
    expect({ ...tried, entries: [] }).toEqual({ ...done, entries: [], dryRun: true, operation: null });
  });

  test("HT21: what would be refused is refused in the same words", async () => {
    const { at } = await online("vain");
    const ask2 = async (query: string) =>
      json(ask("POST", `${at}/groups/Exchange/move${query}`, { body: { target: "NODE1" } }));
    expect(await ask2("?dryRun")).toEqual(await ask2(""));
  });
});

describe("operations", () => {
  test("HT22: what takes time answers 202 with an operation, whose end can be waited for", async () => {
    const { at, owner, standby } = await online("taking");
    const asked = await ask("POST", `${at}/groups/Exchange/move`, { body: {} });
    expect(asked.status).toBe(202);
    const { operation } = await json<Accepted>(asked);
    expect(operation?.status.state).toBe("Pending");
    const path = `${at}/operations/${operation?.id}`;
    expect(asked.headers.get("Location")).toBe(`/v1${path}`);
    expect(await json(ask("GET", path))).toMatchObject({ id: operation?.id, status: { state: "Pending" } });
    const waited = json(ask("GET", `${path}?waitMs=10000`));
    await eventually(
      () => inside("taking", (object) => object.waiters.count),
      (count) => count === 1,
    );
    await owner.renew({ released: [{ group: "Exchange", epoch: 1 }] });
    await standby.renew();
    await standby.renew();
    expect(operationSchema.parse(await waited)).toMatchObject({ id: operation?.id, status: { state: "Completed" } });
  });

  test("HT22: an end that leaves no entry in the journal is answered at once, too", async () => {
    const { at, owner } = await online("quiet");
    const path = `${at}/groups/Exchange/resources/Exchange%20MTA/offline`;
    const { operation } = await json<Accepted>(ask("POST", path));
    const beganAt = Date.now();
    const waited = json(ask("GET", `${at}/operations/${operation?.id}?waitMs=20000`));
    await eventually(
      () => inside("quiet", (object) => object.waiters.count),
      (count) => count === 1,
    );
    await owner.renew();
    await owner.renew();
    expect(await waited).toMatchObject({ status: { state: "Completed" } });
    expect(Date.now() - beganAt).toBeLessThan(10_000);
  });

  test("HT22: when the time is over it is told as it is", async () => {
    const { at } = await online("long");
    const { operation } = await json<Accepted>(ask("POST", `${at}/groups/Exchange/move`, { body: {} }));
    const answer = await json(ask("GET", `${at}/operations/${operation?.id}?waitMs=20`));
    expect(answer).toMatchObject({ status: { state: "Pending" } });
  });

  test("HT22: an operation that there is not, or not any more, is told as such", async () => {
    await expectProblem(ask("GET", "/clusters/long/operations/0123456789abcdef"), "operation-not-found");
  });
});

describe("a balancer's question", () => {
  test("HT23: 200 where a node owns the group and has it online, 503 everywhere else and where nobody can say", async () => {
    const { at } = await online("balanced");
    const status = async (node: string) => (await ask("GET", `${at}/groups/Exchange/active?node=${node}`)).status;
    expect([await status("NODE1"), await status("NODE2"), await status("NODE9")]).toEqual([200, 503, 503]);
    expect((await ask("POST", `${at}/groups/Exchange/move`, { body: {} })).status).toBe(202);
    expect(await status("NODE1")).toBe(503);
    const { at: silent } = await online("silent");
    await inside("silent", (object) => {
      const { clock } = object;
      object.clock = () => clock() + 2_001;
    });
    expect((await ask("GET", `${silent}/groups/Exchange/active?node=NODE1`)).status).toBe(503);
  });
});
