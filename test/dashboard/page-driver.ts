import type { Browser, BrowserContext, Page, Request, ViewportSize } from "playwright-core";
import { desktop } from "./browser.ts";

/** A page with everything that it asked for and complained of. */
export type Driven = {
  readonly page: Page;
  readonly requests: readonly Request[];
  /** Each WebSocket's address. */
  readonly sockets: readonly string[];
  /** Exceptions, and what the browser's console calls an error. */
  readonly complaints: string[];
  readonly headline: () => Promise<string>;
  readonly close: () => Promise<void>;
};

export type ShowOptions = { readonly colorScheme?: "dark" | "light"; readonly viewport?: ViewportSize };

export async function openPage(browser: Browser, options: ShowOptions = {}): Promise<Driven> {
  const context: BrowserContext = await browser.newContext({ viewport: desktop, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const requests: Request[] = [];
  const sockets: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  const headline = async (): Promise<string> => (await page.locator("#headline").textContent()) ?? "";
  return { page, requests, sockets, complaints, headline, close: () => context.close() };
}

/** Waits until the sentence at the top is like this. */
export async function untilHeadline(page: Page, pattern: RegExp, patienceMs = 10_000): Promise<void> {
  await page.locator("#headline").filter({ hasText: pattern }).waitFor({ timeout: patienceMs });
}
