import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runCommand } from "../../src/cli/program.ts";

let root = "";
let out = "";
let err = "";

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bridgehead-ocf-"));
  out = "";
  err = "";
  vi.stubEnv("OCF_ROOT", root);
  vi.spyOn(process.stdout, "write").mockImplementation((text) => (out += String(text)).length > 0);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => (err += String(text)).length > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function install(provider: string, type: string, text: string, mode = 0o755): void {
  const folder = join(root, "resource.d", provider);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, type), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, type), mode);
}

const metadata = `[ "$1" = meta-data ] || exit 3
cat <<END
<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="$OCF_RESOURCE_TYPE" version="1.0">
<version>1.1</version>
<longdesc lang="en">It keeps
a &lt;thing&gt;.</longdesc>
<shortdesc lang="en">a thing</shortdesc>
<parameters>
<parameter name="color"><shortdesc>its color</shortdesc><content type="string" default="red" /></parameter>
<parameter name="size" required="1"><shortdesc>its size</shortdesc><content type="integer" /></parameter>
</parameters>
<actions><action name="start" timeout="20s" /><action name="monitor" timeout="10s" interval="5s" depth="10" /></actions>
</resource-agent>
END`;

test("CL32 the agents of this host are listed by provider; what is no program is none", async () => {
  install("heartbeat", "Thing", metadata);
  install("acme", "Other", metadata);
  install("heartbeat", "README", "", 0o644);
  expect(await runCommand(["agent", "ocf", "--output", "json"])).toBe(0);
  expect(JSON.parse(out)).toEqual({ agents: ["ocf:acme:Other", "ocf:heartbeat:Thing"] });
});

test("CL32 what an agent says of itself is shown, what must be set first", async () => {
  install("heartbeat", "Thing", metadata);
  expect(await runCommand(["agent", "ocf", "ocf:heartbeat:Thing"])).toBe(0);
  expect(out).toMatch(/version +1\.0\nsummary +a thing\ndescription +It keeps a <thing>\.\n/);
  expect(out.indexOf("size")).toBeLessThan(out.indexOf("color"));
  expect(out).toMatch(/monitor +10s +5s +10/);
  out = "";
  expect(await runCommand(["agent", "ocf", "ocf:heartbeat:Thing", "--output", "json"])).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    agent: "ocf:heartbeat:Thing",
    parameters: [
      { name: "color", required: false, type: "string", default: "red", summary: "its color" },
      { name: "size", required: true, type: "integer", default: null, summary: "its size" },
    ],
  });
});

test.each([
  ["ocf:heartbeat:Thign", "not-installed", "Did you mean ocf:heartbeat:Thing?"],
  ["ocf:heartbeat:Broken", "no-metadata", ""],
  ["ocf:heartbeat:Talkative", "no-metadata", ""],
])("CL32 %s is refused as %s, with what to do", async (agent, code, hint) => {
  install("heartbeat", "Thing", metadata);
  install("heartbeat", "Broken", "echo 'no shell functions' >&2; exit 5");
  install("heartbeat", "Talkative", "echo '<other/>'");
  expect(await runCommand(["agent", "ocf", agent, "--output", "json"])).toBe(1);
  expect(JSON.parse(err)).toMatchObject({ code });
  expect(err).toContain(hint);
});

test("CL32 a host without any is told where they come from", async () => {
  expect(await runCommand(["agent", "ocf", "ocf:heartbeat:Thing"])).toBe(1);
  expect(err).toContain("apt install resource-agents");
});
