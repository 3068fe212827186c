import schema from "../../schema.sql";
import { schemaVersion } from "../protocol/schema-version.ts";
import { newer } from "../protocol/storage-fault.ts";
import second from "./migrations/2.sql";
import { addMissing, tablesOf } from "./migrations/add-missing.ts";
import { carrySilentOwners, rememberDevices } from "./migrations/disks.ts";

type Step = (sql: SqlStorage) => void;

/**
 * What leads from each schema to the next one. `schema.sql` is always the last of them, whole: a new object takes it as it
 * is, an older one comes to the same by these steps.
 */
const steps: readonly Step[] = [
  (sql) => addMissing(sql, second),
  // The second schema grew for a day under its number: data of version 2 may be of any of its states.
  (sql) => {
    addMissing(sql, second);
    carrySilentOwners(sql);
    rememberDevices(sql);
  },
];

/** Whether all tables are there as this version has them. It writes nothing. */
export function isUpToDate(sql: SqlStorage): boolean {
  return tablesOf(sql).includes("migrations") && versionOf(sql) === schemaVersion;
}

/** Brings an object's tables up to date. Nothing is half applied: all that is written in one turn commits together. */
export function migrate(storage: DurableObjectStorage, now: number): void {
  storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec("CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT");
    const version = versionOf(sql);
    if (version > schemaVersion) {
      throw new Error(`${newer}: this data is of schema ${version}; this version knows ${schemaVersion} at most`);
    }
    if (version === schemaVersion) return;
    if (version === 0) sql.exec(schema);
    else for (const step of steps.slice(version - 1)) step(sql);
    sql.exec("INSERT INTO migrations (version, applied_at) VALUES (?, ?)", schemaVersion, now);
  });
}

/** 0: a new object. */
function versionOf(sql: SqlStorage): number {
  return sql.exec<{ version: number }>("SELECT COALESCE(MAX(version), 0) AS version FROM migrations").one().version;
}
