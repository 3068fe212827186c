import { gzipSync } from "node:zlib";
import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { cutOffTexts, desktop, drawn, faintTexts, launch, overlappingTexts, phone, picture } from "./browser.ts";
import { clusterOf, told } from "./fleet-of-mail.ts";
import { answerWith, site } from "./made-up.ts";
import { openPage } from "./page-driver.ts";
import { showView, type ViewName, viewNames } from "./show-view.ts";

/** Each view of the page, looked at by what looks at pages. No control plane runs: the answers are made up. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

const looks = [
  { name: "light", colorScheme: "light", viewport: desktop },
  { name: "dark", colorScheme: "dark", viewport: desktop },
  { name: "light-phone", colorScheme: "light", viewport: phone },
] as const;

/** What lies over the page lies over its texts. */
const coversOthers: ReadonlySet<ViewName> = new Set(["menu", "change", "explain"]);

const all = viewNames.flatMap((view) => looks.map((look) => [view, look.name, look] as const));

test.each(all)("DB18 %s, %s: axe finds nothing, and every text can be read", async (view, name, look) => {
  const page = await showView(browser, view, { colorScheme: look.colorScheme, viewport: look.viewport });
  await picture(page, `view-${view}-${name}`);
  expect(await violationsOf(page)).toEqual([]);
  expect(await cutOffTexts(page)).toEqual([]);
  if (!coversOthers.has(view)) expect(await overlappingTexts(page)).toEqual([]);
  expect(await faintTexts(page)).toEqual([]);
});

test("DB25 the first view takes less than 100 KiB, and nothing of it moves once it is there", async () => {
  const { page, requests, close } = await openPage(browser);
  onTestFinished(close);
  await answerWith(page, clusterOf, told);
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    const note = (list: PerformanceObserverEntryList): void => {
      for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
    };
    new PerformanceObserver(note).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${site}/#token=any&cluster=mail`);
  await page.locator(".wires .head").first().waitFor();
  // Some answers more, each with its lease: they move nothing either.
  const answered = requests.length + 3;
  await expect.poll(() => requests.length, { timeout: 10_000 }).toBeGreaterThan(answered);
  await drawn(page);
  const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
  expect(shifts.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01);

  const bodies = await Promise.all(requests.slice(0, 8).map(async (request) => (await request.response())?.body()));
  const bytes = bodies.reduce((sum, body) => sum + (body === undefined ? 0 : gzipSync(body).byteLength), 0);
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(100 * 1_024);
});

/** Rules of WCAG 2.2 A and AA, and of good practice, with where each is broken. */
async function violationsOf(page: Page): Promise<string[]> {
  // The page's policy lets no other script in; what is evaluated is not one of the page's.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run: (on: Document) => Promise<AxeResults> } };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html }) => `${id}: ${help}: ${html.slice(0, 120)}`),
    );
  });
}
