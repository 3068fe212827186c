/**
 * `npm run deploy`: the Worker at the edge. With `--admin-token FILE` its admin token is set with the same upload: that of the file, or a
 * new one, which is written there. Without it the deployment keeps the one that it has. All else is passed on to `wrangler deploy`.
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../src/cli/errors.ts";
import { onEndingSignals } from "../src/cli/local/signals.ts";
import { assertToken, keptOrNewSecret } from "../src/cli/secret-file.ts";
import { root } from "./tool.ts";

const option = "--admin-token";

/** Ctrl-C and the like end wrangler, and this process when it has removed what it wrote. */
const broken = new AbortController();
const breakOff = (): void => broken.abort();
onEndingSignals(breakOff, breakOff);

try {
  const { file, others } = optionsOf(process.argv.slice(2));
  process.exitCode = file === null ? await wrangler(others) : await withToken(file, others);
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function optionsOf(args: readonly string[]): { readonly file: string | null; readonly others: readonly string[] } {
  const at = args.indexOf(option);
  if (at === -1) return { file: null, others: args };
  const file = args[at + 1];
  if (file === undefined || file.startsWith("-")) throw new CliError("usage", `${option} needs a file`, 2);
  return { file, others: args.toSpliced(at, 2) };
}

/** The upload takes secrets from a file alone: this one is gone when it is over, and nobody else can read it meanwhile. */
async function withToken(file: string, others: readonly string[]): Promise<number> {
  const token = keptOrNewSecret(file);
  assertToken(token, file);
  const folder = await mkdtemp(join(tmpdir(), "bridgehead-deploy-"));
  try {
    const secrets = join(folder, "secrets.json");
    await writeFile(secrets, JSON.stringify({ BRIDGEHEAD_ADMIN_TOKEN: token }), { mode: 0o600 });
    const code = await wrangler(["--secrets-file", secrets, ...others]);
    if (code === 0) process.stdout.write(`The admin token is in ${file}: BRIDGEHEAD_TOKEN_FILE=${file}\n`);
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function wrangler(args: readonly string[]): Promise<number> {
  const env = { ...process.env, WRANGLER_SEND_METRICS: "false" };
  const child = spawn(join(root, "node_modules/.bin/wrangler"), ["deploy", ...args], {
    cwd: root,
    stdio: "inherit",
    env,
    signal: broken.signal,
  });
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      if (!broken.signal.aborted) reject(error);
    });
    // Of one that was ended wrangler itself says 0.
    child.once("close", (code) => resolve(broken.signal.aborted ? 1 : (code ?? 1)));
  });
}
