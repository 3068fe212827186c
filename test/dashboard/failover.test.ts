import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { exchange } from "../../src/cli/local/exchange.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import { cutOffTexts, desktop, overlappingTexts, phone, picture, results } from "./browser.ts";
import { livingCluster } from "./living.ts";
import { openPage, untilHeadline } from "./page-driver.ts";
import { callUnpatched } from "./stage.ts";

/** The page in front of a cluster that lives: control plane, two agents and a partner as processes, and one browser. */
const living = livingCluster();

async function open(): Promise<Page> {
  const { page, close, complaints } = await openPage(living.browser);
  onTestFinished(async () => {
    await close();
    // An outage is seen by the browser as well; everything else would be a fault of the page.
    expect(complaints.filter((text) => !/ERR_CONNECTION_|WebSocket connection/.test(text))).toEqual([]);
  });
  await page.addInitScript(() => {
    const said: { at: number; text: string }[] = [];
    Object.assign(globalThis, { said });
    const note = (): void => {
      const text = document.getElementById("headline")?.textContent ?? "";
      if (text !== said.at(-1)?.text) said.push({ at: Date.now(), text });
    };
    new MutationObserver(note).observe(document, { childList: true, characterData: true, subtree: true });
  });
  const { url, adminToken } = living.playing.running.controlPlane;
  await page.goto(`${url}/#token=${adminToken}`);
  await page.getByText("live", { exact: true }).waitFor();
  return page;
}

/** Each sentence that stood at the top, with when it came, by the clock that the journal has too. */
function saidBy(page: Page): Promise<readonly { readonly at: number; readonly text: string }[]> {
  return page.evaluate(() => (globalThis as unknown as { said: { at: number; text: string }[] }).said);
}

function journal(): Promise<readonly JournalEntry[]> {
  return living.playing.running.ask(async (client) => {
    const page = await client.events(exchange.cluster, 0, 1_000);
    return page.ok ? { ok: true, value: page.value.events } : page;
  });
}

const lease = (node: string): string => `.node[data-node="${node}"] .lease`;

async function expectReadable(page: Page, when: string): Promise<void> {
  expect(await cutOffTexts(page), when).toEqual([]);
  expect(await overlappingTexts(page), when).toEqual([]);
}

test("DB15 a lease's bar runs down and is full again", async () => {
  const page = await open();
  const widths = await page.evaluate(async (selector) => {
    const seen: number[] = [];
    for (let look = 0; look < 60; look++) {
      const fill = document.querySelector(`${selector} .fill`);
      seen.push(fill === null ? 0 : new DOMMatrix(getComputedStyle(fill).transform).a);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return seen;
  }, lease("NODE1"));
  const steps = widths.slice(1).map((width, index) => width - (widths[index] ?? 0));
  expect(Math.min(...widths), "it never runs out").toBeGreaterThan(0.2);
  expect(Math.max(...widths)).toBeLessThanOrEqual(1);
  expect(steps.filter((step) => step < -0.005).length, "down, step by step").toBeGreaterThan(15);
  expect(steps.filter((step) => step > 0.02).length, "and up at once").toBeGreaterThan(1);
  expect(await page.locator(`${lease("NODE1")} [role=meter]`).getAttribute("aria-valuetext")).toMatch(/of 2\.0 s left/);
});

test("DB13 associations are shown with who called from where, and a refused one with the reason", async () => {
  const page = await open();
  const accepted = page.locator(".association.accepted").first();
  await accepted.getByText(living.playing.stage.virtualAddress).waitFor();
  await callUnpatched(living.playing);
  const refused = page.locator(".association.refused").first();
  await refused.getByText(`${living.playing.stage.network}.1`, { exact: true }).waitFor();
  expect(await refused.innerText()).toMatch(/refused[\s\S]*unknown calling address; expected/);
  expect(await refused.innerText()).toContain("Says peer.test.");
  expect(await page.locator("#association-counts").textContent()).toMatch(/ 1 refused/);
});

test("DB7 the page shows that an agent was killed within a second, and the new owner within a second after the journal says it", async () => {
  const page = await open();
  const name = `EXCHVS \\(${living.playing.stage.virtualAddress.replaceAll(".", "\\.")}\\)`;
  await untilHeadline(page, new RegExp(`^${name} is on NODE1, epoch 1\\.$`));
  await page.locator('.node[data-node="NODE1"] [data-group="Exchange"]').waitFor();

  const agent = living.playing.agents.NODE1;
  const killedAt = Date.now();
  await agent.kill();
  await untilHeadline(page, /NODE1 is gone, and its lease runs out\.$/);
  const goneShownMs = ((await saidBy(page)).at(-1)?.at ?? NaN) - killedAt;
  await picture(page, "dashboard-failover");
  await page.setViewportSize(phone);
  await picture(page, "dashboard-failover-phone");
  await expectReadable(page, "during the failover, on a phone");
  await page.setViewportSize(desktop);
  await expectReadable(page, "during the failover");
  await untilHeadline(page, new RegExp(`^${name} is on NODE2, epoch 2\\.$`), 15_000);
  expect(await page.locator('.node[data-node="NODE2"] [data-group="Exchange"][data-owner="NODE2"]').count()).toBe(1);
  await page.locator('.node[data-node="NODE1"]').getByText("Down", { exact: true }).waitFor();
  expect(await page.locator(".wires .head").count()).toBe(1);
  await page.locator(".association.accepted").first().waitFor();
  await expectReadable(page, "after the failover");
  await picture(page, "dashboard-after-failover");
  await page.setViewportSize(phone);
  await picture(page, "dashboard-after-failover-phone");
  await expectReadable(page, "after the failover, on a phone");

  const entries = await journal();
  const owned = entries.find(({ kind, epoch }) => kind === "group.owned" && epoch === 2);
  const online = entries.find(({ kind, epoch }) => kind === "group.online" && epoch === 2);
  const said = await saidBy(page);
  const shown = said.find(({ text }) => /NODE2, epoch 2/.test(text));
  const shownOnline = said.find(({ text }) => /is on NODE2, epoch 2/.test(text));
  const figures = {
    goneShownAfterKillMs: goneShownMs,
    journalAfterKillMs: (owned?.at ?? NaN) - killedAt,
    ownerShownAfterJournalMs: (shown?.at ?? NaN) - (owned?.at ?? NaN),
    onlineShownAfterJournalMs: (shownOnline?.at ?? NaN) - (online?.at ?? NaN),
    sentences: said.map(({ at, text }) => `${at - killedAt} ms: ${text}`),
  };
  await mkdir(results, { recursive: true });
  await writeFile(join(results, "dashboard-failover.json"), JSON.stringify(figures, null, 2));
  expect(figures.goneShownAfterKillMs).toBeLessThan(1_000);
  expect(figures.ownerShownAfterJournalMs).toBeLessThan(1_000);
  expect(figures.onlineShownAfterJournalMs).toBeLessThan(1_000);
}, 60_000);

test("DB9 an outage makes the page old, and it comes back by itself with its journal whole", async () => {
  const page = await open();
  await untilHeadline(page, /is on NODE2, epoch 2\.$/);
  await page.evaluate(() => {
    const seqs: string[] = [];
    Object.assign(globalThis, { seqs });
    const list = document.getElementById("events");
    const note = (records: MutationRecord[]): void => {
      for (const record of records)
        for (const node of record.addedNodes) if (node instanceof HTMLElement) seqs.push(node.dataset["seq"] ?? "gap");
    };
    if (list !== null) new MutationObserver(note).observe(list, { childList: true });
  });
  const lastSeen = Number(await page.locator("#events li").first().getAttribute("data-seq"));

  await living.playing.running.controlPlane.stop();
  const warning = page.locator("#warning");
  await warning.getByText(/^Not connected since \d\d:\d\d:\d\d \(\d+ s\)\.$/).waitFor();
  await untilHeadline(page, /^The owner of EXCHVS .* is Unknown, epoch 2 or later\. It was last on NODE2\.$/);
  expect(await page.locator('.tray [data-owner="Unknown"]').count()).toBe(1);
  expect(await page.locator(".node [data-group], .node .badge.good, .group .badge.good").count()).toBe(0);
  expect(await page.locator(".wires .head").count()).toBe(0);
  expect(await page.locator(`${lease("NODE2")} .words`).textContent()).toBe("lease not known");
  await expectReadable(page, "old");
  await picture(page, "dashboard-old");
  await page.setViewportSize(phone);
  await picture(page, "dashboard-old-phone");
  await expectReadable(page, "old, on a phone");

  await living.playing.restartControlPlane();
  await warning.locator("p").waitFor({ state: "detached" });
  await untilHeadline(page, /is on NODE2, epoch \d\.$/, 20_000);
  const { groups, lastEvent } = await living.playing.running.ask((client) => client.getCluster(exchange.cluster));
  await untilHeadline(page, new RegExp(`is on NODE2, epoch ${groups[exchange.group]?.epoch}\\.$`));
  await page.locator(`#events [data-seq="${lastEvent}"]`).waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  const seqs = await page.evaluate(() => (globalThis as unknown as { seqs: string[] }).seqs);
  expect(seqs.length).toBeGreaterThan(0);
  const numbers = seqs.map(Number).toSorted((a, b) => a - b);
  expect(numbers).toEqual(numbers.map((_, index) => lastSeen + 1 + index));
}, 60_000);
