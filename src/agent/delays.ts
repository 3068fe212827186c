import { setTimeout as delay } from "node:timers/promises";

/** The longest delay that setTimeout takes; a longer one is waited for in parts, or not at all. */
export const longestDelayMs = 2 ** 31 - 1;

const againMs = 1_000;

/** What is called again until it succeeds fails not so soon that the host has nothing else to do. */
export async function failSlowly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await delay(againMs);
    throw error;
  }
}
