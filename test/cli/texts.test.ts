import { expect, test } from "vitest";
import { parse } from "yaml";
import { differencesText } from "../../src/cli/differences.ts";
import { definitionYaml } from "../../src/cli/export-file.ts";
import { facts, wrapped } from "../../src/cli/output.ts";
import { buildProgram } from "../../src/cli/program.ts";

test("CL11 a difference is a line: what is new, what goes, what changes", () => {
  const text = differencesText([
    { path: "/groups/G", after: { properties: { FailoverPeriod: 6 } } },
    { path: "/groups/H", before: {} },
    { path: "/groups/A~1B/resources/x~0y", before: ["NODE1"], after: ["NODE2", "NODE1"] },
  ]);
  expect(text.split("\n")).toEqual([
    "+ groups.G: { properties: { FailoverPeriod: 6 } }",
    "- groups.H",
    "~ groups.A/B.resources.x~y: [ NODE1 ] → [ NODE2, NODE1 ]",
  ]);
});

test("CL12 a definition is laid out as people write it, whatever stands in it", () => {
  const definition = {
    cluster: "c",
    lease: { ttlMs: 4_000, renewMs: 1_000 },
    nodes: { N1: { address: "192.0.2.1" } },
    groups: {
      Empty: {},
      G: {
        preferredOwners: ["N1"],
        properties: { Description: 'a [ b ] "c"', AntiAffinityClassNames: ["x", "y z"] },
        resources: { "Disk E:": { type: "Physical Disk", dependsOn: ["A", ["B", "C"]] } },
      },
    },
  };
  const text = definitionYaml(definition);
  expect(parse(text)).toEqual(definition);
  expect(text.split("\n")).toEqual([
    "cluster: c",
    "lease: { ttlMs: 4000, renewMs: 1000 }",
    "nodes:",
    "  N1: { address: 192.0.2.1 }",
    "groups:",
    "  Empty: {}",
    "  G:",
    "    preferredOwners: [N1]",
    `    properties: { Description: 'a [ b ] "c"', AntiAffinityClassNames: [x, y z] }`,
    "    resources:",
    '      "Disk E:":',
    "        type: Physical Disk",
    "        dependsOn: [A, [B, C]]",
    "",
  ]);
});

test("CL13 texts are wrapped at eighty columns, and facts under their own column", () => {
  const words = "word ".repeat(40).trim();
  for (const line of wrapped(words, 2).split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  const lines = facts({ short: "x", "much longer": words, nothing: null }).split("\n");
  expect(lines[0]).toBe("short        x");
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(lines[2]).toMatch(/^ {13}word/);
});

test("CL11 every verb has a description, and every change can be tried first", async () => {
  const program = await buildProgram([], true);
  const verbs = program.commands.flatMap((noun) => noun.commands.map((verb) => ({ noun: noun.name(), verb })));
  expect(verbs.filter(({ verb }) => verb.description() === "").map(({ verb }) => verb.name())).toEqual([]);
  const reading = new Set(["list", "show", "export", "explain", "get", "listen", "associate", "test"]);
  const changing = verbs.filter(
    ({ noun, verb }) => ["cluster", "node", "group", "resource"].includes(noun) && !reading.has(verb.name()),
  );
  expect(changing.length).toBeGreaterThan(20);
  const untried = changing.filter(({ verb }) => !verb.options.some(({ long }) => long === "--dry-run"));
  expect(untried.map(({ noun, verb }) => `${noun} ${verb.name()}`)).toEqual([]);
});
