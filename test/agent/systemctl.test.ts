import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemctl } from "../../src/agent/drivers/systemctl.ts";

let folder = "";
const asked = (): string => join(folder, "asked");

/** A program in its place that leaves a trace before anything else. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-systemctl-"));
  const program = join(folder, "systemctl");
  writeFileSync(program, `#!/bin/sh\necho "$@" > ${asked()}\n`);
  chmodSync(program, 0o755);
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"] ?? ""}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test("DR15 systemd is asked", async () => {
  const { isDone } = await systemctl(["start", "--", "mail.service"], new AbortController().signal);
  expect(isDone).toBe(true);
  expect(existsSync(asked())).toBe(true);
});

test("DR15 what was called off before is not asked of systemd, not even for a moment", async () => {
  for (let time = 0; time < 20; time += 1) {
    const { isDone } = await systemctl(["start", "--", "mail.service"], AbortSignal.abort());
    expect(isDone).toBe(false);
  }
  expect(existsSync(asked())).toBe(false);
});
