/** Timers of Node fire at once when they are set for more than 2³¹ ms; a long deadline is counted in pieces. */
const maxTimerMs = 60_000;

/**
 * The deadline of one ownership, counted on the host's monotonic clock. It blows once and for good: a renewal that
 * arrives when the deadline has passed, even by a late timer's width, changes nothing.
 */
export class Fuse {
  readonly #now: () => number;
  readonly #onBlown: () => void;
  #deadlineAt: number;
  #isBlown = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(deadlineAt: number, now: () => number, onBlown: () => void) {
    this.#deadlineAt = deadlineAt;
    this.#now = now;
    this.#onBlown = onBlown;
    this.#arm();
  }

  /** Whether the ownership may be acted upon at this moment. Asking blows a fuse that is due: timers may be late. */
  holds(): boolean {
    if (!this.#isBlown && this.#now() >= this.#deadlineAt) this.#blow();
    return !this.#isBlown;
  }

  /** The deadline, in milliseconds of the clock. */
  get deadlineAt(): number {
    return this.#deadlineAt;
  }

  /** Replaces the deadline, also by an earlier one: the newest grant counts, not the longest. */
  replace(deadlineAt: number): void {
    if (!this.holds()) return;
    this.#deadlineAt = deadlineAt;
    if (this.holds()) this.#arm();
  }

  /** The ownership ends in another way: the fuse is taken out and will not blow. */
  remove(): void {
    clearTimeout(this.#timer);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const leftMs = Math.max(0, Math.ceil(this.#deadlineAt - this.#now()));
    this.#timer = setTimeout(() => this.holds() && this.#arm(), Math.min(leftMs, maxTimerMs));
  }

  #blow(): void {
    this.#isBlown = true;
    clearTimeout(this.#timer);
    this.#onBlown();
  }
}
