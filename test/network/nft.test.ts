import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createNft } from "../../src/agent/linux/filter.ts";

test("LX16 nft keeps no history in the home of who runs it, and another one takes over after its share", async () => {
  const home = mkdtempSync(join(tmpdir(), "bridgehead-home-"));
  const before = process.env["HOME"];
  process.env["HOME"] = home;
  onTestFinished(() => {
    process.env["HOME"] = before;
    rmSync(home, { recursive: true });
  });
  const pids = new Set<number>();
  const nft = createNft((child) => pids.add(child.pid ?? 0));
  for (let request = 0; request < 501; request += 1)
    await nft.run([`describe tcp dport; describe ip daddr # ${request}`]);
  await nft.end();
  expect(readdirSync(home)).toEqual([]);
  expect(pids.size).toBe(2);
});
