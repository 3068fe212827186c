import { oneAtATime } from "./one-at-a-time.ts";

const messageEnding = ".p1";
/** A watch tells at once; what it does not tell of is found when the folder is looked at, as often as this, in milliseconds. */
export const lookedEveryMs = 1_000;
/** A look at a folder of very many messages takes its time: it takes a twentieth of all time at most. */
const lookShare = 20;

export type MessageListOptions = {
  /** The names of all files in the folder. */
  readonly read: () => Promise<readonly string[]>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

/**
 * The names of the messages in a folder, in their order. The folder is read now and then, and not for each message: where tens of thousands
 * wait, that would be most of the work.
 */
export class MessageList {
  readonly #options: MessageListOptions;
  readonly #inTurn = oneAtATime();
  #listed: string[] = [];
  /** What is before it is gone: to take the first out of a long array costs as much as its length. */
  #first = 0;
  #known = new Set<string>();
  /** What was told while the folder is read may not be among what is found; null: it is not being read. */
  #toldMeanwhile: string[] | null = null;
  #nextLookAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: MessageListOptions) {
    this.#options = options;
  }

  /** As they are known, in order; one may be gone when it is opened. */
  *listed(): Generator<string, void> {
    for (let at = this.#first; at < this.#listed.length; at += 1) yield this.#listed[at] ?? "";
  }

  /** All that were listed since the folder was read, also what is gone since. */
  get known(): ReadonlySet<string> {
    return this.#known;
  }

  /** Reads the folder again if it is time to. True: it was read. Rejects as `read` does. */
  refresh(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#options.now() < this.#nextLookAtMs) return false;
      await this.#read();
      return true;
    });
  }

  /** Reads the folder again. Rejects as `read` does. */
  reread(): Promise<void> {
    return this.#inTurn(() => this.#read());
  }

  async #read(): Promise<void> {
    const beganAtMs = this.#options.now();
    const told: string[] = [];
    this.#toldMeanwhile = told;
    this.#nextLookAtMs = Number.NEGATIVE_INFINITY;
    try {
      this.#listed = (await this.#options.read()).filter(isMessage).toSorted();
      this.#first = 0;
    } finally {
      this.#toldMeanwhile = null;
    }
    this.#known = new Set(this.#listed);
    for (const name of told) this.#insert(name);
    const endedAtMs = this.#options.now();
    this.#nextLookAtMs = endedAtMs + Math.max(lookedEveryMs, (endedAtMs - beganAtMs) * lookShare);
  }

  /**
   * Something in the folder has changed: a file of this name; null: nobody knows which. True: there may be a message that was not there.
   * Whoever transfers messages removes files himself, and that brings none.
   */
  told(name: string | null): boolean {
    if (name === null) {
      this.#nextLookAtMs = Number.NEGATIVE_INFINITY;
      return true;
    }
    if (!isMessage(name) || this.#known.has(name)) return false;
    this.#toldMeanwhile?.push(name);
    this.#insert(name);
    return true;
  }

  /** It is gone. */
  forget(name: string): void {
    const at = this.#placeOf(name);
    if (this.#listed[at] !== name) return;
    if (at === this.#first) this.#first += 1;
    else this.#listed.splice(at, 1);
  }

  #insert(name: string): void {
    if (this.#known.has(name)) return;
    this.#known.add(name);
    this.#listed.splice(this.#placeOf(name), 0, name);
  }

  /** Where it is, or would be. */
  #placeOf(name: string): number {
    let [low, high] = [this.#first, this.#listed.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#listed[middle] ?? "") < name) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** By the name of its file. */
export function isMessage(name: string): boolean {
  return name.endsWith(messageEnding) && !name.startsWith(".");
}
