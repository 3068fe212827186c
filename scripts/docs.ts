/**
 * Writes the pages of docs/ that are made from the code: node scripts/docs.ts. With --check it writes nothing, and fails when one of
 * them is not what it should be. Either way it fails when the code lacks what a page needs.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { madePages } from "./reference/pages.ts";
import { root } from "./tool.ts";

const faults: string[] = [];
for (const page of await madePages()) {
  const file = join(root, page.path);
  faults.push(...page.faults);
  if (process.argv.includes("--check")) {
    if ((await readFile(file, "utf8").catch(() => "")) !== page.text)
      faults.push(`${page.path} is stale: npm run docs`);
  } else if (page.faults.length === 0) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, page.text);
  }
}
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
