import { expect, test } from "vitest";
import { parse } from "yaml";
import { namesDevice, settingsOf } from "../../src/agent/drivers/disk/settings.ts";
import { parseDefinition } from "../../src/protocol/definition.ts";
import { fileOf, linksOf } from "./sources.ts";

const page = fileOf("docs/disks.md");

test("DR19 the page about disks shows a definition with a disk that a driver takes, and says what each property of it is", () => {
  const [shown = "", ...more] = [...page.matchAll(/```\w*\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  expect(more).toEqual([]);
  const parsed = parseDefinition(parse(shown));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const properties = parsed.definition.groups["Mail"]?.resources["Store"]?.properties ?? {};
  expect(namesDevice(properties)).toBe(true);
  expect(settingsOf(properties)).toMatchObject({ mountPoint: "/srv/mail", isFenced: true });
  for (const name of Object.keys(properties)) expect(page).toContain(`| \`${name}\` |`);
});

test("DR19 README leads to the page about disks, and that to files that are there", () => {
  expect(fileOf("README.md")).toContain("(docs/disks.md)");
  for (const target of linksOf(page)) expect(fileOf(target)).not.toBe("");
});
