import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { manifestSchema } from "../../src/cli/workerd/config.ts";
import { workerFolder } from "../../src/cli/package-files.ts";

export type Packed = { readonly name: string; readonly raw: number; readonly gzip: number };

/** Bytes of each module of the Worker as it was built, and of all of them. */
export function bundleSizes(): Packed[] {
  const { modules } = manifestSchema.parse(JSON.parse(readFileSync(join(workerFolder, "manifest.json"), "utf8")));
  const sizes = modules.map((name): Packed => {
    const octets = readFileSync(join(workerFolder, name));
    return { name: shortName(name), raw: octets.length, gzip: gzipSync(octets, { level: 9 }).length };
  });
  const sum = (of: (one: Packed) => number): number => sizes.reduce((all, one) => all + of(one), 0);
  return [...sizes, { name: "in all", raw: sum(({ raw }) => raw), gzip: sum(({ gzip }) => gzip) }];
}

/** Those of text have a digest before their name, which differs with each change. */
function shortName(name: string): string {
  return name.replace(/^[0-9a-f]{40}-/, "");
}
