import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/**
 * Takes away each declaration that nobody can see: a program that imports the package reaches those of its exports and what these
 * name, and no other file has an importer outside of the package.
 * @param entries the declarations of the exports, by their paths in `folder`
 */
export async function keepReachedDeclarations(folder: string, entries: readonly string[]): Promise<void> {
  const reached = await reachedFrom(entries.map((entry) => join(folder, entry)));
  const files = await readdir(folder, { recursive: true });
  const unseen = files
    .filter((name) => name.endsWith(".d.ts"))
    .map((name) => join(folder, name))
    .filter((path) => !reached.has(path));
  await Promise.all(unseen.map((path) => rm(path)));
}

async function reachedFrom(entries: readonly string[]): Promise<ReadonlySet<string>> {
  const reached = new Set(entries);
  // What is added while the set is walked is walked as well.
  for (const path of reached) {
    const text = await readFile(path, "utf8");
    for (const [, specifier = ""] of text.matchAll(/(?:\bfrom |\bimport\()"(\.[^"]+)"/g)) {
      reached.add(join(dirname(path), specifier.replace(/\.(?:ts|js)$/, ".d.ts")));
    }
  }
  return reached;
}
