import { setTimeout as delay } from "node:timers/promises";
import { noConnection } from "./api.ts";
import { CliError } from "./errors.ts";

/** How often a request is sent again whose connection broke, and how long it rests before, in milliseconds. */
const again = { times: 2, restMs: 250 } as const;

/**
 * Sends again when the connection could not be made or broke, so that nobody knows whether the request was carried out. Only
 * for what is safe to send twice: a request under an `Idempotency-Key`, or one that changes nothing.
 */
export async function insist<T>(send: () => Promise<T>): Promise<T> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await send();
    } catch (error) {
      const broken = error instanceof CliError && error.code === noConnection;
      if (!broken || tried === again.times) throw error;
      await delay(again.restMs);
    }
  }
}
