import type { Aliveness } from "./driver.ts";

/**
 * Questions to an MTA process over its own channel. A connection to its port would prove less: the kernel completes it
 * also for a process that is stopped or hangs.
 */
export type Pings = {
  /** Resolves within the time that was given, with whatever is known then. */
  readonly ask: () => Promise<Aliveness>;
  readonly answered: (n: number, listening: boolean) => void;
};

/** @param send false when there is nobody to send it to */
export function createPings(send: (n: number) => boolean, withinMs: number): Pings {
  const waiting = new Map<number, (listening: boolean) => void>();
  let last = 0;

  function ask(): Promise<Aliveness> {
    const n = (last += 1);
    return new Promise((resolve) => {
      if (!send(n)) return resolve({ ok: false, reason: "the MTA process is gone" });
      const settle = (aliveness: Aliveness): void => {
        clearTimeout(timer);
        waiting.delete(n);
        resolve(aliveness);
      };
      const timer = setTimeout(
        () => settle({ ok: false, reason: `the MTA process did not answer within ${withinMs} ms` }),
        withinMs,
      );
      waiting.set(n, (listening) =>
        settle(listening ? { ok: true } : { ok: false, reason: "the MTA process does not listen any more" }),
      );
    });
  }

  return { ask, answered: (n, listening) => waiting.get(n)?.(listening) };
}
