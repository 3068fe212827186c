import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A PATH with these tools, and no others. */
export function openTools(names: readonly string[]): { readonly path: string; readonly close: () => void } {
  const path = mkdtempSync(join(tmpdir(), "bridgehead-tools-"));
  for (const name of names) {
    const found = execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
    symlinkSync(found, join(path, name));
  }
  return { path, close: () => rmSync(path, { recursive: true }) };
}
