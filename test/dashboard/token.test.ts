import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createAsk, type Ask } from "../../src/cli/api.ts";
import { loadDefinition } from "../../src/cli/definition-file.ts";
import { examplesFolder } from "../../src/cli/package-files.ts";
import { startControlPlane, type ControlPlane } from "../../src/cli/workerd/process.ts";
import { launch } from "./browser.ts";
import { openPage, untilHeadline, type Driven } from "./page-driver.ts";

/** Two clusters without agents: what is asked here is who may see them. */
let folder: string;
let controlPlane: ControlPlane;
let ask: Ask;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bridgehead-page-"));
  controlPlane = await startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null });
  ask = createAsk(controlPlane.url, controlPlane.adminToken);
  const definition = loadDefinition(join(examplesFolder, "q186756.yaml"));
  await ask((client) => client.putCluster("exchange", definition));
  await ask((client) => client.putCluster("second", { ...definition, cluster: "second" }));
  browser = await launch();
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await controlPlane?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function open(): Promise<Driven> {
  const driven = await openPage(browser);
  onTestFinished(driven.close);
  return driven;
}

const nobodyOwns = /^EXCHVS \(127\.0\.1\.100\) is on no node, epoch 0\.$/;

test("DB4 the token is asked for once, kept in the tab, and in no URL", async () => {
  const { page, requests, sockets, complaints } = await open();
  const token = controlPlane.adminToken;
  await page.goto(`${controlPlane.url}/`);
  await page.getByLabel("Token").fill(token);
  await page.getByLabel("Cluster", { exact: true }).fill("exchange");
  await page.getByRole("button", { name: "Show" }).click();
  await untilHeadline(page, nobodyOwns);
  expect(await page.getByLabel("Token").count()).toBe(0);
  await page.reload();
  await untilHeadline(page, nobodyOwns);
  expect(
    await page.evaluate(() => [Object.values(sessionStorage), Object.values(localStorage), document.cookie]),
  ).toEqual([[token], [], ""]);
  const addresses = [page.url(), ...requests.map((request) => request.url()), ...sockets];
  expect(sockets.length).toBeGreaterThan(0);
  expect(addresses.filter((address) => address.includes(token))).toEqual([]);
  const { host } = new URL(controlPlane.url);
  const elsewhere = addresses.filter((address) => !address.startsWith("data:") && new URL(address).host !== host);
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
  await page.getByRole("button", { name: "Forget token" }).click();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  expect(await page.getByLabel("Token").isVisible()).toBe(true);
});

test("DB4 a token behind the # is taken out of the address at once, and reaches no log", async () => {
  const { page, requests, sockets } = await open();
  const token = controlPlane.adminToken;
  await page.goto(`${controlPlane.url}/#token=${token}&cluster=second`);
  expect(page.url()).toBe(`${controlPlane.url}/#cluster=second`);
  await untilHeadline(page, nobodyOwns);
  expect(await page.locator("#cluster-label").textContent()).toBe("second");
  expect(await page.evaluate(() => history.length), "nothing to go back to").toBeLessThanOrEqual(2);
  const sent = requests.filter((request) => new URL(request.url()).hash === "").map((request) => request.url());
  expect([...sent, ...sockets].filter((address) => address.includes(token))).toEqual([]);
  expect(await readFile(controlPlane.logFile, "utf8")).not.toContain(token);
});

test("DB5 a wrong token brings the form back with the problem's sentence, and is forgotten", async () => {
  const { page } = await open();
  await page.goto(`${controlPlane.url}/`);
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Show" }).click();
  await page
    .getByRole("alert")
    .filter({ hasText: "A valid bearer token is needed: this one is wrong, or it was revoked." })
    .waitFor();
  expect(await page.getByLabel("Token").isVisible()).toBe(true);
  expect(await page.locator("#board").count()).toBe(0);
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test("DB5 a token that is revoked while the page is open does so too", async () => {
  const { page } = await open();
  const { id, token } = await ask((client) => client.createToken("exchange", { role: "reader" }));
  await page.goto(`${controlPlane.url}/#token=${token}&cluster=exchange`);
  await untilHeadline(page, nobodyOwns);
  await ask((client) => client.revokeToken("exchange", id));
  await page.getByRole("alert").filter({ hasText: "A valid bearer token is needed" }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test("DB5 what no header can carry is refused before it is sent", async () => {
  const { page } = await open();
  await page.goto(`${controlPlane.url}/`);
  await page.getByLabel("Token").fill("“abc”");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("alert").filter({ hasText: "a character that no token has" }).waitFor();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
});

test("DB14 a cluster that is not there costs nobody the admin token", async () => {
  const { page } = await open();
  await page.goto(`${controlPlane.url}/#token=${controlPlane.adminToken}&cluster=exchnge`);
  await untilHeadline(page, /^There is no cluster exchnge, or no longer\.$/);
  await page.getByRole("link", { name: "All clusters" }).click();
  await page.getByRole("link", { name: "exchange" }).click();
  await untilHeadline(page, nobodyOwns);
});

test("DB21 what a token may is asked for again, where there was no answer", async () => {
  const { page } = await open();
  let asked = 0;
  await page.route("**/self", (route) => {
    asked += 1;
    return asked === 1 ? route.abort() : route.continue();
  });
  await page.goto(`${controlPlane.url}/#token=${controlPlane.adminToken}&cluster=second`);
  await page.getByText("admin", { exact: true }).waitFor();
  await page.waitForTimeout(2_000);
  expect(asked).toBe(2);
});

test("DB14 the admin token shows all clusters, and each by choice", async () => {
  const { page } = await open();
  await page.goto(`${controlPlane.url}/#token=${controlPlane.adminToken}`);
  await untilHeadline(page, /^2 clusters; 2 are not as they should be\.$/);
  const cards = page.locator(".cluster");
  expect(await cards.locator("h2").allTextContents()).toEqual(["exchange", "second"]);
  await cards.first().getByText("0 of 2 nodes up").waitFor();
  await page.getByLabel("Find").fill("SEC");
  await page.locator('.cluster[data-cluster="exchange"]').waitFor({ state: "detached" });
  await page.getByRole("link", { name: "second" }).click();
  await page.locator("#events").getByText("Definition 1 of cluster second").waitFor();
  expect(page.url()).toBe(`${controlPlane.url}/#cluster=second`);
  expect(await page.locator("#events").getByText("cluster exchange").count()).toBe(0);
  await page.getByRole("link", { name: "All clusters" }).click();
  await page.getByRole("link", { name: "exchange" }).waitFor();
});

test("DB14 a token of one cluster shows that one, once its name is given", async () => {
  const { page } = await open();
  const { token } = await ask((client) => client.createToken("second", { role: "reader" }));
  await page.goto(`${controlPlane.url}/`);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("alert").filter({ hasText: "its name is needed as well" }).waitFor();
  await page.getByLabel("Token").fill(token);
  await page.getByLabel("Cluster", { exact: true }).fill("second");
  await page.getByRole("button", { name: "Show" }).click();
  await untilHeadline(page, nobodyOwns);
  expect(await page.locator("#cluster-label").textContent()).toBe("second");
});

test.each([
  ["is closed at once", (page: Page) => page.routeWebSocket(/watch/, (socket) => socket.close())],
  [
    "cannot be opened with this token",
    (page: Page) =>
      page.addInitScript(() => {
        globalThis.WebSocket = class extends WebSocket {
          constructor() {
            super(location.href, ["no/subprotocol="]);
          }
        };
      }),
  ],
])(
  "DB17 where the WebSocket %s, events come by asking",
  async (_, prevent) => {
    const { page, complaints } = await open();
    await prevent(page);
    await page.goto(`${controlPlane.url}/#token=${controlPlane.adminToken}&cluster=second`);
    await page.getByText("live, by asking each second").waitFor();
    await untilHeadline(page, nobodyOwns);
    await ask((client) => client.pauseNode("second", "NODE1"));
    const { lastEvent } = await ask((client) => client.getCluster("second"));
    await page.locator(`#events [data-seq="${lastEvent}"]`).waitFor({ timeout: 3_000 });
    const numbers = await page
      .locator("#events li")
      .evaluateAll((all) => all.map((item) => Number(item.dataset["seq"])));
    expect(numbers).toEqual(Array.from({ length: lastEvent }, (__, index) => lastEvent - index));
    await ask((client) => client.resumeNode("second", "NODE1"));
    expect(complaints).toEqual([]);
  },
  30_000,
);
