import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { script, style } from "../../src/dashboard/packed.ts";
import { cutOffTexts, launch, picture, results } from "./browser.ts";
import { showView, type ViewName } from "./show-view.ts";

/** The pictures of README: `npm run pictures` makes them. */
const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/pictures");
const isMaking = process.env["BRIDGEHEAD_PICTURES"] === "write";
const shown: readonly ViewName[] = ["overview", "fleet", "resources", "timeline", "verdict", "change"];
const schemes = ["light", "dark"] as const;
const all = shown.flatMap((view) => schemes.map((scheme) => [view, scheme] as const));

/** What the pictures were made of: the page of another script or style may look otherwise. */
const madeOf = JSON.stringify({ script: script.tag, style: style.tag }, null, 2);
const noteOf = join(folder, "made-of.json");

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
  if (isMaking) await rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  await browser?.close();
  if (isMaking) await writeFile(noteOf, `${madeOf}\n`);
});

test.each(all)("DB26 README's picture of %s, %s", async (view, scheme) => {
  const page = await showView(browser, view, { colorScheme: scheme, viewport: { width: 1120, height: 700 } });
  expect(await cutOffTexts(page)).toEqual([]);
  const name = `${view}-${scheme}`;
  await picture(page, name);
  if (isMaking) await cp(join(results, `${name}.png`), join(folder, `${name}.png`));
  const readme = await readFile(join(root, "README.md"), "utf8");
  expect(readme).toContain(`docs/pictures/${name}.png`);
  const bytes = await readFile(join(folder, `${name}.png`));
  // PNG, section 11.2.2: width and height are the first of IHDR.
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1120, 700]);
});

test.runIf(!isMaking)("DB26 the pictures are of the page as it is; npm run pictures makes them anew", async () => {
  expect((await readFile(noteOf, "utf8")).trim()).toBe(madeOf);
});
