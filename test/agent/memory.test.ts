import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MemoryError, openMemory } from "../../src/agent/memory.ts";
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
  expect(memory.seen).toEqual({ generation: null, revision: null, epochs: {} });
  memory.write(seen);
  expect(openMemory(fileIn(), owner).seen).toEqual(seen);
});

test("AG3 a write that a crash cut off leaves the old text in force", () => {
  const memory = openMemory(fileIn(), owner);
  memory.write(seen);
  writeFileSync(`${fileIn()}.new`, '{"version":1,"clu');
  expect(openMemory(fileIn(), owner).seen).toEqual(seen);
  memory.write({ ...seen, epochs: { Exchange: 13 } });
  expect(openMemory(fileIn(), owner).seen.epochs).toEqual({ Exchange: 13 });
  expect(readdirSync(join(folder, "state"))).toEqual(["seen.json"]);
});

test.each([
  "",
  "nonsense",
  "{}",
  '{"version":1,"cluster":"exchange","node":"NODE1","seen":{"epochs":{"Exchange":-1}}}',
])("AG4 a damaged memory is named, and how to mend it: %j", (text) => {
  openMemory(fileIn(), owner).write(seen);
  writeFileSync(fileIn(), text);
  const told = codeOfOpening();
  expect(told).toContain("memory-damaged");
  expect(told).toContain(fileIn());
  expect(told).toContain("Remove it");
  expect(readFileSync(fileIn(), "utf8")).toBe(text);
});

test("AG4 the memory of another node is not taken for one's own", () => {
  openMemory(fileIn(), { ...owner, node: "NODE2" }).write(seen);
  expect(codeOfOpening()).toContain("memory-of-another");
});

test("AG4 a folder that cannot be used is told as such", () => {
  writeFileSync(join(folder, "state"), "a file, no folder");
  expect(codeOfOpening()).toContain("memory-unusable");
});
