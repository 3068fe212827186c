import { spawn } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** Runs one of the tools that npm installed, in the checkout's folder, and keeps what it says. */
export function runTool(
  name: string,
  args: readonly string[],
): Promise<{ readonly ok: boolean; readonly said: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, "node_modules", ".bin", name), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, WRANGLER_SEND_METRICS: "false", NO_COLOR: "1" },
    });
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("close", (code) => resolve({ ok: code === 0, said }));
  });
}
