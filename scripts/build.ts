/**
 * Builds `dist/`: the compiled node side with the declarations of what it exports, and the packed Worker with what plain workerd has to know of it. It is built
 * beside the old one and takes its place at the end, so a command that starts meanwhile finds one or the other, whole.
 */
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import packageManifest from "../package.json" with { type: "json" };
import { keepReachedDeclarations } from "./declarations.ts";
import { besides, sweepRemains } from "./remains.ts";
import { root, runTool } from "./tool.ts";

const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "dist") } } });
const target = values.out;
const { fresh, old } = besides(target);

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
  // Last, because the tools of one that was killed go on for a while.
  await sweepRemains(target);
}

async function compileNodeSide(): Promise<void> {
  await run("tsc", ["-p", "tsconfig.build.json", "--outDir", fresh]);
  const exported = Object.values(packageManifest.exports).flatMap((entry) =>
    typeof entry === "string" ? [] : [entry.types],
  );
  await keepReachedDeclarations(
    fresh,
    exported.map((path) => relative("dist", path)),
  );
}

/** The bundle as it would be deployed, and `manifest.json`: its modules, and the compatibility date it was made for. */
async function packWorker(): Promise<void> {
  const packed = join(fresh, "worker-packed");
  await run("wrangler", ["deploy", "--dry-run", "--outdir", packed]);
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

/** What a tool says is shown only when it fails. */
async function run(name: string, args: readonly string[]): Promise<void> {
  const { ok, said } = await runTool(name, args);
  if (!ok) throw new Error(`${[name, ...args].join(" ")} failed:\n${said}`);
}
