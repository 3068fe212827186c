import schema from "../../schema.sql";
import second from "./migrations/2.sql";

/**
 * What leads from each schema to the next one. `schema.sql` is always the last of them, whole: a new object takes it as it
 * is, an older one comes to the same by these steps.
 */
const steps: readonly string[] = [second];
const latest = 1 + steps.length;

/** Brings an object's tables up to date. Nothing is half applied: all that is written in one turn commits together. */
export function migrate(storage: DurableObjectStorage, now: number): void {
  storage.transactionSync(() => {
    storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT",
    );
    const { version } = storage.sql
      .exec<{ version: number }>("SELECT COALESCE(MAX(version), 0) AS version FROM migrations")
      .one();
    if (version > latest) throw new Error(`this data is of schema ${version}; this version knows ${latest} at most`);
    if (version === latest) return;
    const due = version === 0 ? [schema] : steps.slice(version - 1);
    for (const statements of due) storage.sql.exec(statements);
    storage.sql.exec("INSERT INTO migrations (version, applied_at) VALUES (?, ?)", latest, now);
  });
}
