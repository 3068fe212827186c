import type { RegistryData } from "../../protocol/registry.ts";

/** `path`, `parent` and `leaf` are what is compared; `name` is as it was written. */
export type KeyRow = {
  readonly path: string;
  readonly parent: string;
  readonly name: string;
  readonly writtenAt: number;
  readonly revision: number;
};
export type ValueRow = {
  readonly path: string;
  readonly leaf: string;
  readonly name: string;
  readonly data: RegistryData;
  readonly bytes: number;
  readonly revision: number;
};

type RawKey = Omit<KeyRow, "writtenAt"> & { written_at: number };
type RawValue = Omit<ValueRow, "data"> & { data: string };

const keyColumns = "path, parent, name, written_at, revision";
const valueColumns = "path, leaf, name, data, bytes, revision";

/** The rows of the cluster registry. It judges nothing. */
export class RegistryStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  revision(): number {
    return this.#sql.exec<{ number: number }>("SELECT number FROM registry_revision").toArray()[0]?.number ?? 0;
  }

  putRevision(revision: number): void {
    this.#sql.exec(
      "INSERT INTO registry_revision (one, number) VALUES (1, ?) ON CONFLICT DO UPDATE SET number = excluded.number",
      revision,
    );
  }

  key(path: string): KeyRow | null {
    const [row] = this.#keys("path = ?", path);
    return row ?? null;
  }

  /** Those that have a row, in the order of their names. */
  subkeys(path: string): KeyRow[] {
    return this.#keys("parent = ? AND path <> ''", path);
  }

  putKey({ path, parent, name, writtenAt, revision }: KeyRow): void {
    this.#sql.exec(
      `INSERT INTO registry_keys (${keyColumns}) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET written_at = excluded.written_at, revision = excluded.revision`,
      path,
      parent,
      name,
      writtenAt,
      revision,
    );
  }

  clear(): void {
    for (const table of ["registry_keys", "registry_values"]) this.#sql.exec(`DELETE FROM ${table}`);
  }

  /** The key, what is below it, and all their values. `0` is the character after `/`. */
  deleteTree(path: string): void {
    for (const table of ["registry_keys", "registry_values"]) {
      this.#sql.exec(`DELETE FROM ${table} WHERE path = ? OR (path >= ? AND path < ?)`, path, `${path}/`, `${path}0`);
    }
  }

  value(path: string, leaf: string): ValueRow | null {
    const [row] = this.#values("path = ? AND leaf = ?", path, leaf);
    return row ?? null;
  }

  /** In the order of their names. */
  values(path: string): ValueRow[] {
    return this.#values("path = ?", path);
  }

  putValue({ path, leaf, name, data, bytes, revision }: ValueRow): void {
    this.#sql.exec(
      `INSERT INTO registry_values (${valueColumns}) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET data = excluded.data, bytes = excluded.bytes, revision = excluded.revision`,
      path,
      leaf,
      name,
      JSON.stringify(data),
      bytes,
      revision,
    );
  }

  deleteValue(path: string, leaf: string): void {
    this.#sql.exec("DELETE FROM registry_values WHERE path = ? AND leaf = ?", path, leaf);
  }

  totals(): { readonly keys: number; readonly values: number; readonly bytes: number } {
    const { keys } = this.#sql.exec<{ keys: number }>("SELECT COUNT(*) AS keys FROM registry_keys").one();
    const rest = this.#sql
      .exec<{ count: number; bytes: number }>(
        "SELECT COUNT(*) AS count, COALESCE(SUM(bytes), 0) AS bytes FROM registry_values",
      )
      .one();
    return { keys, values: rest.count, bytes: rest.bytes };
  }

  #keys(where: string, ...bindings: readonly string[]): KeyRow[] {
    return this.#sql
      .exec<RawKey>(`SELECT ${keyColumns} FROM registry_keys WHERE ${where} ORDER BY path`, ...bindings)
      .toArray()
      .map(({ written_at: writtenAt, ...row }) => ({ ...row, writtenAt }));
  }

  #values(where: string, ...bindings: readonly string[]): ValueRow[] {
    return this.#sql
      .exec<RawValue>(`SELECT ${valueColumns} FROM registry_values WHERE ${where} ORDER BY path, leaf`, ...bindings)
      .toArray()
      .map(({ data, ...row }) => ({ ...row, data: JSON.parse(data) as RegistryData }));
  }
}
