/** True time, which nobody in the simulation can read, and what shall happen in it. */
export class Schedule {
  now = 0;
  #count = 0;
  readonly #heap: { at: number; order: number; run: () => void }[] = [];

  at(time: number, run: () => void): void {
    this.#count += 1;
    this.#heap.push({ at: Math.max(time, this.now), order: this.#count, run });
    this.#up(this.#heap.length - 1);
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  /** Runs the next thing before `end`; false when there is none. */
  next(end: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > end) return false;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    this.now = first.at;
    first.run();
    return true;
  }

  #before(a: number, b: number): boolean {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined) return false;
    return left.at < right.at || (left.at === right.at && left.order < right.order);
  }

  #swap(a: number, b: number): void {
    const [left, right] = [this.#heap[a], this.#heap[b]];
    if (left === undefined || right === undefined) return;
    this.#heap[a] = right;
    this.#heap[b] = left;
  }

  #up(start: number): void {
    for (let child = start; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  #down(start: number): void {
    for (let parent = start; ;) {
      const left = 2 * parent + 1;
      const smaller = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(smaller, parent)) return;
      this.#swap(smaller, parent);
      parent = smaller;
    }
  }
}
