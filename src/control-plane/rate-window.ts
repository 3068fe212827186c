/** How many windows may be remembered before those that are over are forgotten. */
const rememberedAtMost = 1_000;

/** So many times in so long, for each who asks. In memory: a new instance begins anew. */
export class RateWindow {
  readonly #most: number;
  readonly #windowMs: number;
  readonly #windows = new Map<string, { readonly since: number; count: number }>();

  constructor(most: number, windowMs: number) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** False: not yet again. @param now milliseconds, of any clock; one that is set back begins a new window */
  take(who: string, now: number): boolean {
    const window = this.#windows.get(who);
    if (window === undefined || this.#isOver(window, now)) {
      if (this.#windows.size >= rememberedAtMost) this.#forget(now);
      this.#windows.set(who, { since: now, count: 1 });
      return true;
    }
    if (window.count >= this.#most) return false;
    window.count += 1;
    return true;
  }

  #isOver({ since }: { readonly since: number }, now: number): boolean {
    return now < since || now - since >= this.#windowMs;
  }

  #forget(now: number): void {
    for (const [who, window] of this.#windows) if (this.#isOver(window, now)) this.#windows.delete(who);
  }
}
