import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryError, openMemory } from "../../src/agent/memory.ts";
import type { Remembered } from "../../src/agent/session-state.ts";
import type { Seen } from "../../src/cluster/messages.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-memory-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const owner = { cluster: "exchange", node: "NODE1" };
const seen: Seen = {
  generation: { number: 3, nonce: "abc" },
  revision: { generation: 3, n: 7 },
  epochs: { Exchange: 12 },
};
const counted = [{ subject: "Exchange#12", generation: { number: 3, nonce: "abc" }, k: 5, ttlMs: 2_000 }];
const remembered: Remembered = { seen, counted };
const fileIn = (): string => join(folder, "state", "seen.json");

function codeOfOpening(): string {
  try {
    openMemory(fileIn(), owner);
  } catch (error) {
    if (error instanceof MemoryError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "opened";
}

test("AG3 what was written is seen by the next run, and nothing was seen without a file", () => {
  const memory = openMemory(fileIn(), owner);
  expect(memory.remembered).toEqual({ seen: { generation: null, revision: null, epochs: {} }, counted: [] });
  memory.write(remembered);
  expect(openMemory(fileIn(), owner).remembered).toEqual(remembered);
});

test("AG3 a write that a crash cut off leaves the old text in force", () => {
  const memory = openMemory(fileIn(), owner);
  memory.write(remembered);
  writeFileSync(`${fileIn()}.new`, '{"version":1,"clu');
  expect(openMemory(fileIn(), owner).remembered).toEqual(remembered);
  memory.write({ ...remembered, seen: { ...seen, epochs: { Exchange: 13 } } });
  expect(openMemory(fileIn(), owner).remembered.seen.epochs).toEqual({ Exchange: 13 });
  expect(readdirSync(join(folder, "state"))).toEqual(["seen.json"]);
});

test.each([
  "",
  "nonsense",
  "{}",
  '{"version":1,"cluster":"exchange","node":"NODE1","seen":{"epochs":{"Exchange":-1}}}',
])("AG4 a damaged memory is named, and how to mend it: %j", (text) => {
  openMemory(fileIn(), owner).write(remembered);
  writeFileSync(fileIn(), text);
  const told = codeOfOpening();
  expect(told).toContain("memory-damaged");
  expect(told).toContain(fileIn());
  expect(told).toContain("Remove it");
  expect(readFileSync(fileIn(), "utf8")).toBe(text);
});

test("AG4 the memory of another node is not taken for one's own", () => {
  openMemory(fileIn(), { ...owner, node: "NODE2" }).write(remembered);
  expect(codeOfOpening()).toContain("memory-of-another");
});

test("AG4 a folder that cannot be used is told as such", () => {
  writeFileSync(join(folder, "state"), "a file, no folder");
  expect(codeOfOpening()).toContain("memory-unusable");
});
