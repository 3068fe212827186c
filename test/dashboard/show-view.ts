import type { Browser, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { drawn } from "./browser.ts";
import { clusterOf, noon, told } from "./fleet-of-mail.ts";
import { answerWith, site } from "./made-up.ts";
import { openPage, type ShowOptions } from "./page-driver.ts";

type View = { readonly at: string; readonly go: (page: Page) => Promise<void> };

/** The views, and how one gets there from the page that has just been loaded. */
const views = {
  "sign-in": { at: "#cluster=mail", go: async (page) => page.getByLabel("Token").waitFor() },
  fleet: { at: "#token=any", go: async (page) => page.getByText("RELAY (192.0.2.120) has failed").waitFor() },
  overview: { at: "#token=any&cluster=mail", go: async (page) => page.locator(".wires .head").first().waitFor() },
  resources: {
    at: "#token=any&cluster=mail&view=resources",
    go: async (page) => page.locator(".wires .head").first().waitFor(),
  },
  timeline: {
    at: "#token=any&cluster=mail&view=timeline",
    go: async (page) => page.getByText("from NODE1 to NODE2").waitFor(),
  },
  verdict: {
    at: "#token=any&cluster=mail&view=verdict",
    go: async (page) => {
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByText("DEFER").waitFor();
    },
  },
  menu: {
    at: "#token=any&cluster=mail",
    go: async (page) => {
      await page.getByRole("button", { name: "Ask of group Mail" }).click();
      await page.getByRole("menu").waitFor();
    },
  },
  change: {
    at: "#token=any&cluster=mail",
    go: async (page) => {
      await page.getByRole("button", { name: "Ask of group Mail" }).click();
      await page.getByRole("menuitem", { name: "Move Mail to NODE1" }).click();
      await page.getByText("then Online on NODE1, epoch 8").waitFor();
    },
  },
  explain: {
    at: "#token=any&cluster=mail",
    go: async (page) => {
      await page.getByRole("button", { name: "Ask of group Mail" }).click();
      await page.getByRole("menuitem", { name: "Explain Mail" }).click();
      await page.getByText("NODE2 owns it under epoch 7").waitFor();
    },
  },
} as const satisfies Readonly<Record<string, View>>;

export type ViewName = keyof typeof views;
export const viewNames = Object.keys(views) as ViewName[];

/** Opens a page of its own for the test that runs, and closes it after that. */
export async function showView(browser: Browser, name: ViewName, options: ShowOptions): Promise<Page> {
  const { page, close, complaints } = await openPage(browser, options);
  onTestFinished(async () => {
    await close();
    expect(complaints).toEqual([]);
  });
  await page.clock.setFixedTime(noon);
  await answerWith(page, clusterOf, told);
  const { at, go } = views[name];
  await page.goto(`${site}/${at}`);
  await go(page);
  if (at.includes("token=any&cluster=")) await page.getByText("live", { exact: true }).waitFor();
  await drawn(page);
  return page;
}
