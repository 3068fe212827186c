/** How long a message waits that has failed once, and how long at most, in milliseconds. Each failure doubles it. */
const firstDelayMs = 1_000;
const longestDelayMs = 120_000;

/**
 * How often a message has to fail by itself, and over how long, before it may be given up. After an outage of days everything that waits is old: one
 * hiccup must not set it all aside, nor a partner that takes its first minutes to come back (eight failures are two minutes). An hour is time for
 * somebody to see what is wrong. Both count from nothing with each process, and on its monotonic clock: no jump of the wall clock hastens them.
 */
export const ownFailuresToGiveUp = 8;
export const failingMsToGiveUp = 60 * 60 * 1_000;

/**
 * When a message that has failed is tried again. One that its partner stumbles over each time must keep neither the others waiting nor the partner busy.
 * How often it has failed is forgotten with the process, and costs one try then.
 */
export class Retries {
  readonly #failures = new Map<string, { readonly count: number; readonly dueAtMs: number }>();
  /** Failures that were the message's own, which are some of these. */
  readonly #own = new Map<string, { readonly count: number; readonly sinceMs: number }>();

  failed(name: string, nowMs: number): void {
    const count = this.countOf(name) + 1;
    const delayMs = Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs);
    this.#failures.set(name, { count, dueAtMs: nowMs + delayMs });
  }

  /** It has failed by itself, and not with its association. True: so often, and for so long, that it may be given up. */
  failedByItself(name: string, nowMs: number): boolean {
    const before = this.#own.get(name);
    const own = { count: (before?.count ?? 0) + 1, sinceMs: before?.sinceMs ?? nowMs };
    this.#own.set(name, own);
    return own.count >= ownFailuresToGiveUp && nowMs - own.sinceMs >= failingMsToGiveUp;
  }

  forget(name: string): void {
    this.#failures.delete(name);
    this.#own.delete(name);
  }

  /** Forgets all but these: whoever takes a file out of the folder tells nobody. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#failures.keys(), ...this.#own.keys()]) if (!names.has(name)) this.forget(name);
  }

  countOf(name: string): number {
    return this.#failures.get(name)?.count ?? 0;
  }

  isDue(name: string, nowMs: number): boolean {
    return nowMs >= (this.#failures.get(name)?.dueAtMs ?? Number.NEGATIVE_INFINITY);
  }
}
