import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkData } from "../../src/cli/workerd/data-check.ts";
import { clusterFile } from "../../src/cli/workerd/object-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-data-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A database as a crash leaves it in the middle of its first transaction: pages are written, and the journal that takes them back is there. */
function leaveHalfWritten(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const writing = join(folder, "writing.sqlite");
  const database = new DatabaseSync(writing);
  database.exec("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2; CREATE TABLE before (value TEXT); BEGIN");
  const insert = database.prepare("INSERT INTO before VALUES (?)");
  for (let row = 0; row < 200; row += 1) insert.run("x".repeat(1_000));
  for (const end of ["", "-journal"]) copyFileSync(`${writing}${end}`, `${file}${end}`);
  database.close();
}

test("DK1 what a crash has left half written is taken back at the start, and is no damage", async () => {
  const file = clusterFile(folder, "exchange");
  leaveHalfWritten(file);
  expect(existsSync(`${file}-journal`)).toBe(true);
  expect(await checkData(folder)).toEqual([]);
  const database = new DatabaseSync(file, { readOnly: true });
  expect(database.prepare("SELECT count(*) AS rows FROM before").get()).toEqual({ rows: 0 });
  database.close();
});
