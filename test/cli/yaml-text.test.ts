import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { definitionYaml, inlineYaml } from "../../src/cli/yaml-text.ts";
import { parseDefinition } from "../../src/protocol/definition.ts";
import { exportDefinition } from "../../src/protocol/export.ts";

function exported(document: unknown): string {
  const parsed = parseDefinition(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return definitionYaml(exportDefinition(parsed.definition));
}

test("CL17 the example comes back letter by letter, but for its comments", () => {
  const written = readFileSync(join(examplesFolder, "q186756.yaml"), "utf8");
  expect(exported(parse(written))).toBe(written.replaceAll(/^#.*\n/gm, ""));
});

test("CL17 texts that look like something else stay texts, and nothing else has quotes", () => {
  const texts = ["591", "true", "null", "1e3", "0x10", "- a", "a: b", "#c", "", " d ", "[e", "plain text", "e:"];
  const lines = texts.map((text) => inlineYaml(text));
  expect(lines.map((line) => parse(line) as unknown)).toEqual(texts);
  expect(lines.filter((line) => !/^["']/.test(line))).toEqual(["plain text"]);
});

test("CL17 a definition of every kind of part comes back as it was, and in its order", () => {
  const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`SomeLongProperty${n}`, `value ${n}`]));
  const definition = {
    cluster: "all",
    lease: { ttlMs: 3000, renewMs: 500 },
    timeZone: "Europe/Berlin",
    networks: { b: { cidr: "10.0.0.0/8" }, a: { cidr: "127.0.1.0/24", role: "ClientAccess" } },
    nodes: { Z: { address: "127.0.1.2" }, A: { address: "127.0.1.1" } },
    groups: {
      G: {
        dependsOn: ["F"],
        resources: {
          "Disk E:": { type: "Physical Disk" },
          "Disk F:": { type: "Physical Disk" },
          App: {
            type: "Generic Application",
            dependsOn: [["Disk E:", "Disk F:"]],
            possibleOwners: ["Z"],
            properties: { CommandLine: "/bin/true # yes", CurrentDirectory: "/" },
          },
        },
      },
      F: { resources: {} },
    },
  };
  const text = exported(definition);
  const { groups, ...rest } = definition;
  expect(parse(text)).toEqual({ ...rest, groups: { G: groups.G, F: {} } });
  expect(exported(parse(text))).toBe(text);
  expect(text.indexOf("  Z:")).toBeLessThan(text.indexOf("  A:"));
  expect(text).toContain('dependsOn: [["Disk E:", "Disk F:"]]');
  // What does not fit on a line is laid out over several.
  expect(definitionYaml({ groups: { G: { properties: many } } })).toContain("\n      SomeLongProperty0: value 0\n");
});
