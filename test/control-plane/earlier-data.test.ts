import { evictDurableObject } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import { schemaVersion } from "../../src/protocol/schema-version.ts";
import { FakeAgent } from "./fake-agent.ts";
import { allRows, ask, createExchange, expectProblem, inside, json, stubOf, tokenOf } from "./support.ts";

/** Everything of an object's tables, as some commit had written it, by its file's name. */
const leftBy = import.meta.glob("./schemas/left-by-*.sql", { query: "?raw", import: "default", eager: true });

type Rows = Record<string, Record<string, unknown>[]>;

/** An object that finds at its start what these statements make. Resolves with the rows that it found, by table. */
async function startOn(cluster: string, ...statements: readonly string[]): Promise<Rows> {
  await createExchange(cluster);
  await inside(cluster, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    for (const { name } of tables) sql.exec(`DROP TABLE ${name}`);
    for (const statement of statements) sql.exec(statement);
  });
  const found = (await allRows(cluster)) as Rows;
  await evictDurableObject(stubOf(cluster));
  return found;
}

/** Names of the columns of each table. */
function shapeOf(cluster: string): Promise<Record<string, string[]>> {
  return inside(cluster, (_, { storage: { sql } }) =>
    Object.fromEntries(
      sql
        .exec<{ name: string }>(
          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
        )
        .toArray()
        .map(({ name }) => [
          name,
          sql
            .exec<{ name: string; type: string; notnull: number }>(`PRAGMA table_info(${name})`)
            .toArray()
            .map((column) => `${column.name} ${column.type} ${column.notnull}`)
            .toSorted(),
        ]),
    ),
  );
}

describe("data of an earlier version", () => {
  beforeAll(() => createExchange("fresh"));

  for (const [file, statements] of Object.entries(leftBy)) {
    const commit = /left-by-(\w+)\.sql/.exec(file)?.[1] ?? "";

    test(`DK6 what ${commit} has left comes to the present schema, with every row, and its owner goes on`, async () => {
      const cluster = `left-by-${commit}`;
      const before = await startOn(cluster, statements);
      expect(before["journal"]?.length, "the rows of the fixture").toBeGreaterThan(3);
      const view = await json<{ groups: Record<string, unknown> }>(ask("GET", `/clusters/${cluster}`));
      const [hold] = before["holds"] ?? [];
      const incarnation = String(hold?.["incarnation"]);
      const epoch = Number(hold?.["epoch"]);
      expect(view.groups["Exchange"]).toMatchObject({ epoch, lastOwner: "NODE1" });

      const after = (await allRows(cluster)) as Rows;
      expect(await shapeOf(cluster)).toEqual(await shapeOf("fresh"));
      expect(after["migrations"]?.at(-1)).toMatchObject({ version: schemaVersion });
      for (const [table, rows] of Object.entries(before)) {
        if (["generation", "migrations"].includes(table)) continue;
        expect(after[table]?.slice(0, rows.length), table).toMatchObject(rows.map(withoutFormer));
      }
      const { events } = await json<{ events: { seq: number }[] }>(ask("GET", `/clusters/${cluster}/events?after=0`));
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
      expect(events.length).toBeGreaterThan(before["journal"]?.length ?? 0);

      const token = await tokenOf(cluster, { role: "node", node: "NODE1" });
      const agent = await FakeAgent.connect(cluster, "NODE1", token, incarnation);
      expect((await agent.hello()).standing).toEqual({ kind: "Up" });
      const answer = await agent.renew({ generationAgeMs: 0 });
      expect(answer.outcome).toMatchObject({ kind: "grant", holds: [{ group: "Exchange", epoch }] });
    });
  }

  test("DK6 there is data of each version, and of more than one state of the second", () => {
    const versions = Object.values(leftBy).map((text) => /INSERT INTO migrations VALUES\((\d+),/.exec(text)?.[1]);
    const earlier = Array.from({ length: schemaVersion - 1 }, (_, at) => String(at + 1));
    expect([...new Set(versions)].toSorted()).toEqual(earlier);
    expect(versions.filter((version) => version === "2").length).toBeGreaterThan(10);
  });
});

/** Columns that are kept under another name or in another table now. */
function withoutFormer({
  host: _,
  silent: __,
  devices: ___,
  ...row
}: Record<string, unknown>): Record<string, unknown> {
  return row;
}

test("DK6 who may still write to a disk is known after a migration, wherever it was kept before", async () => {
  const d0544a4 = leftBy["./schemas/left-by-d0544a4.sql"] ?? "";
  const silent = [{ node: "NODE2", incarnation: "gone", epoch: 7, host: "machine-2", fencedUnder: 8 }];
  await startOn(
    "disks",
    d0544a4,
    `UPDATE cluster SET definition = json_set(definition, '$.groups.Exchange.resources."Disk E:".properties.Device', '/dev/disk/by-id/e')`,
    `UPDATE groups SET silent = '${JSON.stringify(silent)}'`,
    "UPDATE holds SET host = 'machine-1'",
  );
  const { cluster, holds } = (await allRows("disks")) as Rows;
  expect(JSON.parse(String(cluster?.[0]?.["silent"]))).toEqual([
    {
      group: "Exchange",
      epoch: 7,
      node: "NODE2",
      incarnation: "gone",
      machine: "machine-2",
      devices: ["/dev/disk/by-id/e"],
    },
  ]);
  expect(holds).toMatchObject([{ machine: "machine-1", devices: '["/dev/disk/by-id/e"]' }]);
});

test("DK3 a row that cannot be read is told of as damage, and not as a fault of the program", async () => {
  await createExchange("torn");
  await inside("torn", (_, { storage: { sql } }) => {
    sql.exec("UPDATE groups SET plan = substr(plan, 1, 9)");
  });
  await evictDurableObject(stubOf("torn"));
  for (let times = 0; times < 3; times += 1) await expectProblem(ask("GET", "/clusters/torn"), "storage-damaged");
});

test("DK6 an object of a later version answers nothing and writes nothing", async () => {
  await createExchange("later");
  await inside("later", (_, { storage: { sql } }) => {
    sql.exec("INSERT INTO migrations (version, applied_at) VALUES (?, 0)", schemaVersion + 1);
  });
  await evictDurableObject(stubOf("later"));
  for (let times = 0; times < 3; times += 1) await expectProblem(ask("GET", "/clusters/later"), "storage-newer");
});
