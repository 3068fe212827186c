import { describe, expect, test } from "vitest";
import { commentsOf } from "../../scripts/reference/comments.ts";
import { notesIn } from "../../scripts/reference/journal-notes.ts";
import { code, sentence, tableOf } from "../../scripts/reference/markdown.ts";
import { madePages } from "../../scripts/reference/pages.ts";
import { journalKinds } from "../../src/cluster/journal.ts";
import { limits } from "../../src/cluster/limits.ts";
import { propertyNames } from "./properties.ts";
import { problemCodes } from "../../src/protocol/problems.ts";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { fileOf } from "./sources.ts";

const pages = await madePages();
const textOf = (name: string): string => pages.find(({ path }) => path === `docs/reference/${name}.md`)?.text ?? "";

test.each(pages.map((page) => [page.path, page] as const))(
  "DC1 %s is what the code says, and the code says all of it; if not: npm run docs",
  (path, { text, faults }) => {
    expect(faults).toEqual([]);
    expect(fileOf(path)).toBe(text);
  },
);

test.each([
  ["events", journalKinds],
  ["problems", problemCodes],
  ["limits", [...Object.keys(limits), ...Object.keys(protocolLimits)]],
  ["properties", propertyNames],
])("DC1 the page %s leaves none out", (page, names) => {
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !textOf(page).includes(`\n| \`${name}\` |`))).toEqual([]);
});

describe("what is read of the source", () => {
  test("DC1 a comment belongs to the property that it stands before, and to no other one", () => {
    const text = [
      "export const a = {",
      "  /** One. */",
      "  one: 1,",
      "  two: 2,",
      "  /**",
      "   * Three,",
      "   * in two lines.",
      "   */",
      '  "thr ee": {',
      "    /** Deeper. */",
      "    four: 4,",
      "  },",
      "};",
      "  /** Beyond. */",
      "  five: 5,",
    ].join("\n");
    expect([...commentsOf(text, "export const a")]).toEqual([
      ["one", "One."],
      ["thr ee", "Three, in two lines."],
    ]);
    expect([...commentsOf(text, "export const b")]).toEqual([]);
  });

  test("DC1 an entry of the journal is found with its severity, its event id and the form of its sentence", () => {
    const file = [
      "const ids = { a: 1230 };",
      "function write(isBad: boolean) {",
      '  const sentence = `Group ${hold.group} is ${isBad ? "down" : `up, ${way}`} on ${nameOf(hold.node)}.`;',
      '  journal(turn, { kind: "group.offline", severity: isBad ? "warning" : "info", sentence, mscsId: ids[code] ?? 1069 });',
      '  journal(turn, { kind: "group.online", sentence: `It is { on }.`, details: { kind: "group.none" } });',
      "}",
    ].join("\n");
    expect(notesIn(file)).toEqual([
      {
        kind: "group.offline",
        severities: ["info", "warning"],
        mscsIds: [1069, 1230],
        sentences: ["Group {group} is {…} on {node}."],
      },
      { kind: "group.online", severities: ["info"], mscsIds: [], sentences: ["It is { on }."] },
    ]);
  });

  test("DC1 what stands in a cell leaves the table whole", () => {
    expect(tableOf(["a"], [["b | c\nd"]])).toBe("| a |\n|---|\n| b \\| c d |");
    expect([sentence("says <what> `<it>`"), sentence("Ends."), code(1)]).toEqual([
      "Says &lt;what> `<it>`.",
      "Ends.",
      "`1`",
    ]);
  });
});
