import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sweepRemains } from "../../scripts/remains.ts";
import { packageRoot } from "../../src/cli/package-files.ts";

test("EE8 a build takes away what a killed one has left, and nothing of one that runs or that is none of its own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-build-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { pid: dead } = spawnSync(process.execPath, ["--version"]);
  const kept = ["dist", "dist.new", `dist.new-${dead}-x`, `dist.new-${process.pid}`, `other.new-${dead}`].toSorted();
  for (const name of [...kept, `dist.new-${dead}`, `dist.old-${dead}`]) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "file"), "");
  }
  await sweepRemains(join(folder, "dist"));
  expect(readdirSync(folder).toSorted()).toEqual(kept);
});

test("EE8 what a killed build has left is nothing that git would add", () => {
  const ignored = readFileSync(join(packageRoot, ".gitignore"), "utf8").split("\n");
  expect(ignored).toEqual(expect.arrayContaining(["dist.new-*/", "dist.old-*/"]));
});
