import { expect, test } from "vitest";
import { parsePartners } from "../../src/mta/partners.ts";
import { fileOf } from "./sources.ts";

const page = fileOf("docs/x400.md");
const block = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";

test("MT21 the page about X.400 shows a partners file that is one, and README leads to it", () => {
  expect([...parsePartners(block("yaml")).keys()]).toEqual(["peer.test"]);
  expect(fileOf("README.md")).toContain("(docs/x400.md)");
});
