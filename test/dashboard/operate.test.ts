import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { exchange } from "../../src/cli/local/exchange.ts";
import { livingCluster } from "./living.ts";
import { openPage, untilHeadline } from "./page-driver.ts";
import { ownerOf } from "./stage.ts";

/** A cluster that lives, asked and worked with from the page. */
const living = livingCluster();

async function open(token: string, view = "overview"): Promise<Page> {
  const { page, close, complaints } = await openPage(living.browser);
  onTestFinished(async () => {
    await close();
    expect(complaints).toEqual([]);
  });
  const { url } = living.playing.running.controlPlane;
  await page.goto(`${url}/#token=${token}&cluster=${exchange.cluster}&view=${view}`);
  await page.getByText("live", { exact: true }).waitFor();
  return page;
}

const admin = (): string => living.playing.running.controlPlane.adminToken;

async function tokenOf(role: "reader" | "operator"): Promise<string> {
  const { token } = await living.playing.running.ask((client) => client.createToken(exchange.cluster, { role }));
  return token;
}

test("DB19 a right-click on a group moves it, once it has been shown what would happen", async () => {
  const page = await open(await tokenOf("operator"));
  await page.getByRole("heading", { name: "Exchange", exact: true }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Move Exchange to NODE2" }).click();
  const dialog = page.getByRole("dialog", { name: "Move Exchange to NODE2" });
  await dialog.getByText("now Online on NODE1, epoch 1; then Online on NODE2, epoch 2").waitFor();
  await dialog.getByText("Node NODE2 owns group Exchange under epoch 2.").waitFor();
  expect((await ownerOf(living.playing.running.ask))?.owner, "nothing has happened yet").toBe("NODE1");
  await dialog.getByRole("button", { name: "Do it" }).click();
  await dialog.getByText("Done.").waitFor();
  await dialog.getByRole("button", { name: "Close" }).click();
  await untilHeadline(page, /is on NODE2, epoch 2\.$/);
  expect((await ownerOf(living.playing.running.ask))?.owner).toBe("NODE2");
});

test("DB19 the keyboard alone moves a group, and comes back to where it was", async () => {
  const page = await open(admin());
  const { epoch = 0 } = (await ownerOf(living.playing.running.ask)) ?? {};
  const button = page.getByRole("button", { name: "Ask of group Exchange" });
  for (let steps = 0; steps < 30 && !(await button.evaluate((one) => one === document.activeElement)); steps += 1)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement?.textContent ?? null);
  expect(await focused()).toBe("Explain Exchange");
  await page.keyboard.press("ArrowUp");
  expect(await focused(), "round to the last one").toMatch(/^Take Exchange offline/);
  await page.keyboard.press("Home");
  for (let steps = 0; steps < 10 && (await focused()) !== "Move Exchange to NODE1 …"; steps += 1)
    await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page
    .getByRole("dialog")
    .getByText(`then Online on NODE1, epoch ${epoch + 1}`)
    .waitFor();
  for (let steps = 0; steps < 6 && (await focused()) !== "Do it"; steps += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").getByText("Done.").waitFor();
  await untilHeadline(page, new RegExp(`is on NODE1, epoch ${epoch + 1}\\.$`));
  expect(await focused()).toBe("Close");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
});

test("DB19 a menu is left by Escape, by Tab, by a click elsewhere and by going back, and has done nothing", async () => {
  const page = await open(admin());
  await page.getByRole("link", { name: "Resources" }).click();
  await page.getByRole("link", { name: "Overview" }).click();
  const button = page.getByRole("button", { name: "Ask of node NODE1" });
  for (const leave of [
    () => page.keyboard.press("Escape"),
    () => page.keyboard.press("Tab"),
    () => page.locator("#headline").click(),
    () => page.goBack(),
  ]) {
    await button.click();
    await page.getByRole("menu").waitFor();
    await leave();
    await page.getByRole("menu").waitFor({ state: "detached" });
  }
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("DB19 what the cluster would refuse cannot be asked for", async () => {
  const page = await open(admin());
  await page.getByRole("link", { name: "Resources" }).click();
  await page.getByRole("article", { name: "Resource Exchange IP" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Let fail" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Resource Exchange IP").first().waitFor();
  expect(await dialog.getByRole("button", { name: "Do it" }).isEnabled()).toBe(true);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await living.playing.running.ask((client) => client.setMaintenance(exchange.cluster, true));
  onTestFinished(async () => {
    await living.playing.running.ask((client) => client.setMaintenance(exchange.cluster, false));
  });
  await page.getByRole("article", { name: "Resource Exchange IP" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Let fail" }).click();
  await dialog.getByText("It would be refused: in-maintenance.").waitFor();
  expect(await dialog.getByRole("button", { name: "Do it" }).isEnabled()).toBe(false);
});

test("DB19 maintenance begins and ends from the cluster's menu", async () => {
  const page = await open(await tokenOf("operator"));
  const dialog = page.getByRole("dialog");
  for (const [choice, on] of [
    ["Begin maintenance", true],
    ["End maintenance", false],
  ] as const) {
    await page.getByRole("button", { name: "Ask of the cluster" }).click();
    await page.getByRole("menuitem", { name: choice }).click();
    await dialog.getByRole("button", { name: "Do it" }).click();
    await dialog.getByText("Done.").waitFor();
    const { maintenance } = await living.playing.running.ask((client) => client.getCluster(exchange.cluster));
    expect(maintenance).toBe(on);
    await dialog.getByRole("button", { name: "Close" }).click();
    await page
      .locator("#events")
      .getByText(/maintenance/i)
      .first()
      .waitFor();
  }
});

test("DB20 what would happen if a node went down is shown, and does not happen", async () => {
  const page = await open(await tokenOf("reader"));
  const before = await ownerOf(living.playing.running.ask);
  await page.getByRole("button", { name: "Ask of group Exchange" }).click();
  await page.getByRole("menuitem", { name: `What if ${before?.owner} went down?` }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Nothing of it has happened.").waitFor();
  await dialog.getByText(`; then Online on`).waitFor();
  expect(await dialog.getByRole("button", { name: "Do it" }).count()).toBe(0);
  await page.keyboard.press("Escape");
  expect(await ownerOf(living.playing.running.ask)).toMatchObject({ owner: before?.owner, epoch: before?.epoch });
});

test("DB20 a group explains itself, each sentence with its rule", async () => {
  const page = await open(await tokenOf("reader"));
  await page.getByRole("article", { name: "Group Exchange" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Explain Exchange" }).click();
  const text = await page.getByRole("dialog").locator(".explanation").innerText();
  expect(text).toMatch(/owns it under epoch \d+: .*\. [A-Z]{2}\d+/);
  expect(text).toMatch(/NODE1: [\s\S]*NODE2: /);
});

test("DB21 a token that may change nothing is told so, and its menus change nothing", async () => {
  const page = await open(await tokenOf("reader"));
  const before = await ownerOf(living.playing.running.ask);
  await page.getByText("reader", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Ask of group Exchange" }).click();
  await page.getByText("This token is a reader's: to change something takes an operator's.").waitFor();
  const move = page.getByRole("menuitem", { name: /^Move Exchange to the best node/ });
  expect(await move.getAttribute("aria-disabled")).toBe("true");
  await move.click({ force: true });
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await ownerOf(living.playing.running.ask)).toMatchObject({ owner: before?.owner, epoch: before?.epoch });
});

test("DB22 the verdict of each node is what its mailer is told, with the reason", async () => {
  const page = await open(await tokenOf("reader"), "verdict");
  const { owner } = (await ownerOf(living.playing.running.ask)) ?? {};
  const other = owner === "NODE1" ? "NODE2" : "NODE1";
  const ask = async (node: string): Promise<string> => {
    await page.getByLabel("Node").selectOption(node);
    await page.getByLabel("Destination").fill("mx.example.org");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByText(`Exchange on ${node}, `).waitFor();
    return page.locator(".verdict").innerText();
  };
  expect(await ask(owner ?? "")).toContain(`BIND ${living.playing.stage.virtualAddress}/24, speak as EXCHVS`);
  expect(await ask(other)).toContain(`DEFER standby, it is on ${owner}`);
});

test("DB23 the timeline shows who owned a group when, and a change of owner by its phases", async () => {
  const page = await open(admin(), "timeline");
  await page.getByRole("button", { name: "All" }).click();
  const told = page.getByRole("region", { name: /^Change of owner of Exchange to epoch 2$/ });
  await told.getByText("from NODE1 to NODE2").waitFor();
  expect(await told.locator("dt").allTextContents()).toEqual(["detection", "decision", "release", "grant", "start"]);
  const status = page.locator(".timeline > [role=status]");
  const chart = page.getByRole("application", { name: /^Owners over time/ });
  expect(await chart.locator(".bar").count()).toBeGreaterThan(1);
  const spanOf = async (): Promise<string> => (await status.innerText()).split(":")[0] ?? "";
  const wide = await spanOf();
  await chart.focus();
  await page.keyboard.press("+");
  await expect.poll(spanOf).not.toBe(wide);
  const close = await spanOf();
  await page.keyboard.down("Control");
  await chart.hover();
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await expect.poll(spanOf).not.toBe(close);
  const [first] = await chart.locator(".tick text").allTextContents();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(async () => (await chart.locator(".tick text").allTextContents())[0]).not.toBe(first);
});

test("DB24 the tree of a group shows what stands on what, with each state", async () => {
  const page = await open(admin(), "resources");
  const tree = page.getByRole("region", { name: "Resources of Exchange" });
  const rows = await tree
    .locator(".layer")
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll("h3")].map((name) => name.textContent)));
  expect(rows).toEqual([["Exchange MTA"], ["Disk E:", "Exchange Name"], ["Exchange IP"]]);
  expect(await tree.locator(".leaf .badge.good").count()).toBe(4);
  await expect.poll(() => tree.locator(".wires .head").count()).toBe(3);
  await tree.getByText("Stands on Exchange Name and Disk E:.").waitFor({ state: "attached" });
});
