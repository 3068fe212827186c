/**
 * What somebody does who has npm and an empty folder: installs the package as it would be published, from the registry with all that it
 * needs and no install script, and runs it. `.ci/run` runs this; it needs the registry, which `npm test` does not.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { hostNpm } from "../support/host-npm.ts";
import { pack } from "../support/pack.ts";

const folder = mkdtempSync(join(tmpdir(), "bridgehead-installed-"));
try {
  const tarball = join(folder, pack(folder).filename);
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
  const installed = join(folder, "installed");
  mkdirSync(installed);
  await expectOf("npm", ["install", ...quiet, tarball], installed, /added \d+ packages/);
  await expectOf("npx", ["bridgehead", "--version"], installed, exactly(manifest.version));
  await expectOf("npx", ["bridgehead", "demo"], installed, /All \d+ lines came out as they should/);
  const empty = join(folder, "empty");
  mkdirSync(empty);
  const once = ["--yes", "--ignore-scripts", `--package=${tarball}`, "--", "bridgehead"];
  await expectOf("npx", [...once, "--version"], empty, exactly(manifest.version));
  await expectOf("npm", ["exec", ...once, "demo"], empty, /All \d+ lines came out as they should/);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function expectOf(program: "npm" | "npx", args: readonly string[], where: string, wanted: RegExp): Promise<void> {
  const { code, said } = await hostNpm(program, args, where);
  const line = [program, ...args].join(" ").replaceAll(`${folder}/`, "");
  if (code !== 0 || !wanted.test(said)) throw new Error(`${line}: exit code ${code}\n${said}`);
  process.stdout.write(`ok  ${line}\n`);
}

/** On a line of its own: npm may say beside it what it thinks of the host's Node. */
function exactly(line: string): RegExp {
  return new RegExp(`^${line.replaceAll(".", String.raw`\.`)}$`, "m");
}
