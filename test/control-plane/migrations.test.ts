import { expect, test } from "vitest";
import schema from "../../schema.sql";
import { migrate } from "../../src/control-plane/migrations.ts";
import first from "./schemas/1.sql";
import { createExchange, inside } from "./support.ts";

type Columns = Record<string, unknown[]>;

/** Name, type, and whether it may be null, of every column of every table. */
function columnsOf(sql: SqlStorage): Columns {
  const tables = sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' ORDER BY name",
    )
    .toArray();
  return Object.fromEntries(tables.map(({ name }) => [name, sql.exec(`PRAGMA table_info(${name})`).toArray()]));
}

/** An object whose tables are those of an earlier version. */
function asLeftBy(version: number, statements: string, storage: DurableObjectStorage): void {
  for (const name of Object.keys(columnsOf(storage.sql))) storage.sql.exec(`DROP TABLE ${name}`);
  storage.sql.exec("CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT");
  storage.sql.exec(statements);
  storage.sql.exec("INSERT INTO migrations (version, applied_at) VALUES (?, 0)", version);
}

test("CP16: an object of the first schema comes to what a new one has, and keeps its rows", async () => {
  await createExchange("migrations");
  await inside("migrations", (_, { storage }) => {
    const fresh = columnsOf(storage.sql);
    asLeftBy(1, first, storage);
    storage.sql.exec("INSERT INTO nodes (name, paused) VALUES ('NODE1', 1)");
    migrate(storage, 1);
    expect(columnsOf(storage.sql)).toEqual(fresh);
    expect(storage.sql.exec("SELECT name, paused FROM nodes").toArray()).toMatchObject([{ name: "NODE1", paused: 1 }]);
    migrate(storage, 2);
    expect(columnsOf(storage.sql)).toEqual(fresh);
  });
});

test("CP16: data of a later version is refused as it is", async () => {
  await createExchange("from-the-future");
  await inside("from-the-future", (_, { storage }) => {
    asLeftBy(999, schema, storage);
    const before = columnsOf(storage.sql);
    expect(() => migrate(storage, 1)).toThrow("schema 999");
    expect(columnsOf(storage.sql)).toEqual(before);
  });
});
