import schema from "../../schema.sql";

/** Each is applied once, in order, and never changed afterwards. The first one is the schema as it was at the beginning. */
const migrations: readonly string[] = [schema];

/** Brings an object's tables up to date. Nothing is half applied: all that is written in one turn commits together. */
export function migrate(storage: DurableObjectStorage, now: number): void {
  storage.transactionSync(() => {
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT",
    );
    const { version } = storage.sql
      .exec<{ version: number }>("SELECT COALESCE(MAX(version), 0) AS version FROM migrations")
      .one();
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      storage.sql.exec(migration);
      storage.sql.exec("INSERT INTO migrations (version, applied_at) VALUES (?, ?)", index + 1, now);
    }
  });
}
