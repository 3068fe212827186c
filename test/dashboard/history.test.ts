import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { entry } from "../support/journal-entry.ts";
import { launch } from "./browser.ts";
import { noon, told, working } from "./fleet-of-mail.ts";
import { answerWith, site } from "./made-up.ts";
import { openPage } from "./page-driver.ts";

/** The timeline where clock, journal or network are not as one would wish. The answers are made up. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function open(now: number, prepare: (page: Page) => Promise<void> = async () => {}): Promise<Page> {
  const { page, close } = await openPage(browser);
  onTestFinished(close);
  await page.clock.install({ time: now });
  await answerWith(page, working, told);
  await prepare(page);
  await page.goto(`${site}/#token=any&cluster=mail&view=timeline`);
  await page.getByRole("heading", { name: "Events of this time" }).waitFor();
  return page;
}

test("DB23 what the object tells of is seen, also where its clock is ahead of the browser's", async () => {
  const page = await open(noon - 3_600_000);
  await page.locator('[data-seq="214"]').waitFor();
});

test("DB23 the last minute goes on with the time", async () => {
  const page = await open(noon);
  const button = page.getByRole("button", { name: "Last 1 min" });
  await button.click();
  expect(await button.getAttribute("aria-pressed")).toBe("true");
  await page.locator('[data-seq="213"]').waitFor();
  await page.clock.runFor(30_000);
  await page.locator('[data-seq="213"]').waitFor({ state: "detached" });
  await page.locator('[data-seq="214"]').waitFor();
});

test("DB23 more of the journal is offered as long as the journal has more, and what is there comes once", async () => {
  const journal = Array.from({ length: 2_500 }, (_, index) => entry(5_001 + index, { at: noon - 2_500 + index }));
  const page = await open(noon, async (one) => {
    await one.route("**/clusters/mail", (route) => route.fulfill({ json: { ...working, lastEvent: 7_500 } }));
    await one.route("**/events?*", (route) => {
      const query = new URL(route.request().url()).searchParams;
      const [after, limit] = [Number(query.get("after")), Number(query.get("limit") ?? 100)];
      const events = journal.filter(({ seq }) => seq > after).slice(0, limit);
      return route.fulfill({ json: { events, oldest: 5_001, last: 7_500 } });
    });
  });
  const more = page.getByRole("button", { name: "Read more of the journal" });
  for (const count of ["1030", "2030"]) {
    await page.getByText(`: ${count} entries, `).waitFor();
    await more.click();
  }
  await page.getByText(": 2500 entries, ").waitFor();
  expect(await more.count()).toBe(0);
});

test("DB23 changes of owner that are not to be had are not said to be none", async () => {
  const page = await open(noon, async (one) => {
    await one.route("**/failovers", (route) => route.abort());
  });
  await page.getByText("What came before is not known. The control plane does not answer.").waitFor();
});

test("DB23 the browser keeps its own keys on the chart", async () => {
  const page = await open(noon);
  const chart = page.getByRole("application", { name: /^Owners over time/ });
  const kept = await chart.evaluate((element) =>
    [{ key: "-", ctrlKey: true }, { key: "ArrowLeft", altKey: true }, { key: "-" }].map((init) =>
      element.dispatchEvent(new KeyboardEvent("keydown", { ...init, bubbles: true, cancelable: true })),
    ),
  );
  expect(kept).toEqual([true, true, false]);
});
