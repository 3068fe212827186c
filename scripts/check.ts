/** What CI runs before the tests: types, lint, format, and what is made from the code. All of them run, and what failed is shown. */
import { runTool } from "./tool.ts";

const checks: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["types of the brain and the words", "tsc", "-p", "tsconfig.pure.json"],
  ["types of the Worker", "tsc", "-p", "tsconfig.worker.json"],
  ["types of the control plane's tests", "tsc", "-p", "test/control-plane/tsconfig.json"],
  ["types of the bare Worker", "tsc", "-p", "bench/bare/tsconfig.json"],
  ["types of the page", "tsc", "-p", "src/dashboard/client/tsconfig.json"],
  ["types of the page's tests", "tsc", "-p", "test/dashboard/tsconfig.json"],
  ["types of the node side, scripts and tests", "tsc", "-p", "tsconfig.node.json"],
  ["lint", "oxlint", "--deny-warnings"],
  ["format", "oxfmt", "--check"],
  ["the OpenAPI document", "node", "scripts/openapi.ts"],
  ["the pages of docs/ that are made from the code", "node", "scripts/docs.ts", "--check"],
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

async function run(name: string, command: string, args: readonly string[]): Promise<Result> {
  const began = performance.now();
  const result = await runTool(command, args);
  return { name, ...result, seconds: (performance.now() - began) / 1000 };
}
