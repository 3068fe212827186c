import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright, type Page } from "playwright-core";

const root = join(import.meta.dirname, "..", "..");

/**
 * Chromium out of the package, so that no system package is needed, and with the package's fonts, so that the page looks
 * alike everywhere. Of the package's own arguments those are left out that give up what the page is tested for, as
 * `--disable-web-security` does, and `--single-process`, under which the browser ends with its first context.
 */
export async function launch(): Promise<Browser> {
  const folder = await unpacked();
  return playwright.launch({
    executablePath: join(folder, "chromium"),
    args: ["--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
    headless: true,
    env: { ...process.env, FONTCONFIG_PATH: join(folder, "fonts") },
  });
}

/** The package unpacks into the folder for temporary files, and takes a file that is half there for the whole. */
async function unpacked(): Promise<string> {
  const caches = join(root, "node_modules", ".cache");
  const folder = join(caches, "bridgehead-chromium");
  if (existsSync(folder)) return folder;
  await mkdir(caches, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = fresh;
  try {
    await chromium.executablePath();
    await writeFile(join(fresh, "fonts", "fonts.conf"), fontConfiguration(join(folder, "fonts")));
    // Another test file may have been faster; then its folder is as good.
    await rename(fresh, folder).catch(() => {});
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** The package's own names the folders of another place. */
function fontConfiguration(fonts: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${fonts}</dir><cachedir>${join(fonts, "cache")}</cachedir></fontconfig>
`;
}

export const desktop = { width: 1280, height: 800 } as const;
export const phone = { width: 390, height: 844 } as const;
export const smallPhone = { width: 360, height: 740 } as const;

export const results = join(root, "test-results");

/** A picture for people, in a folder that git does not see. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  await mkdir(results, { recursive: true });
  await page.screenshot({ path: join(results, `${name}.png`), fullPage });
}

/**
 * Which texts cannot be read as a whole: those that stick out of the window or out of a box that clips them, and boxes
 * that hold more than they show. Empty is good.
 */
export function cutOffTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) {
      found.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${width} px`);
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? "";
      // A browser has its own way to show a choice that is longer than its box.
      if (text === "" || element === null || ["SCRIPT", "NOSCRIPT", "OPTION"].includes(element.tagName)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { left, right, top, bottom } of range.getClientRects()) {
        if (left < -1 || right > width + 1)
          found.push(`"${text}" leaves the window: ${left} to ${right} of ${width} px`);
        for (let box: Element | null = element; box !== null && box !== document.body; box = box.parentElement) {
          if (getComputedStyle(box).overflow === "visible") continue;
          const clip = box.getBoundingClientRect();
          if (left < clip.left - 1 || right > clip.right + 1 || top < clip.top - 1 || bottom > clip.bottom + 1) {
            found.push(`"${text}" is clipped`);
          }
        }
      }
      const { overflowX } = getComputedStyle(element);
      if (element.clientWidth > 0 && overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) {
        found.push(`"${text}" needs ${element.scrollWidth} px and has ${element.clientWidth}`);
      }
    }
    return found;
  });
}

/** Texts that lie on top of another text. */
export function overlappingTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const boxes: { text: string; rect: DOMRect }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? "";
      if (text === "" || node.parentElement?.closest("script, noscript, select") !== null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) if (rect.width > 1) boxes.push({ text, rect });
    }
    const found: string[] = [];
    boxes.forEach((a, index) => {
      for (const b of boxes.slice(index + 1)) {
        const x = Math.min(a.rect.right, b.rect.right) - Math.max(a.rect.left, b.rect.left);
        const y = Math.min(a.rect.bottom, b.rect.bottom) - Math.max(a.rect.top, b.rect.top);
        // The line boxes of two lines overlap a little; letters do not.
        if (x > 2 && y > 6) found.push(`"${a.text}" and "${b.text}"`);
      }
    });
    return found;
  });
}

/** WCAG 2.2, success criterion 1.4.3, for solid colours. */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string): number => {
      const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element: Element | null): string => {
      if (element === null) return "rgb(255, 255, 255)";
      const { backgroundColor } = getComputedStyle(element);
      return channels(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor;
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = new Set<string>();
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement;
      if (element === null || node.textContent?.trim() === "" || element.getClientRects().length === 0) continue;
      const [a, b] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < 4.5) faint.add(`${element.className}: "${node.textContent?.slice(0, 30)}" ${ratio.toFixed(2)}`);
    }
    return [...faint];
  });
}

/** Lines are drawn anew in the frame after the boxes have their places. */
export async function drawn(page: Page): Promise<void> {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}
