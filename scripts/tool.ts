import { spawn } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** No tool tells anybody that it ran, asks for a newer one, or writes in colours. */
const quiet = {
  WRANGLER_SEND_METRICS: "false",
  REDOCLY_TELEMETRY: "off",
  REDOCLY_SUPPRESS_UPDATE_NOTICE: "true",
  NO_COLOR: "1",
} as const;

/** Runs one of the tools that npm installed, in the checkout's folder or another, and keeps what it says. */
export function runTool(
  name: string,
  args: readonly string[],
  folder = root,
): Promise<{ readonly ok: boolean; readonly said: string }> {
  return new Promise((resolve, reject) => {
    // Scripts of this repository run under the Node that runs this one.
    const path = name === "node" ? process.execPath : join(root, "node_modules", ".bin", name);
    const child = spawn(path, args, {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...quiet },
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
