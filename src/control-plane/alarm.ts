/** Who may want the alarm: each has a time of its own, and the earliest counts. */
export type AlarmSource = "brain" | "webhooks";

/** Of an object's storage, what an alarm needs. */
export type AlarmStorage = {
  readonly getAlarm: () => Promise<number | null>;
  readonly setAlarm: (at: number) => Promise<void>;
};

/** The platform takes no later time, epoch milliseconds; who wants a later one has it set anew then. */
const latestAt = Date.UTC(2189, 0, 1);

/**
 * The one alarm of an object. Setting it is a row written, so it is set only when it has to come earlier than it is set
 * already: coming too early does no harm, and what is wanted then is set anew.
 */
export class Alarm {
  readonly #storage: AlarmStorage;
  #setFor: number | null = null;
  readonly #wanted = new Map<AlarmSource, number>();

  constructor(storage: AlarmStorage) {
    this.#storage = storage;
  }

  /** What an earlier instance has left. */
  async load(): Promise<void> {
    this.#setFor = await this.#storage.getAlarm();
  }

  /** @param at epoch milliseconds, or null for none */
  want(source: AlarmSource, at: number | null): void {
    if (at === null) this.#wanted.delete(source);
    else this.#wanted.set(source, at);
    this.#set();
  }

  /** It has gone off. What was due by now is not wanted any more. */
  wentOff(now: number): void {
    this.#setFor = null;
    for (const [source, at] of this.#wanted) if (at <= now) this.#wanted.delete(source);
  }

  /** To be called when all that was due has been done. */
  setAnew(): void {
    this.#set();
  }

  #set(): void {
    if (this.#wanted.size === 0) return;
    const earliest = Math.min(...this.#wanted.values(), latestAt);
    if (this.#setFor !== null && this.#setFor <= earliest) return;
    this.#setFor = earliest;
    // Not awaited: it commits with what else is written in this turn, and the output gate waits for both.
    void this.#storage.setAlarm(earliest);
  }
}
