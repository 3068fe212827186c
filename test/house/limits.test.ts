import { expect, test } from "vitest";
import { limits } from "../../src/cluster/limits.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { programOf, sourcesIn } from "./sources.ts";

const programs = (folder: string): string[] =>
  sourcesIn(folder)
    .filter(({ path }) => !path.startsWith("test/house/"))
    .map(({ text }) => programOf(text));

/** Whether one of the programs takes a limit by its name: `limits.nodes`, or `const { nodes } = limits`. */
function takes(texts: readonly string[], object: string, name: string): boolean {
  const member = new RegExp(`(?<![\\w.])${object}\\s*\\.\\s*${name}\\b`);
  const taken = new RegExp(`\\{[^{}]*\\b${name}\\b[^{}]*\\}\\s*=\\s*${object}\\b(?!\\s*\\.)`);
  return texts.some((text) => member.test(text) || taken.test(text));
}

const all = [
  ...Object.keys(limits).map((name) => ["limits", name] as const),
  ...Object.keys(protocolLimits).map((name) => ["protocolLimits", name] as const),
];

test("SE1: every limit has a test that takes it by its name", () => {
  const texts = programs("test");
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter(([object, name]) => !takes(texts, object, name)).map((limit) => limit.join("."))).toEqual([]);
});

test("SE1: every limit is one that something keeps", () => {
  const texts = programs("src");
  expect(all.filter(([object, name]) => !takes(texts, object, name)).map((limit) => limit.join("."))).toEqual([]);
});
