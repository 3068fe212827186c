/** How long a message waits that has failed once, and how long at most, in milliseconds. Each failure doubles it. */
const firstDelayMs = 1_000;
const longestDelayMs = 120_000;

/**
 * When a message that has failed is tried again. One that its partner stumbles over each time must keep neither the others waiting nor the partner busy.
 * How often it has failed is forgotten with the process, and costs one try then.
 */
export class Retries {
  readonly #failures = new Map<string, { readonly count: number; readonly dueAtMs: number }>();

  failed(name: string, nowMs: number): void {
    const count = this.countOf(name) + 1;
    const delayMs = Math.min(firstDelayMs * 2 ** (count - 1), longestDelayMs);
    this.#failures.set(name, { count, dueAtMs: nowMs + delayMs });
  }

  forget(name: string): void {
    this.#failures.delete(name);
  }

  /** Forgets all but these: whoever takes a file out of the folder tells nobody. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#failures.keys()) if (!names.has(name)) this.#failures.delete(name);
  }

  countOf(name: string): number {
    return this.#failures.get(name)?.count ?? 0;
  }

  isDue(name: string, nowMs: number): boolean {
    return nowMs >= (this.#failures.get(name)?.dueAtMs ?? Number.NEGATIVE_INFINITY);
  }
}
