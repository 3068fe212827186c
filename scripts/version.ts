/** Between the change of package.json and the commit, `npm version` runs this: the other places that tell the version follow it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import manifest from "../package.json" with { type: "json" };
import { root } from "./tool.ts";
import { releasedChangelog, versionSource } from "./version-texts.ts";

const today = new Date().toISOString().slice(0, 10);
await rewrite("src/protocol/version.ts", (text) => versionSource(text, manifest.version));
await rewrite("CHANGELOG.md", (text) => releasedChangelog(text, manifest.version, today));

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  const file = join(root, path);
  await writeFile(file, change(await readFile(file, "utf8")));
}
