import { expect, test } from "vitest";
import { runnersOf } from "./commands.ts";
import { blocksIn, pagesBelow } from "./pages.ts";
import { fileOf } from "./sources.ts";

const pages = pagesBelow();

test("DC4 each page that shows commands has a test that runs them, which names it; and no other page is said to", () => {
  const showing = pages.filter((page) => blocksIn(fileOf(page), "sh").length > 0);
  expect(Object.keys(runnersOf).toSorted()).toEqual(showing);
  for (const [page, runners] of Object.entries(runnersOf)) {
    for (const runner of runners) expect(fileOf(runner), `${runner} of ${page}`).toContain(page.split("/").at(-1));
  }
});

test("DC4 a block of commands says that it is one", () => {
  const unmarked = pages.flatMap((page) =>
    ["", "shell", "bash", "console", "text"].flatMap((language) =>
      blocksIn(fileOf(page), language)
        .filter((block) => /^\$? ?(?:npm|npx|node|systemctl|curl|bridgehead|apt|apt-get) /m.test(block))
        .map((block) => `${page}: ${block.split("\n")[0]}`),
    ),
  );
  expect(unmarked).toEqual([]);
});
