import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { unitFiles } from "../../src/cli/systemd-units.ts";

const run = promisify(execFile);
const units = unitFiles({ user: "mail", command: [process.execPath, "main.js"], config: "/etc/agent.yaml" });
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-units-"));
  for (const { name, text } of units) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(units.map(({ name }) => [name]))("CL31 systemd finds nothing to complain of in %s", async (name) => {
  const { stdout, stderr } = await run("systemd-analyze", ["verify", join(folder, name)]);
  const ours = `${stdout}${stderr}`.split("\n").filter((line) => line.includes("bridgehead"));
  expect(ours).toEqual([]);
});
