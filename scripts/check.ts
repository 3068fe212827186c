/** What CI runs before the tests: types, lint, format. All of them run, and what failed is shown. */
import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["types of the brain and the words", "tsc", "-p", "tsconfig.pure.json"],
  ["types of the Worker", "tsc", "-p", "tsconfig.worker.json"],
  ["types of the control plane's tests", "tsc", "-p", "test/control-plane/tsconfig.json"],
  ["types of the page", "tsc", "-p", "src/dashboard/client/tsconfig.json"],
  ["types of the page's tests", "tsc", "-p", "test/dashboard/tsconfig.json"],
  ["types of the node side, scripts and tests", "tsc", "-p", "tsconfig.node.json"],
  ["lint", "oxlint", "--deny-warnings"],
  ["format", "oxfmt", "--check"],
];

const results = await Promise.all(checks.map(([name, command, ...args]) => run(name, command, args)));
for (const { name, ok, said, seconds } of results) {
  process.stdout.write(`${ok ? "ok    " : "FAILED"} ${name} (${seconds.toFixed(1)} s)\n`);
  if (!ok) process.stdout.write(`${said.trimEnd()}\n\n`);
}
const failed = results.filter(({ ok }) => !ok).map(({ name }) => name);
if (failed.length > 0) {
  process.stdout.write(`failed: ${failed.join("; ")}\n`);
  process.exitCode = 1;
}

type Result = { readonly name: string; readonly ok: boolean; readonly said: string; readonly seconds: number };

function run(name: string, command: string, args: readonly string[]): Promise<Result> {
  const began = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(join(root, "node_modules", ".bin", command), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const listen = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    child.once("error", reject);
    child.once("close", (code) => {
      resolve({ name, ok: code === 0, said, seconds: (performance.now() - began) / 1000 });
    });
  });
}
