import type { PeerMessage } from "../../src/cluster/peer-messages.ts";
import type { Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** Who hears what comes for a key. */
export type PeerEnd = { readonly host: string; told(from: string, message: PeerMessage): void };

/** What agents say to each other: each is late, lost, doubled or overtaken by itself, for there is no connection. */
export class Datagrams {
  readonly #ends = new Map<string, PeerEnd>();
  /** Hosts that nothing gets to, and nothing comes from. */
  readonly #cut = new Set<string>();
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #faults: Faults;

  constructor(schedule: Schedule, random: Random, faults: Faults) {
    this.#schedule = schedule;
    this.#random = random;
    this.#faults = faults;
  }

  listen(key: string, end: PeerEnd): void {
    this.#ends.set(key, end);
  }

  cutOff(host: string): void {
    this.#cut.add(host);
  }

  mend(host: string): void {
    this.#cut.delete(host);
  }

  tell(from: { readonly key: string; readonly host: string }, to: string, message: PeerMessage): void {
    const end = this.#ends.get(to);
    if (end === undefined) return;
    const copies = this.#random.chance(this.#faults.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#random.chance(this.#faults.loss) || this.#cut.has(from.host)) continue;
      this.#schedule.after(this.#delay(), () => {
        if (!this.#cut.has(end.host)) end.told(from.key, message);
      });
    }
  }

  #delay(): number {
    const usual = this.#random.between(0.1, 3);
    return this.#random.chance(this.#faults.slow) ? usual + this.#random.between(0, this.#faults.slowMs) : usual;
  }
}
