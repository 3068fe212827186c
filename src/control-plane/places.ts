/**
 * So many at a time. The platform may drop a request whose asker has gone, and then nothing of it ends: each takes its place for so
 * long at most.
 */
export class Places {
  readonly #most: number;
  readonly #longestMs: number;
  readonly #taken = new Set<{ readonly until: number }>();

  constructor(most: number, longestMs: number) {
    this.#most = most;
    this.#longestMs = longestMs;
  }

  /** What gives the place back, or null when there is none. @param now milliseconds, of any clock */
  take(now: number): (() => void) | null {
    for (const place of this.#taken) if (place.until <= now) this.#taken.delete(place);
    if (this.#taken.size >= this.#most) return null;
    const place = { until: now + this.#longestMs };
    this.#taken.add(place);
    return () => void this.#taken.delete(place);
  }
}
