import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openOwnedAddresses } from "../../../src/agent/linux/owned-addresses.ts";

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "bridgehead-owned-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("LX4: what was taken last is the last to be forgotten, however long ago it was taken first", () => {
  const file = join(folder, "state", "addresses.json");
  const numbered = (n: number) => ({ address: `198.51.${n >> 8}.${n & 255}`, device: "eth0" });
  const owned = openOwnedAddresses(file);
  for (let n = 0; n < 1_000; n += 1) owned.add(numbered(n));
  owned.add(numbered(0));
  owned.add(numbered(1_000));
  const { known } = openOwnedAddresses(file);
  expect(known.length).toBe(1_000);
  expect(known).toContainEqual(numbered(0));
  expect(known).toContainEqual(numbered(1_000));
  expect(known).not.toContainEqual(numbered(1));
});
