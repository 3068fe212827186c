/** So many different messages have to be put off, and none taken meanwhile, before it is the partner's doing and not theirs. */
const enough = 4;
/** How long nothing is tried then, and how long at most, in milliseconds. Each message that is put off after it doubles it. */
const firstPauseMs = 1_000;
const longestPauseMs = 120_000;

/**
 * A partner that takes nothing, because its disk is full, is left alone for a while: each message waits by itself only after it has failed, and
 * thousands of them would be thousands of tries. After the pause one message is the probe, and what becomes of it decides.
 */
export class PartnerPause {
  readonly #putOff = new Set<string>();
  #pauseMs = 0;
  #untilMs = Number.NEGATIVE_INFINITY;
  /** The message that is tried after a pause; null: none is, now. */
  #probe: string | null = null;

  /** Nothing is to be tried now. */
  holds(nowMs: number): boolean {
    return this.#pauseMs > 0 && (this.#probe !== null || nowMs < this.#untilMs);
  }

  /** A message is tried. */
  tries(name: string): void {
    if (this.#pauseMs > 0) this.#probe = name;
  }

  /** The partner cannot take this one now. */
  putOff(name: string, nowMs: number): void {
    if (this.#putOff.size < enough) this.#putOff.add(name);
    if (this.#putOff.size < enough) return;
    // What was under way as the pause began says nothing more.
    if (this.#pauseMs > 0 && this.#probe !== name) return;
    this.#pauseMs = Math.min(Math.max(firstPauseMs, this.#pauseMs * 2), longestPauseMs);
    this.#untilMs = nowMs + this.#pauseMs;
  }

  /** Nothing more is done with this one for now. */
  letGo(name: string): void {
    if (this.#probe === name) this.#probe = null;
  }

  /** The partner takes messages. */
  taken(): void {
    this.#putOff.clear();
    this.#pauseMs = 0;
    this.#probe = null;
  }
}
