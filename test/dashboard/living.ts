import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launch } from "./browser.ts";
import { play, type Playing } from "./stage.ts";

/** For a whole test file: a cluster that lives (control plane, two agents and a partner as processes), and one browser in front of it. */
export function livingCluster(): { readonly playing: Playing; readonly browser: Browser } {
  let playing: Playing | null = null;
  let browser: Browser | null = null;
  beforeAll(async () => {
    playing = await play();
    browser = await launch();
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await playing?.stop();
  });
  return {
    get playing() {
      return there(playing);
    },
    get browser() {
      return there(browser);
    },
  };
}

function there<T>(what: T | null): T {
  if (what === null) throw new Error("it is there once the file's tests run");
  return what;
}
