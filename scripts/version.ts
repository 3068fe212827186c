/**
 * What `npm version` runs. Between the change of package.json and the commit the other places that tell the version follow it; with
 * `--check`, before npm changes anything, it is only tried whether they can.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { root } from "./tool.ts";
import { releasedChangelog, versionSource } from "./version-texts.ts";

const today = new Date().toISOString().slice(0, 10);
const files: readonly (readonly [path: string, follow: (text: string) => string])[] = [
  ["src/protocol/version.ts", (text) => versionSource(text, manifest.version)],
  ["CHANGELOG.md", (text) => releasedChangelog(text, manifest.version, today)],
];

try {
  const followed = await Promise.all(
    files.map(async ([path, follow]) => [join(root, path), follow(await readFile(join(root, path), "utf8"))] as const),
  );
  if (!process.argv.includes("--check")) for (const [file, text] of followed) await writeFile(file, text);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
