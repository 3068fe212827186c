import { expect, test } from "vitest";
import { storageFaultOf } from "../../src/protocol/storage-fault.ts";

test("DK2 what SQLite's result codes say of the storage is known by a code of our own, and nothing else is", () => {
  const faults = [
    "database or disk is full: SQLITE_FULL",
    "disk I/O error: SQLITE_IOERR (extended: SQLITE_IOERR_WRITE)",
    "attempt to write a readonly database: SQLITE_READONLY",
    "storage-unwritable: the last write was not taken",
    "database disk image is malformed: SQLITE_CORRUPT",
    "file is not a database: SQLITE_NOTADB",
    "storage-newer: this data is of schema 9",
    "no such column: silent: SQLITE_ERROR",
    "UNIQUE constraint failed: SQLITE_CONSTRAINT",
    "internal error; reference = abc",
  ];
  expect(faults.map((message) => storageFaultOf(new Error(message)))).toEqual([
    ...Array.from({ length: 4 }, () => "storage-unwritable"),
    ...Array.from({ length: 2 }, () => "storage-damaged"),
    "storage-newer",
    ...Array.from({ length: 3 }, () => null),
  ]);
});
