import { describe, expect, test } from "vitest";
import { anchorsOf, faultOfLink, pagesBelow, reachableFrom, targetsOf } from "./pages.ts";
import { fileOf } from "./sources.ts";

const pages = pagesBelow();

describe("the links of the pages", () => {
  test("DC2 each leads to a file of the repository, and to a heading of it where it names one", () => {
    expect(pages).toEqual(
      expect.arrayContaining(["README.md", "docs/README.md", "docs/reference/api.md", "model/README.md"]),
    );
    const all = pages.flatMap((page) => targetsOf(fileOf(page)).map((target) => ({ page, target })));
    expect(all.length).toBeGreaterThan(100);
    const faults = all.flatMap(({ page, target }) => {
      const fault = faultOfLink(page, target);
      return fault === null ? [] : [`${page}: ${target} ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  test("DC3 every page of docs/ is reached from docs/README.md, which names each itself, and README leads there", () => {
    const own = pages.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
    const reached = reachableFrom("docs/README.md");
    expect(own.filter((page) => !reached.has(page))).toEqual([]);
    const named = targetsOf(fileOf("docs/README.md"));
    expect(own.filter((page) => !named.includes(page.slice("docs/".length)))).toEqual([]);
    expect(targetsOf(fileOf("README.md"))).toContain("docs/README.md");
  });
});

describe("how a page is read", () => {
  test("DC2 links are found however they are written, and none in code", () => {
    const text = [
      '[a](a.md), [b c](<b.md> "B") and ![d](d.svg), [e][f]',
      "[f]: f.md#g",
      "`[no](no.md)` and ``a ` [no](no2.md)``",
      "```sh",
      "[no](no3.md)",
      "```",
      '<a href="h.md">h</a>',
    ].join("\n");
    expect(targetsOf(text)).toEqual(["a.md", "b.md", "d.svg", "f.md#g", "h.md"]);
  });

  test("DC2 anchors are those that GitHub makes", () => {
    const text = [
      "# A newer version, and back",
      "## `npm run docs` & Co.",
      "## A [link](x.md) - here",
      "## Twice",
      "## Twice ##",
      "```",
      "# none",
      "```",
      '<a id="own"></a>',
      "### ein_e Größe",
    ].join("\n");
    expect([...anchorsOf(text)]).toEqual([
      "own",
      "a-newer-version-and-back",
      "npm-run-docs--co",
      "a-link---here",
      "twice",
      "twice-1",
      "ein_e-größe",
    ]);
  });

  test.each([
    ["docs/README.md", "nowhere.md", "leads to no file"],
    ["docs/README.md", "../README.md#nowhere", "leads to no heading of that page"],
    ["README.md", "../elsewhere.md", "leads out of the repository"],
    ["README.md", "/etc/passwd", "leads out of the repository"],
    ["README.md", "package.json#name", "names a heading of what is no page"],
    ["docs/README.md", "../model/README.md", null],
    ["README.md", "#try-it", null],
    ["README.md", "https://example.org/nothing#here", null],
  ])("DC2 in %s a link to %s: %s", (page, target, fault) => {
    expect(faultOfLink(page, target)).toBe(fault);
  });
});
