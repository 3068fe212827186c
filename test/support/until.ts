import { setTimeout as delay } from "node:timers/promises";

/** Waits until something is so, looking each few milliseconds; rejects when it is not within `patienceMs`. */
export async function until(isSo: () => boolean | Promise<boolean>, patienceMs: number, what = "it"): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not come about within ${patienceMs} ms`);
    await delay(5);
  }
}
