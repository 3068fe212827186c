export type Rate = {
  /** How many at once. */
  readonly burst: number;
  /** How many a second from then on. */
  readonly perSecond: number;
};

/** `level`: how many more at once, when it was last asked. */
type Bucket = { readonly level: number; readonly at: number };

/** Buckets that are remembered. Beyond, the one that was not asked for longest is forgotten: it has filled up most. */
export const bucketsKept = 512;

/** So many at once and so many a second, for each who asks. In memory: a new instance begins with full buckets. */
export class TokenBuckets {
  readonly #rate: Rate;
  /** In the order in which they were last asked. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate) {
    this.#rate = rate;
  }

  get count(): number {
    return this.#buckets.size;
  }

  /**
   * 0: now. Otherwise so many milliseconds later, and nothing was taken.
   * @param now milliseconds, of any clock; one that is set back fills no bucket, and empties none
   */
  take(who: string, now: number): number {
    const level = this.#levelOf(who, now);
    const taken = level >= 1;
    this.#buckets.delete(who);
    this.#buckets.set(who, { level: taken ? level - 1 : level, at: now });
    const [longest] = this.#buckets.keys();
    if (this.#buckets.size > bucketsKept && longest !== undefined) this.#buckets.delete(longest);
    return taken ? 0 : Math.ceil(((1 - level) * 1_000) / this.#rate.perSecond);
  }

  #levelOf(who: string, now: number): number {
    const { burst, perSecond } = this.#rate;
    const bucket = this.#buckets.get(who);
    if (bucket === undefined) return burst;
    return Math.min(burst, bucket.level + (Math.max(0, now - bucket.at) * perSecond) / 1_000);
  }
}
