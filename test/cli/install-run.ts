import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, vi } from "vitest";

/** For a whole test file: a folder in the place of `/` for each test, and what the command has printed in it. */
export function installRuns(): { readonly root: string; out: string; err: string } {
  const run = { root: "", out: "", err: "" };
  beforeEach(() => {
    run.root = mkdtempSync(join(tmpdir(), "bridgehead-install-"));
    run.out = "";
    run.err = "";
    vi.spyOn(process.stdout, "write").mockImplementation((text) => (run.out += String(text)).length > 0);
    vi.spyOn(process.stderr, "write").mockImplementation((text) => (run.err += String(text)).length > 0);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(run.root, { recursive: true, force: true });
  });
  return run;
}
