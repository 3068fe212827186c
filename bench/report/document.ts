import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/cli/package-files.ts";
import type { Measure } from "../measure.ts";
import type { Results } from "../results.ts";
import { documentText, plotFileOf } from "./markdown.ts";
import { plotText } from "./plot.ts";

const docs = join(packageRoot, "docs");

/** Writes docs/performance.md and its plots wholly from these results: nothing of what was there before stays. */
export function writeDocument(measures: readonly Measure[], results: Results): void {
  const plots = join(docs, "performance");
  mkdirSync(plots, { recursive: true });
  for (const file of readdirSync(plots)) if (file.endsWith(".svg")) rmSync(join(plots, file));
  for (const { name } of measures) {
    for (const plot of results[name]?.measured.plots ?? []) {
      writeFileSync(join(docs, plotFileOf(name, plot)), plotText(plot));
    }
  }
  writeFileSync(join(docs, "performance.md"), documentText(measures, results));
}
