import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { nobodyElse } from "../../../src/agent/drivers/registry.ts";
import { type RunningGuard, runGuard } from "../../../src/agent/guard/main.ts";
import { openLinuxHost } from "../../../src/agent/linux/linux-host.ts";

let folder = "";
let guard: RunningGuard | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-host-"));
  vi.stubEnv("PATH", folder);
  guard = await runGuard({ path: join(folder, "guard.sock"), log: () => {} });
});
afterEach(async () => {
  await guard?.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("LX7: a host without tools that has had an address says each lack once, with its cost, and the agent starts", async () => {
  writeFileSync(join(folder, "addresses.json"), JSON.stringify([{ address: "192.0.2.100", device: "eth0" }]));
  const logged: [code: string, detail: string][] = [];
  const host = await openLinuxHost(
    {
      cluster: "mail",
      node: "NODE1",
      url: "http://127.0.0.1:1",
      token: () => "a-token",
      stateFolder: folder,
      guard: { path: join(folder, "guard.sock"), start: null },
      surroundings: nobodyElse,
      clock: () => performance.now(),
      log: (_level, code, detail) => logged.push([code, detail]),
    },
    "run-of-the-test",
  );
  const codes = logged.map(([code]) => code);
  expect(codes.filter((code) => code === "no-ip")).toHaveLength(1);
  expect(codes.filter((code) => code === "no-filter")).toHaveLength(1);
  expect(codes).not.toContain("no-guard");
  expect(logged.find(([code]) => code === "no-ip")?.[1]).toMatch(/spawn ip ENOENT.*: no address .*; install it/);
  await host.end();
});
