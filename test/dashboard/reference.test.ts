import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ControlPlane, startControlPlane } from "../../src/cli/workerd/process.ts";
import { cutOffTexts, desktop, launch, picture, smallPhone } from "./browser.ts";

let folder: string;
let controlPlane: ControlPlane;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bridgehead-docs-"));
  [controlPlane, browser] = await Promise.all([
    startControlPlane({ folder, host: "127.0.0.1", port: 0, tls: null }),
    launch(),
  ]);
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await controlPlane?.stop();
  await rm(folder, { recursive: true, force: true });
});

type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId: string }>>>> };

test("HT18 the reference tells every operation of the document, needs no token, and holds no script", async () => {
  const response = await fetch(`${controlPlane.url}/docs`);
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
  const page = await response.text();
  const document = (await (await fetch(`${controlPlane.url}/openapi.json`)).json()) as Document;
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(ids.length).toBeGreaterThan(70);
  expect(ids.filter((id) => !page.includes(`<article id="${id}">`))).toEqual([]);
  expect(page).not.toMatch(/<script|<style|style=|\son\w+=/i);
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, target = ""]) => target);
  expect(links.filter((target) => !page.includes(`id="${target}"`))).toEqual([]);
  const named = [...page.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, address = ""]) => address);
  expect(named.filter((address) => !/^(?:\/|data:)/.test(address))).toEqual([]);
});

test("HT18 a browser that has the reference is told so", async () => {
  const first = await fetch(`${controlPlane.url}/docs`);
  await first.body?.cancel();
  const tag = first.headers.get("ETag") ?? "";
  const second = await fetch(`${controlPlane.url}/docs`, { headers: { "If-None-Match": tag } });
  expect(second.status).toBe(304);
});

test.each([
  ["wide", "light", desktop],
  ["narrow", "light", smallPhone],
  ["wide", "dark", desktop],
] as const)(
  "HT18 nothing of the reference is cut off: %s, %s",
  async (width, colorScheme, viewport) => {
    const context = await browser.newContext({ viewport, colorScheme });
    try {
      const page = await context.newPage();
      const faults: string[] = [];
      page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
      await page.goto(`${controlPlane.url}/docs`);
      expect(await cutOffTexts(page)).toEqual([]);
      expect(faults).toEqual([]);
      await picture(page, `docs-${width}-${colorScheme}`);
      await page.evaluate(() => document.getElementById("moveGroup")?.scrollIntoView());
      await picture(page, `docs-${width}-${colorScheme}-operation`);
    } finally {
      await context.close();
    }
  },
  30_000,
);
