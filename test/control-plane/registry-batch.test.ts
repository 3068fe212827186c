import { beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { registryRepliesSchema, registryWrittenSchema } from "../../src/protocol/registry.ts";
import { allRows, ask, createExchange, expectProblem, json } from "./support.ts";

const at = "/clusters/batch";
const { registryKeys, registryValues, registryValueBytes, registryBytes, registryBatch } = protocolLimits;
const post = (body: unknown) => ask("POST", `${at}/registry-batch`, { body });
const read = async (reads: unknown) =>
  registryRepliesSchema.strict().parse(await json(ask("POST", `${at}/registry-read-batch`, { body: { reads } })));
const dword = (value: number) => ({ type: "REG_DWORD", value }) as const;
const create = (key: string) => ({ command: "create-key", key });
const set = (key: string, name: string, data: unknown) => ({ command: "set-value", key, name, data });

beforeAll(async () => {
  await createExchange("batch");
  expect((await post({ commands: [create("App"), set("App", "n", dword(5))] })).status).toBe(200);
});

describe("a batch", () => {
  test("RG5: commands are carried out in their order, and are one change", async () => {
    const { last } = await json<{ last: number }>(ask("GET", `${at}/events?limit=1`));
    const before = (await read([])).revision;
    const written = await json(
      post({
        conditions: [
          { condition: "key-exists", key: "app" },
          { condition: "equal", key: "App", name: "N", data: dword(5) },
        ],
        commands: [
          create("App/Sub"),
          set("App/Sub", "a", dword(1)),
          set("App/Sub", "b", dword(2)),
          { command: "delete-value", key: "App/Sub", name: "a" },
          create("App/Gone"),
          { command: "delete-key", key: "App/Gone" },
        ],
      }),
    );
    expect(registryWrittenSchema.strict().parse(written)).toEqual({ changed: 6, revision: before + 1 });
    const { replies } = await read([{ key: "App" }, { key: "App/Sub" }]);
    expect(replies).toMatchObject([
      { subkeys: [{ name: "Sub" }] },
      { values: [{ name: "b", data: dword(2), revision: before + 1 }] },
    ]);
    const { events } = await json<{ events: JournalEntry[] }>(ask("GET", `${at}/events?after=${last}`));
    expect(events).toMatchObject([{ kind: "registry.changed", details: { key: "App", keys: 3, values: 3 } }]);
  });

  const refusals: readonly [string, unknown, string, string][] = [
    [
      "a condition that does not hold",
      {
        conditions: [
          { condition: "exists", key: "App", name: "n" },
          { condition: "greater", key: "App", name: "n", data: dword(5) },
        ],
        commands: [set("App", "n", dword(6))],
      },
      "registry-condition-failed",
      "/conditions/1",
    ],
    [
      "a condition that only its own commands would make true",
      { conditions: [{ condition: "key-exists", key: "Later" }], commands: [create("Later")] },
      "registry-condition-failed",
      "/conditions/0",
    ],
    [
      "a command that cannot be done",
      { commands: [set("App", "n", dword(6)), create("New"), set("Nowhere", "n", dword(1))] },
      "registry-key-not-found",
      "/commands/2",
    ],
    [
      "a key with subkeys",
      { commands: [create("Full/Sub"), { command: "delete-key", key: "Full" }] },
      "registry-key-has-subkeys",
      "/commands/1",
    ],
    [
      "a value that is not there",
      { commands: [create("New"), { command: "delete-value", key: "App", name: "none" }] },
      "registry-value-not-found",
      "/commands/1",
    ],
    [
      "the key of an object that is not there",
      { commands: [create("New"), create("Groups/Nothing")] },
      "registry-key-reserved",
      "/commands/1",
    ],
  ];
  test.each(refusals)("RG5: %s refuses the whole, and is named", async (_, body, code, path) => {
    const before = await allRows("batch");
    const problem = await expectProblem(post(body), code as "registry-condition-failed");
    expect(problem.problems).toMatchObject([{ path, code }]);
    expect(await allRows("batch")).toEqual(before);
  });

  test("RG5: a batch without commands changes nothing", async () => {
    const before = await allRows("batch");
    expect(await json(post({}))).toEqual({ changed: 0, revision: (await read([])).revision });
    expect(await allRows("batch")).toEqual(before);
  });

  test("RG5: what is no command is refused with its place", async () => {
    const problem = await expectProblem(post({ commands: [create("x"), { command: "x" }] }), "invalid-request");
    expect(problem.problems?.[0]?.path).toMatch(/^\/commands\/1/);
  });
});

test("RG7: reads are answered in their order, each with its own error", async () => {
  const { replies, revision } = await read([
    { key: "App", name: "n" },
    { key: "App", name: "none" },
    { key: "Nowhere", name: "n" },
    { key: "Nowhere" },
    { key: "Groups/Exchange" },
  ]);
  expect(replies).toMatchObject([
    { read: "value", key: "App", value: { name: "n", data: dword(5) } },
    { read: "error", code: "registry-value-not-found" },
    { read: "error", code: "registry-key-not-found" },
    { read: "error", code: "registry-key-not-found" },
    { read: "key", key: "Groups/Exchange" },
  ]);
  expect(revision).toBeGreaterThan(0);
});

describe("bounds", () => {
  /** Sends these commands in as many batches as they need. */
  async function all(commands: readonly unknown[]): Promise<void> {
    for (let from = 0; from < commands.length; from += registryBatch) {
      expect((await post({ commands: commands.slice(from, from + registryBatch) })).status).toBe(200);
    }
  }
  const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

  async function refusedAsFull(commands: readonly unknown[]): Promise<void> {
    const before = await allRows("batch");
    await expectProblem(post({ commands }), "registry-full");
    expect(await allRows("batch")).toEqual(before);
  }

  test("RG10: a batch has so many commands, and no more", async () => {
    await expectProblem(post({ commands: times(registryBatch + 1, () => create("x")) }), "invalid-request");
  });

  test("RG10: keys are bounded", async () => {
    await post({ commands: [create("Many")] });
    const rows = (await allRows("batch"))["registry_keys"]?.length ?? 0;
    await all(times(registryKeys - rows, (n) => create(`Many/${n}`)));
    await refusedAsFull([create("Many/more")]);
    expect((await post({ commands: [{ command: "delete-key", key: "Many/1" }, create("Many/more")] })).status).toBe(
      200,
    );
    await post({ commands: [{ command: "delete-key", key: "Many", recursive: true }] });
  });

  test("RG10: values are bounded", async () => {
    await post({ commands: [create("Values")] });
    const rows = (await allRows("batch"))["registry_values"]?.length ?? 0;
    await all(times(registryValues - rows, (n) => set("Values", `v${n}`, dword(n))));
    await refusedAsFull([set("Values", "more", dword(1))]);
    expect((await post({ commands: [set("Values", "v0", dword(9))] })).status).toBe(200);
    await post({ commands: [{ command: "delete-key", key: "Values" }] });
  });

  test("RG10: the bytes of all values together are bounded", async () => {
    const large = { type: "REG_SZ", value: "x".repeat(registryValueBytes / 2 - 1) };
    await post({ commands: [create("Bytes")] });
    for (let n = 0; n < registryBytes / registryValueBytes - 1; n++) {
      expect((await post({ commands: [set("Bytes", `v${n}`, large)] })).status).toBe(200);
    }
    await refusedAsFull([set("Bytes", "more", large)]);
    const { replies } = await read([{ key: "Bytes" }]);
    expect(replies[0]).toMatchObject({ read: "key", valueCount: 15, largestValueBytes: registryValueBytes });
  });
});
