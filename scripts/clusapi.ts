/**
 * Writes docs/clusapi.md: node scripts/clusapi.ts. With --check it writes nothing, and fails when the file is not what it
 * should be. Either way it fails when a function is not accounted for.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { documentOf } from "./clusapi/document.ts";
import { exported, internal } from "./clusapi/exports.ts";
import { faultsOf, mappingOf, missingRows } from "./clusapi/mapping.ts";
import { newer } from "./clusapi/newer.ts";
import { notMapped } from "./clusapi/not-mapped.ts";
import { pending } from "./clusapi/pending.ts";
import { familiesOfRoutes } from "./table-of-routes.ts";
import { root } from "./tool.ts";

const file = join(root, "docs", "clusapi.md");
const functions = { exported, internal, newer, notMapped, pending };
const mapping = mappingOf(await familiesOfRoutes());
const textOf = (path: string): string | null =>
  existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : null;

const faults = [...faultsOf(mapping, functions), ...missingRows(mapping, textOf)];
const text = documentOf(mapping, functions);
if (process.argv.includes("--check")) {
  if ((await readFile(file, "utf8").catch(() => "")) !== text) faults.push("docs/clusapi.md is stale: npm run docs");
} else if (faults.length === 0) {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
