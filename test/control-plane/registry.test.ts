import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import {
  type RegistryDataInput,
  registryKeyViewSchema,
  registryValueSchema,
  registryWrittenSchema,
} from "../../src/protocol/registry.ts";
import { allRows, ask, createExchange, exchange, expectProblem, inside, json, stubOf, tokenOf } from "./support.ts";

const at = "/clusters/registry";
const where = (what: "key" | "value", query: Record<string, string>) =>
  `${at}/registry/${what}?${new URLSearchParams(query)}`;
type Ask = NonNullable<Parameters<typeof ask>[2]>;

const getKey = async (key: string) =>
  registryKeyViewSchema.strict().parse(await json(ask("GET", where("key", { key }))));
const createKey = (key: string, extra: Ask = {}) => ask("PUT", where("key", { key }), extra);
const deleteKey = (key: string, query: Record<string, string> = {}, extra: Ask = {}) =>
  ask("DELETE", where("key", { key, ...query }), extra);
const getValue = (key: string, name: string) => ask("GET", where("value", { key, name }));
const setValue = (key: string, name: string, data: RegistryDataInput, extra: Ask = {}) =>
  ask("PUT", where("value", { key, name }), { body: data, ...extra });
const dword = (value: number) => ({ type: "REG_DWORD", value }) as const;

async function journaled(after: number): Promise<JournalEntry[]> {
  return (await json<{ events: JournalEntry[] }>(ask("GET", `${at}/events?after=${after}&limit=1000`))).events;
}
const last = async () => (await json<{ last: number }>(ask("GET", `${at}/events?limit=1`))).last;

beforeAll(async () => {
  await createExchange("registry");
});

describe("keys", () => {
  test("RG1: a key is found whatever the case, and stays as it was written first", async () => {
    expect((await createKey("Casing/Sub Key")).status).toBe(201);
    expect((await createKey("CASING/sub key")).status).toBe(200);
    await setValue("casing/SUB KEY", "Port", dword(1));
    await setValue("Casing/Sub Key", "PORT", dword(2));
    const parent = await getKey("cAsInG");
    expect(parent.subkeys.map(({ name }) => name)).toEqual(["Sub Key"]);
    const { values } = await getKey("casing/sub key");
    expect(values).toMatchObject([{ name: "Port", data: dword(2) }]);
    expect((await getKey("")).subkeys.map(({ name }) => name)).toContain("Casing");
  });

  test.each(["/App", "App/", "A//B", "A\\B"])("RG1: %j is no key", async (key) => {
    const problem = await expectProblem(createKey(key), "invalid-request");
    expect(problem.problems?.[0]?.path).toBe("/key");
  });

  test("RG4: a key comes with those above it, and goes alone only when nothing is below it", async () => {
    const written = registryWrittenSchema.strict().parse(await json(createKey("Deep/a/b")));
    expect(written.changed).toBe(3);
    await setValue("Deep/a/b", "v", dword(1));
    await createKey("Deeper");
    await expectProblem(deleteKey("Deep"), "registry-key-has-subkeys");
    expect((await deleteKey("Deep", { recursive: "true" })).status).toBe(200);
    for (const key of ["Deep", "Deep/a/b"]) {
      await expectProblem(ask("GET", where("key", { key })), "registry-key-not-found");
    }
    await createKey("Deep/a/b");
    expect((await getKey("Deep/a/b")).values).toEqual([]);
    expect((await deleteKey("Deep/a/b")).status).toBe(200);
    expect((await getKey("Deeper")).key).toBe("Deeper");
    await expectProblem(deleteKey("Deep/a/b"), "registry-key-not-found");
  });

  test("RG4: a key tells how much is in it, and when that was written", async () => {
    await inside("registry", (object) => {
      object.clock = () => 1_000;
    });
    await createKey("Info/Longest");
    await createKey("Info/b");
    await setValue("Info", "", { type: "REG_SZ", value: "the default" });
    await setValue("Info", "name", dword(1));
    await inside("registry", (object) => {
      object.clock = () => Date.now();
    });
    expect(await getKey("Info")).toMatchObject({
      key: "Info",
      writtenAt: 1_000,
      subkeyCount: 2,
      valueCount: 2,
      longestSubkeyName: 7,
      longestValueName: 4,
      largestValueBytes: 24,
      subkeys: [
        { name: "b", writtenAt: 1_000 },
        { name: "Longest", writtenAt: 1_000 },
      ],
      values: [{ name: "" }, { name: "name" }],
    });
  });
});

describe("the keys of objects", () => {
  test("RG2: they are there, and nobody creates or deletes one", async () => {
    expect((await getKey("Nodes")).subkeys.map(({ name }) => name)).toEqual(["NODE1", "NODE2"]);
    expect((await getKey("NetworkInterfaces")).subkeys.map(({ name }) => name)).toEqual([
      "NODE1 - client",
      "NODE2 - client",
    ]);
    for (const key of ["Groups/Exchange", "Resources/Exchange IP", "ResourceTypes/ip address", "Networks/client"]) {
      expect(await getKey(key)).toMatchObject({ revision: 0, writtenAt: null, subkeyCount: 0 });
      await expectProblem(deleteKey(key, { recursive: "true" }), "registry-key-reserved");
      expect((await createKey(key)).status).toBe(200);
    }
    for (const key of ["", "Groups"]) await expectProblem(deleteKey(key), "registry-key-reserved");
    for (const key of ["Groups/Nothing", "Nodes/NODE9/App"]) {
      await expectProblem(createKey(key), "registry-key-reserved");
      await expectProblem(ask("GET", where("key", { key })), "registry-key-not-found");
    }
  });

  test("RG2: what is below one goes with its object, in the same turn, and does not come back with it", async () => {
    const definition = exchange("registry");
    const more = { ...definition, nodes: { ...definition.nodes, NODE3: { address: "127.0.1.3" } } };
    await ask("PUT", at, { body: more });
    await createKey("Nodes/NODE3/App/Deep");
    await setValue("Nodes/NODE3", "own", dword(1));
    await setValue("NetworkInterfaces/NODE3 - client", "mtu", dword(1_500));
    await createKey("Nodes/NODE2/App");
    const { revision } = await json<{ revision: number }>(createKey("Beside/NODE3"));

    const gone = await ask("PUT", at, { body: definition });
    expect(gone.status).toBe(200);
    const rows = await allRows("registry");
    for (const table of ["registry_keys", "registry_values"]) {
      const paths = (rows[table] as { path: string }[]).map(({ path }) => path);
      expect(paths.filter((path) => /^(nodes|networkinterfaces)\/node3/.test(path))).toEqual([]);
    }
    expect((await getKey("Nodes/NODE2")).subkeys.map(({ name }) => name)).toEqual(["App"]);
    expect((await getKey("Beside/NODE3")).key).toBe("Beside/NODE3");
    await expectProblem(setValue("Nodes/NODE3", "own", dword(1)), "registry-key-not-found");
    const written = await json<{ revision: number }>(createKey("Beside/NODE4"));
    expect(written.revision).toBe(revision + 2);
    const events = await journaled(0);
    const told = events.filter(
      ({ kind, details }) => kind === "registry.changed" && details?.["revision"] === revision + 1,
    );
    expect(told).toMatchObject([{ actor: "admin", details: { key: "", value: null, keys: 2, values: 0 } }]);
    expect(told[0]?.seq).toBeGreaterThan(events.find(({ sentence }) => sentence.includes("NODE3"))?.seq ?? Infinity);

    await ask("PUT", at, { body: more });
    expect(await getKey("Nodes/NODE3")).toMatchObject({ subkeyCount: 0, valueCount: 0, revision: 0 });
    await ask("PUT", at, { body: definition });
  });
});

describe("values", () => {
  test.each<[RegistryDataInput, number]>([
    [{ type: "REG_SZ", value: "Ünï\0 код 😀" }, 1],
    [{ type: "REG_EXPAND_SZ", value: "%TEMP%" }, 2],
    [{ type: "REG_BINARY", value: "AAEC/w==" }, 3],
    [{ type: "REG_DWORD", value: 0xffff_ffff }, 4],
    [{ type: "REG_MULTI_SZ", value: ["a", "b c"] }, 7],
    [{ type: "REG_QWORD", value: "18446744073709551615" }, 11],
  ])("RG3: %j comes back as it was written, under number %i", async (data, typeNumber) => {
    await createKey("Types");
    expect((await setValue("Types", data.type, data)).status).toBe(200);
    const value = registryValueSchema.strict().parse(await json(getValue("types", data.type.toLowerCase())));
    expect(value).toMatchObject({ name: data.type, typeNumber, data });
  });

  test("RG3: what is not of its type is refused, and not repeated", async () => {
    const body = { type: "REG_DWORD", value: "never-to-come-back" };
    const problem = await expectProblem(
      ask("PUT", where("value", { key: "Types", name: "x" }), { body }),
      "invalid-request",
    );
    expect(problem.problems?.[0]?.path).toBe("/value");
    expect(JSON.stringify(problem)).not.toContain("never-to-come-back");
  });

  test("RG4: a value needs its key, and one that is not there cannot be read or deleted", async () => {
    await expectProblem(setValue("Nowhere", "x", dword(1)), "registry-key-not-found");
    await expectProblem(getValue("Nowhere", "x"), "registry-key-not-found");
    await expectProblem(getValue("Groups", "x"), "registry-value-not-found");
    await expectProblem(ask("DELETE", where("value", { key: "Groups", name: "x" })), "registry-value-not-found");
    await setValue("Groups", "x", dword(1));
    expect((await ask("DELETE", where("value", { key: "Groups", name: "X" }))).status).toBe(200);
    await expectProblem(getValue("Groups", "x"), "registry-value-not-found");
  });

  test("RG4: what was written is there after an eviction", async () => {
    await createKey("Kept");
    await setValue("Kept", "v", dword(7));
    await evictDurableObject(stubOf("registry"));
    expect(await json(getValue("Kept", "v"))).toMatchObject({ data: dword(7) });
  });
});

describe("revisions and the journal", () => {
  test("RG8: what changes something is one entry that names the key and not the data; what does not is none", async () => {
    const secret = "a-password-that-no-journal-shows";
    const before = await last();
    const created = await json<{ changed: number; revision: number }>(createKey("App/Told"));
    expect(created.changed).toBe(2);
    await setValue("App/Told", "Password", { type: "REG_SZ", value: secret });
    const same = await json(setValue("App/Told", "Password", { type: "REG_SZ", value: secret }));
    expect(same).toEqual({ changed: 0, revision: created.revision + 1 });
    expect(await json(createKey("App/Told"))).toEqual({ changed: 0, revision: created.revision + 1 });
    const entries = await journaled(before);
    expect(entries).toMatchObject([
      { kind: "registry.changed", actor: "admin", details: { key: "App", value: null, keys: 2, values: 0 } },
      {
        kind: "registry.changed",
        sentence: "The registry was changed at App/Told: 0 keys, 1 value.",
        details: { key: "App/Told", value: "Password", keys: 0, values: 1, revision: created.revision + 1 },
      },
    ]);
    expect(JSON.stringify(entries)).not.toContain(secret);
  });

  test("RG9: a write that has seen another revision changes nothing", async () => {
    await createKey("Tags");
    await setValue("Tags", "v", dword(1));
    const read = await getValue("Tags", "v");
    const tag = read.headers.get("ETag") ?? "";
    expect(tag).toBe(`"${(await json<{ revision: number }>(read)).revision}"`);
    const write = (value: number, headers: Record<string, string>, name = "v") =>
      setValue("Tags", name, dword(value), { headers });
    expect((await write(2, { "If-Match": tag })).status).toBe(200);
    const before = await allRows("registry");
    await expectProblem(write(3, { "If-Match": tag }), "registry-revision-differs");
    await expectProblem(write(3, { "If-None-Match": "*" }), "registry-revision-differs");
    await expectProblem(write(3, { "If-Match": "*" }, "absent"), "registry-revision-differs");
    await expectProblem(write(3, { "If-Match": tag }, "absent"), "registry-revision-differs");
    await expectProblem(write(3, { "If-Match": "W/x" }), "invalid-request");
    await expectProblem(write(3, { "If-Match": tag, "If-None-Match": "*" }), "invalid-request");
    expect(await allRows("registry")).toEqual(before);
    expect((await write(3, { "If-Match": "*" })).status).toBe(200);
    expect((await write(1, { "If-None-Match": "*" }, "new")).status).toBe(200);
  });

  test("RG9: a key's tag changes with its values and its subkeys, not with what is deeper", async () => {
    const tagOf = async () => (await ask("GET", where("key", { key: "Tagged" }))).headers.get("ETag") ?? "";
    await createKey("Tagged/Sub");
    const first = await tagOf();
    await setValue("Tagged/Sub", "v", dword(1));
    expect(await tagOf()).toBe(first);
    await setValue("Tagged", "v", dword(1));
    const second = await tagOf();
    expect(second).not.toBe(first);
    await createKey("Tagged/Other");
    expect(await tagOf()).not.toBe(second);
    const stale = deleteKey("Tagged", { recursive: "true" }, { headers: { "If-Match": second } });
    await expectProblem(stale, "registry-revision-differs");
    await expectProblem(createKey("Tagged", { headers: { "If-None-Match": "*" } }), "registry-revision-differs");
    expect((await deleteKey("Tagged", { recursive: "true" }, { headers: { "If-Match": await tagOf() } })).status).toBe(
      200,
    );
  });
});

describe("a node's token", () => {
  test("RG11: reads everything, and writes at its own node's key and below it only", async () => {
    const token = await tokenOf("registry", { role: "node", node: "NODE1" });
    await setValue("Groups/Exchange", "v", dword(1));
    expect((await ask("GET", where("value", { key: "Groups/Exchange", name: "v" }), { token })).status).toBe(200);
    expect((await createKey("nodes/node1/App", { token })).status).toBe(201);
    expect((await setValue("Nodes/NODE1/App", "v", dword(1), { token })).status).toBe(200);
    expect((await setValue("Nodes/NODE1", "v", dword(1), { token })).status).toBe(200);
    const before = await allRows("registry");
    for (const key of ["Nodes/NODE2", "Groups/Exchange", "Nodes", ""]) {
      await expectProblem(setValue(key, "v", dword(2), { token }), "forbidden");
    }
    await expectProblem(createKey("App/Other", { token }), "forbidden");
    await expectProblem(deleteKey("Nodes/NODE2/App", {}, { token }), "forbidden");
    const commands = [
      { command: "set-value", key: "Nodes/NODE1/App", name: "v", data: dword(3) },
      { command: "set-value", key: "Nodes/NODE2", name: "v", data: dword(3) },
    ];
    const problem = await expectProblem(
      ask("POST", `${at}/registry-batch`, { token, body: { commands } }),
      "forbidden",
    );
    expect(problem.problems?.[0]?.path).toBe("/commands/1");
    expect(await allRows("registry")).toEqual(before);
  });
});

test("RG10: one token's writes are bounded within ten seconds, and another's are not held up", async () => {
  const token = await tokenOf("registry", { role: "operator" });
  const other = await tokenOf("registry", { role: "operator" });
  let now = Date.now();
  await inside("registry", (object) => {
    object.clock = () => now;
  });
  for (let n = 0; n < protocolLimits.registryWritesInTenSeconds; n++) {
    expect((await createKey("Rate", { token })).ok).toBe(true);
  }
  const before = await allRows("registry");
  await expectProblem(createKey("Rate/more", { token }), "rate-limited");
  expect(await allRows("registry")).toEqual(before);
  expect((await createKey("Rate/other", { token: other })).status).toBe(201);
  now += 10_000;
  expect((await createKey("Rate/more", { token })).status).toBe(201);
});
