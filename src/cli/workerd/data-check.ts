import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { nameKey } from "../../protocol/names.ts";
import { schemaVersion } from "../../protocol/schema-version.ts";
import { CliError, messageOf } from "../errors.ts";
import { clusterFile, databaseFiles, directoryFile } from "./object-files.ts";

/** What a database is to be asked, once it is known to be whole. */
type Sqlite = { readonly DatabaseSync: typeof DatabaseSync };

const restore =
  "Put back a copy of this file, with its -wal file if the copy has one; or put the file and its -wal elsewhere, and start " +
  "without it: then its clusters are lost, and are defined anew. Either is a roll-back: an agent that has seen more says so " +
  "when it comes, and epochs go on above. What no agent has seen is lost. If a lease was longer than the copy " +
  "knows, or disks are shared, stop all agents before the start.";

/**
 * Looks at the data before workerd does, which would take an empty file for a new cluster and a bad one for a fault of its own:
 * each database is whole (`PRAGMA quick_check`), none is of a later version. It changes nothing, and costs some 50 ms for
 * each ten megabytes. Nobody may be serving the folder. Resolves with what is lost without being damaged, a sentence
 * each; rejects with `CliError` (`data-damaged`, `data-newer`).
 *
 * What it cannot see: a bit that fell over inside a value, for SQLite keeps no sums of its pages; and an end of the log (`-wal`) that
 * is missing, which SQLite takes for writes that were never confirmed.
 */
export async function checkData(folder: string): Promise<string[]> {
  const sqlite = await importSqlite();
  if (sqlite === null) return [];
  const files = databaseFiles(folder);
  const clusters = new Map(clustersOf(sqlite, folder).map((name) => [clusterFile(folder, name), name]));
  const nameOf = (file: string): string => {
    const name = clusters.get(file);
    return name === undefined ? "" : ` (cluster ${name})`;
  };
  const withTables = new Set(files.filter((file) => isWhole(sqlite, file, nameOf(file))));
  return [...clusters].filter(([file]) => !withTables.has(file)).map(([file, name]) => lost(name, file));
}

/** Node has it from version 22.5 on; without it nothing is looked at. */
async function importSqlite(): Promise<Sqlite | null> {
  try {
    return await import("node:sqlite");
  } catch {
    return null;
  }
}

function lost(name: string, file: string): string {
  return (
    `The directory knows cluster ${name}, and ${file} holds nothing of it: it was never defined to the end, or its data is lost. ` +
    "Put back a copy of that file. Or stop its agents, or wait for its longest ttl, and then apply the definition again and make its " +
    "tokens anew; agents keep what they have seen, and epochs go on above it."
  );
}

/** Names that the directory has. None when it is not there; what is wrong with it is said by `isWhole`. */
function clustersOf(sqlite: Sqlite, folder: string): string[] {
  const file = directoryFile(folder);
  if (!existsSync(file)) return [];
  try {
    return reading(sqlite, file, (database) => {
      if (!tablesOf(database).includes("clusters")) return [];
      return database
        .prepare("SELECT name FROM clusters ORDER BY key")
        .all()
        .map(({ name }) => nameKey(String(name)));
    });
  } catch {
    return [];
  }
}

/** False: it is whole and holds no table yet, as one whose first write was not finished. Throws `CliError`. */
function isWhole(sqlite: Sqlite, file: string, name: string): boolean {
  if (statSync(file).size === 0 && hasLog(file)) {
    throw damaged(file, name, "it is empty, and its log (-wal) is not: it has been cut off");
  }
  let tables: string[];
  let version: number;
  try {
    [tables, version] = reading(sqlite, file, (database) => {
      const says = database
        .prepare("PRAGMA quick_check(3)")
        .all()
        .map((row) => String(row["quick_check"]));
      if (says.join() !== "ok") throw new Error(says.join("; "));
      return [tablesOf(database), versionOf(database)];
    });
  } catch (error) {
    throw damaged(file, name, messageOf(error));
  }
  if (version > schemaVersion) throw newer(file, name, version);
  return tables.length > 0;
}

function hasLog(file: string): boolean {
  const log = `${file}-wal`;
  return existsSync(log) && statSync(log).size > 0;
}

function reading<T>(sqlite: Sqlite, file: string, read: (database: DatabaseSync) => T): T {
  const database = new sqlite.DatabaseSync(file, { readOnly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

function tablesOf(database: DatabaseSync): string[] {
  return database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => String(name));
}

/** 0: none of ours. */
function versionOf(database: DatabaseSync): number {
  if (!tablesOf(database).includes("migrations")) return 0;
  return Number(database.prepare("SELECT COALESCE(MAX(version), 0) AS version FROM migrations").get()?.["version"]);
}

function damaged(file: string, name: string, what: string): CliError {
  return new CliError("data-damaged", "The data is damaged, and nothing was started", undefined, {
    detail: `${file}${name}: ${what}`,
    hint: restore,
  });
}

function newer(file: string, name: string, version: number): CliError {
  return new CliError("data-newer", "The data was written by a later version, and nothing was started", undefined, {
    detail: `${file}${name} is of schema ${version}, and this version knows ${schemaVersion} at most`,
    hint: "Start the later version again, or a copy of the data that was made before it.",
  });
}
