import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { measures } from "../../bench/measures.ts";
import { optionsOf } from "../../bench/options.ts";
import { documentText, plotFileOf } from "../../bench/report/markdown.ts";
import { plotText } from "../../bench/report/plot.ts";
import { readResults } from "../../bench/results.ts";
import { fileOf } from "../house/sources.ts";

describe("BN5: docs/performance.md", () => {
  const results = readResults();

  test("BN5: it is what the committed results say, with every plot and no other; if not: npm run bench -- --write", () => {
    expect(fileOf("docs/performance.md")).toBe(documentText(measures, results));
    const plots = measures.flatMap(({ name }) =>
      (results[name]?.measured.plots ?? []).map((plot) => ({ file: plotFileOf(name, plot), plot })),
    );
    for (const { file, plot } of plots) expect(fileOf(`docs/${file}`)).toBe(plotText(plot));
    const there = readdirSync("docs/performance").map((file) => `performance/${file}`);
    expect(there.toSorted()).toEqual(plots.map(({ file }) => file).toSorted());
  });

  test("BN5: README names it, and every command of it that is shown is one that it takes", () => {
    expect(fileOf("README.md")).toContain("(docs/performance.md)");
    const pages = ["docs/performance.md", "CONTRIBUTING.md"].map(fileOf).join("\n");
    const shown = [...pages.matchAll(/`npm run bench(?: -- ([^`]*))?`/g)];
    expect(shown.length).toBeGreaterThan(0);
    for (const [, args = ""] of shown)
      expect(
        optionsOf(
          args.split(" ").filter(Boolean),
          measures.map(({ name }) => name),
        ).kind,
      ).toBe("run");
    expect(fileOf("package.json")).toContain('"bench": "npm run build && node scripts/run.js node bench/main.ts"');
  });
});
