import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { ClusterView } from "../../src/cluster/questions/view.ts";
import {
  cutOffTexts,
  desktop,
  drawn,
  faintTexts,
  launch,
  overlappingTexts,
  phone,
  picture,
  smallPhone,
} from "./browser.ts";
import { openPage, type ShowOptions, untilHeadline } from "./page-driver.ts";
import { answerWith, site } from "./made-up.ts";
import { entry } from "../support/journal-entry.ts";
import { clusterView, crowded, groupView } from "./views.ts";

/** How the page shows what it is told. No control plane runs: the answers are made here. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function show(view: ClusterView, options: ShowOptions = {}): Promise<Page> {
  const { page, close } = await openPage(browser, options);
  onTestFinished(close);
  await answerWith(page, view);
  await page.goto(`${site}/#token=any&cluster=exchange`);
  await page.locator(".node").first().waitFor();
  return page;
}

test.each([
  ["online", groupView(), /^EXCHVS \(127\.0\.1\.100\) is on NODE1, epoch 1\.$/],
  ["coming up", groupView({ state: "Pending" }), /is coming up on NODE1, epoch 1\.$/],
  [
    "leaving",
    groupView({ state: "Pending", draining: { because: "move", target: "NODE2" } }),
    /is leaving NODE1 for NODE2, epoch 1\.$/,
  ],
  ["failed", groupView({ state: "Failed" }), /has failed on NODE1, epoch 1\.$/],
  ["nobody's", groupView({ state: "Offline", owner: null }), /is on no node, epoch 1\.$/],
  [
    "not to be said",
    groupView({ state: "Unknown", owner: "Unknown" }),
    /^The owner of EXCHVS \(127\.0\.1\.100\) is Unknown, epoch 1: NODE1 has been silent/,
  ],
])("DB6 a group that is %s", async (_, group, sentence) => {
  const page = await show(clusterView({ groups: { Exchange: group } }));
  await untilHeadline(page, sentence);
  expect(await page.locator("#headline").getAttribute("aria-live")).toBe("polite");
});

test("DB6 of several groups, those are named that are not as they should be", async () => {
  const page = await show(
    clusterView({
      groups: { A: groupView(), B: groupView({ networkName: "SQLVS", state: "Failed" }), C: groupView() },
    }),
  );
  await untilHeadline(page, /^1 of 3 groups is not as it should be/);
  await untilHeadline(page, /SQLVS \(127\.0\.1\.100\) has failed on NODE1/);
});

test("DB6 maintenance, in which nothing moves by itself, is said at the top of each view", async () => {
  const page = await show(clusterView({ maintenance: true }));
  await page.locator(".top").getByText("in maintenance").waitFor();
});

test.each([
  ["its owner", groupView(), '.node[data-node="NODE1"] [data-group="Exchange"]', 1],
  [
    "no node when nobody can say",
    groupView({ owner: "Unknown", state: "Unknown" }),
    '.tray [data-group="Exchange"]',
    0,
  ],
  ["no node when nobody owns it", groupView({ owner: null, state: "Offline" }), '.tray [data-group="Exchange"]', 0],
])("DB8 a group stands on %s", async (_, group, place, arrows) => {
  const page = await show(clusterView({ groups: { Exchange: group } }));
  await page.locator(place).waitFor();
  expect(await page.locator('[data-group="Exchange"]').count()).toBe(1);
  expect(await page.locator(".wires .head").count()).toBe(arrows);
});

test("DB8 where there are too many virtual servers for a line each, each group says its address itself", async () => {
  const many = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `G${index}`,
        groupView({ networkName: `VS${index}`, address: `127.0.2.${index}` }),
      ]),
    );
  const drawn = await show(clusterView({ groups: many(12) }));
  expect(await drawn.locator(".server").count()).toBe(12);
  const crowded = await show(clusterView({ groups: many(13) }));
  await crowded.locator('[data-group="G12"]').getByText("VS12 127.0.2.12").waitFor();
  expect(await crowded.locator(".server, .wires path").count()).toBe(0);
});

test.each([["light"], ["dark"]] as const)("DB10 everything can be read with the longest names, %s", async (scheme) => {
  const page = await show(crowded(), scheme === "dark" ? { colorScheme: scheme } : {});
  for (const size of [desktop, phone, smallPhone]) {
    await page.setViewportSize(size);
    await drawn(page);
    await picture(page, `dashboard-crowded-${scheme}-${size.width}`, true);
    expect(await cutOffTexts(page), `${size.width} px`).toEqual([]);
    expect(await overlappingTexts(page), `${size.width} px`).toEqual([]);
  }
});

test.each([["light"], ["dark"]] as const)(
  "DB10 every text stands out from its ground by 4.5 to 1, %s",
  async (scheme) => {
    const page = await show(crowded(), scheme === "dark" ? { colorScheme: scheme } : {});
    expect(await faintTexts(page)).toEqual([]);
  },
);

test("DB11 each state has a sign and a word", async () => {
  const page = await show(crowded());
  const badges = await page.locator(".badge").evaluateAll((all) =>
    all.map((badge) => ({
      word: badge.textContent?.trim() ?? "",
      signs: badge.querySelectorAll("svg.sign path").length,
    })),
  );
  expect(badges.length).toBeGreaterThan(15);
  expect(badges.filter(({ word, signs }) => word === "" || signs !== 1)).toEqual([]);
});

test("DB12 what looks like markup is shown as text", async () => {
  const nasty = `<img src=x onerror="document.title='taken'"><b>bold</b>`;
  const resources = {
    [nasty]: { type: nasty, state: "Failed", wanted: "Online", dependsOn: [], problem: { code: "x", message: nasty } },
  } as const;
  const groups = { [nasty]: groupView({ networkName: nasty, address: nasty, resources }) };
  const seen = {
    group: nasty,
    direction: "inbound",
    state: "refused",
    at: 1,
    localAddress: nasty,
    remoteAddress: nasty,
  } as const;
  const associations = [{ ...seen, partner: nasty, reason: nasty, reporter: nasty }];
  const page = await show(clusterView({ groups, associations }));
  await page.locator(".association").first().waitFor();
  expect(await page.locator("main img, main b:has-text('bold') > *").count()).toBe(0);
  expect(await page.getByText("onerror").count()).toBeGreaterThan(5);
  expect(await page.title()).not.toBe("taken");
});

test("DB9 what the journal cannot tell any more is said where it is missing, also far from its beginning", async () => {
  const { page, close } = await openPage(browser);
  onTestFinished(close);
  await answerWith(page, clusterView({ lastEvent: 40 }));
  const messages = [
    ...Array.from({ length: 30 }, (_, index) => ({ type: "entry", entry: entry(index + 11) })),
    { type: "gap", after: 40, resumesAt: 90 },
    ...Array.from({ length: 5 }, (_, index) => ({ type: "entry", entry: entry(index + 91) })),
  ];
  await page.routeWebSocket(/watch/, (socket) => {
    for (const message of messages) socket.send(JSON.stringify(message));
  });
  await page.goto(`${site}/#token=any&cluster=exchange`);
  await page.locator('#events [data-seq="95"]').waitFor();
  await page.getByText("What the journal said before entry 91 is no longer there to be told.").waitFor();
});

test("DB16 while nobody looks, time passing is no reason to ask", async () => {
  const page = await show(clusterView());
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "hidden", configurable: true });
  });
  await page.waitForTimeout(600);
  let asked = 0;
  page.on("request", () => (asked += 1));
  await page.waitForTimeout(1_500);
  expect(asked).toBe(0);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { get: () => "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => asked).toBeGreaterThan(0);
});
