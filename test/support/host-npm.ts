import { execFile } from "node:child_process";
import { delimiter, sep } from "node:path";

/**
 * npm and npx as somebody has them who types them in a folder of their own: under the host's Node, and with nothing of the `npm test`
 * or of the checkout that this runs in.
 */
export function hostNpm(
  program: "npm" | "npx",
  args: readonly string[],
  folder: string,
): Promise<{ readonly code: number; readonly said: string }> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(?:npm_|INIT_CWD$|NODE_OPTIONS$|VITEST)/i.test(name));
  const env = { ...Object.fromEntries(kept), PATH: hostPath(), NO_COLOR: "1", npm_config_update_notifier: "false" };
  return new Promise((resolve) => {
    execFile(program, args, { cwd: folder, env, timeout: 300_000, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, said: stdout + stderr }),
    );
  });
}

/** Without what npm has put before it: the Node that the packages bring, and their programs. */
function hostPath(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return folders.filter((folder) => !folder.split(sep).includes("node_modules")).join(delimiter);
}
