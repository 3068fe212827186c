import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { launch } from "./browser.ts";
import { clusterOf, noon, told, working } from "./fleet-of-mail.ts";
import { answerWith, site } from "./made-up.ts";
import { openPage, untilHeadline } from "./page-driver.ts";

/** Many clusters, and answers that come late or not at all. They are made up. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function open(clusters: readonly string[] = told.clusters ?? []): Promise<Page> {
  const { page, close } = await openPage(browser);
  onTestFinished(close);
  await page.clock.install({ time: noon });
  await answerWith(page, clusterOf, { ...told, clusters });
  return page;
}

test("DB14 a cluster that has never answered is not said to have been heard of", async () => {
  const page = await open();
  await page.route("**/clusters/south", (route) => route.abort());
  await page.goto(`${site}/#token=any`);
  const card = page.locator('[data-cluster="south"]');
  await card.getByText("The control plane does not answer.").waitFor();
  expect(await card.getByText("Last heard of").count()).toBe(0);
});

test("DB14 clusters that have not been asked are not said to be as they should be", async () => {
  const page = await open(Array.from({ length: 70 }, (_, index) => `mail${index}`));
  await page.goto(`${site}/#token=any`);
  await untilHeadline(page, /^70 clusters; 10 have not been asked\.$/);
  await page.getByLabel("Find").fill("mail69");
  await untilHeadline(page, /^70 clusters; 9 have not been asked\.$/);
});

test("DB14 who looks at the list keeps it, when only one cluster is left", async () => {
  const page = await open(["mail", "south"]);
  await page.goto(`${site}/#token=any`);
  await untilHeadline(page, /^2 clusters\.$/);
  await page.route("**/v1/clusters", (route) =>
    route.fulfill({ json: { clusters: [{ name: "mail", createdAt: 0 }] } }),
  );
  await page.clock.runFor(16_000);
  await untilHeadline(page, /^1 cluster\.$/);
});

test("DB16 while nobody looks, no list of clusters is asked for", async () => {
  const page = await open();
  await page.goto(`${site}/#token=any`);
  await untilHeadline(page, /^4 clusters/);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
  });
  let asked = 0;
  page.on("request", () => (asked += 1));
  await page.clock.runFor(60_000);
  expect(asked).toBe(0);
});

test("DB22 the verdict that is shown is of the last question", async () => {
  const page = await open();
  let asked = 0;
  await page.route("**/source-address?*", async (route) => {
    asked += 1;
    const isFirst = asked === 1;
    if (isFirst) await new Promise((resolve) => setTimeout(resolve, 800));
    const node = new URL(route.request().url()).searchParams.get("node");
    return route.fulfill({ json: { decision: "DEFER", reason: "standby", retryAfterMs: 500, owner: `after ${node}` } });
  });
  await page.goto(`${site}/#token=any&cluster=mail&view=verdict`);
  const ask = async (node: string): Promise<void> => {
    await page.getByLabel("Node").selectOption(node);
    await page.getByRole("button", { name: "Ask", exact: true }).click();
  };
  await ask("NODE1");
  await ask("NODE3");
  await page.getByText("it is on after NODE3").waitFor();
  await new Promise((resolve) => setTimeout(resolve, 1_200));
  expect(await page.locator(".verdict").innerText()).toContain("it is on after NODE3");
});

test("DB23 what happened on another day is told with its day", async () => {
  const page = await open();
  const [seen] = working.associations;
  if (seen === undefined) throw new Error("the working day has associations");
  const view = { ...working, associations: [seen, { ...seen, at: noon - 86_400_000 }] };
  await page.route("**/clusters/mail", (route) => route.fulfill({ json: view }));
  await page.goto(`${site}/#token=any&cluster=mail`);
  const times = page.locator("#associations time");
  await times.first().waitFor();
  expect(await times.allTextContents()).toEqual([
    expect.stringMatching(/^06-14 [0-9:]{8}$/),
    expect.stringMatching(/^[0-9:]{8}$/),
  ]);
});
