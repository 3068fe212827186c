import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { controlUnit, controlUnitName } from "../../src/cli/control-unit.ts";
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

test.each([
  [
    "TLS",
    { listen: "0.0.0.0:443", isPrivilegedPort: true, tls: { certificateFile: "/etc/c.pem", keyFile: "/etc/k.pem" } },
  ],
  ["plain HTTP", { listen: "127.0.0.1:8787", isPrivilegedPort: false, tls: null }],
] as const)("CL47 systemd finds nothing to complain of in the control plane's service, with %s", async (name, own) => {
  const { text } = controlUnit({
    user: "mail",
    command: [process.execPath, "main.js"],
    insecure: false,
    webhookNetworks: [],
    ...own,
  });
  const file = join(folder, name.replace(" ", "-"), controlUnitName);
  mkdirSync(dirname(file));
  writeFileSync(file, text);
  const { stdout, stderr } = await run("systemd-analyze", ["verify", file]);
  expect(`${stdout}${stderr}`.split("\n").filter((line) => line.includes("bridgehead"))).toEqual([]);
});
