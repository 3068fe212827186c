import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseDefinition } from "../../src/protocol/definition.ts";
import { fileOf, linksOf } from "./sources.ts";

const page = fileOf("docs/hosts.md");

test("LX1 the page about two hosts shows a definition that is one, with an address of each family", () => {
  const [shown = ""] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const parsed = parseDefinition(parse(shown));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const resources = Object.values(parsed.definition.groups["Mail"]?.resources ?? {});
  const addresses = resources.flatMap(({ properties }) => ("Address" in properties ? [properties["Address"]] : []));
  expect(addresses).toEqual(["192.0.2.100", "2001:db8::100"]);
});

test("LX1 README leads to the page about two hosts, and that to files that are there", () => {
  expect(fileOf("README.md")).toContain("(docs/hosts.md)");
  const targets = linksOf(page);
  expect(targets).not.toEqual([]);
  for (const target of targets) expect(fileOf(target)).not.toBe("");
});
