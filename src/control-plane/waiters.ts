/**
 * Waiting until something is published, or the time is over. The two halves stand in two places: an object may have no timer,
 * so it only resolves who waits when something is published, and the stateless Worker, which may, keeps the time.
 */

/** Why a wait is over: something was published, the token that waited was revoked, or as many wait as may. */
export type Woken = "published" | "revoked" | "too-many";

type Waiter = { readonly of: string | null; readonly until: number; readonly resolve: (how: Woken) => void };

/**
 * The object's half. Who waits and is gone cannot be told from who waits, so each says how long it will wait at most, and
 * takes no place after that. A waiting call keeps the object in memory; if the object is lost all the same, so is the waiter,
 * and its caller waits until its time is over.
 */
export class Waiters {
  readonly #most: number;
  readonly #waiting = new Set<Waiter>();

  constructor(most: number) {
    this.#most = most;
  }

  get count(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves at the next `wake`, and at once when as many wait as may.
   * @param of id of the token that asks, which takes half of the places at most; null for the admin token
   * @param now milliseconds, of the object's clock
   */
  wait(of: string | null, now: number, forMs: number): Promise<Woken> {
    if (this.#isFullFor(of)) this.#resolve("published", ({ until }) => until <= now);
    if (this.#isFullFor(of)) return Promise.resolve("too-many");
    return new Promise((resolve) => {
      this.#waiting.add({ of, until: now + forMs, resolve });
    });
  }

  /** Something has been published. */
  wake(): void {
    this.#resolve("published", () => true);
  }

  /** The token has been revoked. */
  closeOf(token: string): void {
    this.#resolve("revoked", ({ of }) => of === token);
  }

  #isFullFor(token: string | null): boolean {
    if (token === null || this.#waiting.size >= this.#most) return this.#waiting.size >= this.#most;
    return [...this.#waiting].filter(({ of }) => of === token).length >= this.#most / 2;
  }

  #resolve(how: Woken, whom: (waiter: Waiter) => boolean): void {
    for (const waiter of this.#waiting) {
      if (!whom(waiter)) continue;
      this.#waiting.delete(waiter);
      waiter.resolve(how);
    }
  }
}

/** What a look found; or nothing, and then the number of the newest journal entry that there was. */
export type Look<T> = { readonly found: true; readonly value: T } | { readonly found: false; readonly last: number };

export type Patience<T> = {
  readonly timeoutMs: number;
  readonly look: () => Promise<Look<T>>;
  /** Resolves when there are entries after this one, or when nobody may wait for them. */
  readonly published: (after: number, forMs: number) => Promise<Woken>;
};

export type Waited<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "time-over" | Exclude<Woken, "published"> };

/**
 * The Worker's half: looks, and looks again whenever something has been published, until it finds something or the time is
 * over. Nothing is missed between: a wait names the entry up to which it was looked.
 */
export async function waitFor<T>({ timeoutMs, look, published }: Patience<T>): Promise<Waited<T>> {
  const stop = new AbortController();
  const timeOver = timeoutMs === 0 ? Promise.resolve() : scheduler.wait(timeoutMs, { signal: stop.signal });
  // The timer is stopped when the answer is there, and says so by rejecting.
  const over = timeOver.then(
    () => "time-over" as const,
    () => "time-over" as const,
  );
  try {
    for (;;) {
      const seen = await look();
      if (seen.found) return { kind: "found", value: seen.value };
      if (timeoutMs === 0) return { kind: "time-over" };
      // A waiter that was lost with its object can only wait for its time.
      const news = published(seen.last, timeoutMs).catch(() => over);
      const came = await Promise.race([news, over]);
      if (came !== "published") return { kind: came };
    }
  } finally {
    stop.abort();
  }
}
