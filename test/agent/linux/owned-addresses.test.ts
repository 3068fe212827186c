import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOwnedAddresses } from "../../../src/agent/linux/owned-addresses.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "bridgehead-owned-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("LX4: what was taken last is the last to be forgotten, however long ago it was taken first", () => {
  const file = join(folder, "state", "addresses.json");
  const numbered = (n: number) => ({ address: `198.51.${n >> 8}.${n & 255}`, device: "eth0" });
  mkdirSync(dirname(file));
  writeFileSync(file, JSON.stringify(Array.from({ length: 1_000 }, (_, n) => numbered(n))));
  const owned = openOwnedAddresses(file);
  owned.add(numbered(0));
  owned.add(numbered(1_000));
  const { known } = openOwnedAddresses(file);
  expect(known.length).toBe(1_000);
  expect(known).toContainEqual(numbered(0));
  expect(known).toContainEqual(numbered(1_000));
  expect(known).not.toContainEqual(numbered(1));
});
