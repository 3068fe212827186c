type Planned = { readonly at: number; readonly order: number; readonly run: () => void };

/** True time, which nobody in the simulation can read, and what shall happen in it. */
export class Schedule {
  now = 0;
  #count = 0;
  /** A binary heap, the next one first. */
  readonly #heap: Planned[] = [];

  at(time: number, run: () => void): void {
    this.#count += 1;
    this.#rise({ at: Math.max(time, this.now), order: this.#count, run });
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  /** Runs the next thing before `end`; false when there is none. */
  next(end: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > end) return false;
    const last = this.#heap.pop();
    if (last !== undefined && last !== first) this.#sink(last);
    this.now = first.at;
    first.run();
    return true;
  }

  /** From the end of the heap up to where it belongs. */
  #rise(planned: Planned): void {
    const heap = this.#heap;
    let place = heap.length;
    for (; place > 0;) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, planned)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = planned;
  }

  /** From the top of the heap down to where it belongs. */
  #sink(planned: Planned): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const [left, right] = [heap[2 * place + 1], heap[2 * place + 2]];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const below = isRight ? right : left;
      if (isBefore(planned, below)) break;
      heap[place] = below;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = planned;
  }
}

/** What is planned for one moment happens in the order in which it was planned. */
function isBefore(one: Planned, other: Planned): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
