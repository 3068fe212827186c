import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { machineId } from "../../src/agent/machine-id.ts";

const folder = mkdtempSync(join(tmpdir(), "machine-id-"));
afterAll(() => rmSync(folder, { recursive: true }));

const idOf = (text: string) => {
  const file = join(folder, "machine-id");
  writeFileSync(file, text);
  return machineId(file);
};
const [one, other] = ["0".repeat(32), "f".repeat(32)];

test("EN14 a machine is known by what it calls itself, and does not give that away", () => {
  const id = idOf(`${one}\n`);
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(id).not.toBe(one);
  expect(idOf(one)).toBe(id);
  expect(idOf(other)).not.toBe(id);
});

test("EN14 a machine that has no name of its own says none", () => {
  for (const text of ["uninitialized", ""]) expect(idOf(text)).toBeNull();
  expect(machineId(join(folder, "none"))).toBeNull();
});
