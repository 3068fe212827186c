import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { Operation } from "../../src/cluster/commands/operation.ts";
import type { ClusterView } from "../../src/cluster/questions/view.ts";
import { launch } from "./browser.ts";
import { told, working } from "./fleet-of-mail.ts";
import { answerWith, site } from "./made-up.ts";
import { openPage } from "./page-driver.ts";

/** What becomes of a change that was asked for from the page, where that is hard to bring about. The answers are made up. */
let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function open(view: () => ClusterView = () => working): Promise<Page> {
  const { page, close } = await openPage(browser);
  onTestFinished(close);
  await answerWith(page, () => view(), told);
  await page.goto(`${site}/#token=any&cluster=mail`);
  await page.getByText("live", { exact: true }).waitFor();
  return page;
}

async function askToMove(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Ask of group Mail" }).click();
  await page.getByRole("menuitem", { name: "Move Mail to NODE1" }).click();
  await page.getByRole("button", { name: "Do it" }).click();
}

const pending: Operation = {
  id: "0123456789abcdef",
  kind: "move",
  actor: "admin",
  startedAt: 0,
  node: null,
  group: "Mail",
  resource: null,
  epoch: 7,
  count: null,
  groups: [],
  ends: [],
  status: { state: "Pending" },
};

test("DB19 a change that takes long is followed to its end, over a break of the connection", async () => {
  const page = await open();
  await page.route(/\/move$/, (route) => route.fulfill({ status: 202, json: { operation: pending, entries: [] } }));
  let asked = 0;
  await page.route(/\/operations\//, (route) => {
    asked += 1;
    if (asked === 2) return route.abort();
    const status = asked < 3 ? pending.status : { state: "Completed", at: 1 };
    return route.fulfill({ json: { ...pending, status } });
  });
  await askToMove(page);
  await page.getByRole("dialog").getByText("Under way …").waitFor();
  await page.getByRole("dialog").getByText("Done.").waitFor();
  expect(asked).toBe(3);
});

test("DB19 a change that nobody has answered is not said to have failed", async () => {
  const page = await open();
  await page.route(/\/move$/, (route) => route.abort());
  await askToMove(page);
  await page.getByRole("dialog").getByText("It may have been done all the same").waitFor();
});

test("DB19 when the cluster changes before a change is confirmed, the page says so, and looks again when it is told to", async () => {
  const { Mail } = working.groups;
  if (Mail === undefined) throw new Error("the working day has this group");
  let view = working;
  const page = await open(() => view);
  let simulated = 0;
  page.on("request", (request) => void (simulated += request.url().endsWith("/simulate") ? 1 : 0));
  await page.getByRole("button", { name: "Ask of group Mail" }).click();
  await page.getByRole("menuitem", { name: "Move Mail to NODE1" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("then Online on NODE1").waitFor();
  expect(await dialog.getByText("The cluster has changed since.").count()).toBe(0);
  view = { ...working, groups: { ...working.groups, Mail: { ...Mail, owner: "NODE3", epoch: 8 } } };
  await dialog.getByText("The cluster has changed since.").waitFor();
  expect(simulated).toBe(1);
  await dialog.getByRole("button", { name: "Look again" }).click();
  await dialog.getByText("The cluster has changed since.").waitFor({ state: "detached" });
  await expect.poll(() => simulated).toBe(2);
});

test("DB19 no choice of an open menu becomes another one under the pointer", async () => {
  const { Mail, X400 } = working.groups;
  if (Mail === undefined || X400 === undefined) throw new Error("the working day has these groups");
  let view = working;
  const page = await open(() => view);
  await page.getByRole("button", { name: "Ask of group Mail" }).click();
  const labels = (): Promise<string[]> => page.getByRole("menuitem").allTextContents();
  const before = await labels();
  view = { ...working, groups: { Mail: { ...Mail, owner: "NODE1", lastOwner: "NODE1", epoch: 8 }, X400 } };
  await page.locator('.node[data-node="NODE1"] [data-group="Mail"]').waitFor();
  expect(await labels()).toEqual(before);
});

test("DB19 a resource's menu says of which group it is", async () => {
  const page = await open();
  await page.getByRole("link", { name: "Resources" }).click();
  await page.getByRole("button", { name: "Ask of resource IP of group X400" }).click();
  await page.getByRole("menuitem", { name: "Take offline: IP of X400" }).click();
  await page.getByRole("dialog", { name: "Take offline: IP of X400" }).waitFor();
});

test("DB19 what would come of a change never pushes the button for it out of the window", async () => {
  const page = await open();
  const [difference] = told.simulation?.differences ?? [];
  const differences = Array.from({ length: 60 }, (_, index) => ({ ...difference, group: `Group ${index}` }));
  await page.route("**/simulate", (route) => route.fulfill({ json: { ...told.simulation, differences } }));
  await page.getByRole("button", { name: "Ask of group Mail" }).click();
  await page.getByRole("menuitem", { name: "Move Mail to NODE1" }).click();
  await page.getByText("Group 59").waitFor();
  const box = await page.getByRole("button", { name: "Do it" }).boundingBox();
  expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(800);
});

test("DB19 a right-click on marked text is the browser's, and one that marks a word itself is the page's", async () => {
  const page = await open();
  const [node, group] = ["NODE1", "X400"].map((name) => page.getByRole("heading", { name, exact: true }).last());
  await node?.dblclick();
  await node?.click({ button: "right" });
  expect(await page.getByRole("menu").count()).toBe(0);
  await group?.click({ button: "right" });
  await page.getByRole("menu", { name: "Of group X400" }).waitFor();
  await page.keyboard.press("Escape");
  await page.evaluate(() => getSelection()?.removeAllRanges());
  await page.evaluate(() =>
    window.addEventListener("contextmenu", ({ target }) => getSelection()?.selectAllChildren(target as Node), true),
  );
  await group?.click({ button: "right" });
  await page.getByRole("menu", { name: "Of group X400" }).waitFor();
});
