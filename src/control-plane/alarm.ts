/**
 * The one alarm of an object. Setting it is a row written, so it is set only when it has to come earlier than it is set
 * already: coming too early does no harm, and what is wanted then is set anew.
 */
export class Alarm {
  readonly #storage: DurableObjectStorage;
  #setFor: number | null = null;
  #wanted: number | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** What an earlier instance has left. */
  async load(): Promise<void> {
    this.#setFor = await this.#storage.getAlarm();
  }

  /** @param at epoch milliseconds, or null for none */
  want(at: number | null): void {
    this.#wanted = at;
    this.#set();
  }

  /** It has gone off. What was due by now is not wanted any more. */
  wentOff(now: number): void {
    this.#setFor = null;
    if (this.#wanted !== null && this.#wanted <= now) this.#wanted = null;
  }

  /** To be called when all that was due has been done. */
  setAnew(): void {
    this.#set();
  }

  #set(): void {
    if (this.#wanted === null || (this.#setFor !== null && this.#setFor <= this.#wanted)) return;
    this.#setFor = this.#wanted;
    // Not awaited: it commits with what else is written in this turn, and the output gate waits for both.
    void this.#storage.setAlarm(this.#wanted);
  }
}
