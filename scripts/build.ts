/**
 * Builds `dist/`: the compiled node side, and the packed Worker with what plain workerd has to know of it. It is built
 * beside the old one and takes its place at the end, so a command that starts meanwhile finds one or the other, whole.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);

const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "dist") } } });
const target = values.out;
const fresh = `${target}.new-${process.pid}`;
const old = `${target}.old-${process.pid}`;

try {
  await mkdir(fresh);
  await Promise.all([compileNodeSide(), packWorker()]);
  await swap();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await rm(fresh, { recursive: true, force: true });
  await rm(old, { recursive: true, force: true });
}

function compileNodeSide(): Promise<void> {
  return run(bin("tsc"), ["-p", "tsconfig.build.json", "--outDir", fresh]);
}

/** The bundle as it would be deployed, and `manifest.json`: its modules, and the compatibility date it was made for. */
async function packWorker(): Promise<void> {
  const packed = join(fresh, "worker-packed");
  await run(bin("wrangler"), ["deploy", "--dry-run", "--outdir", packed]);
  const worker = join(fresh, "worker");
  await mkdir(worker);
  const modules = (await readdir(packed)).filter((name) => /\.(js|sql)$/.test(name)).sort();
  for (const name of modules) await cp(join(packed, name), join(worker, name));
  const manifest = { main: "worker.js", modules, compatibilityDate: await compatibilityDate() };
  await writeFile(join(worker, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  await rm(packed, { recursive: true });
}

async function compatibilityDate(): Promise<string> {
  const date = /^compatibility_date = "(\d{4}-\d{2}-\d{2})"$/m.exec(
    await readFile(join(root, "wrangler.toml"), "utf8"),
  )?.[1];
  if (date === undefined) throw new Error('wrangler.toml has no line: compatibility_date = "YYYY-MM-DD"');
  return date;
}

async function swap(): Promise<void> {
  await rename(target, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(fresh, target);
}

/** Runs a tool; what it says is shown only when it fails. */
function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
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
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${[command, ...args].join(" ")} failed:\n${said}`));
    });
  });
}
