import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unitFiles } from "../../src/cli/systemd-units.ts";

const run = promisify(execFile);
const unitsFor = (disks: boolean) =>
  unitFiles({ user: "mail", command: [process.execPath, "main.js"], config: "/etc/agent.yaml", disks });
const cases = [false, true].flatMap((disks) => unitsFor(disks).map(({ name }) => ({ name, disks })));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-units-"));
  for (const disks of [false, true]) {
    mkdirSync(join(folder, String(disks)));
    for (const { name, text } of unitsFor(disks)) writeFileSync(join(folder, String(disks), name), text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(cases)("CL31 systemd finds nothing to complain of in $name, disks $disks", async ({ name, disks }) => {
  const { stdout, stderr } = await run("systemd-analyze", ["verify", join(folder, String(disks), name)]);
  const ours = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("bridgehead"));
  expect(ours).toEqual([]);
});
