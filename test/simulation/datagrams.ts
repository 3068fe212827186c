import type { PeerMessage } from "../../src/cluster/peer-messages.ts";
import type { Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** Who hears what comes for a key. */
export type PeerEnd = { readonly host: string; told(from: string, message: PeerMessage): void };

export type Direction = "to" | "from";
export const bothDirections: readonly Direction[] = ["to", "from"];

/** What agents say to each other: each is late, lost, doubled, overtaken or replayed by itself, for there is no connection. */
export class Datagrams {
  readonly #ends = new Map<string, PeerEnd>();
  /** Hosts that nothing gets to, and hosts that nothing comes from. */
  readonly #cut = { to: new Set<string>(), from: new Set<string>() };
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

  cutOff(host: string, directions: readonly Direction[] = bothDirections): void {
    for (const direction of directions) this.#cut[direction].add(host);
  }

  mend(host: string): void {
    for (const direction of bothDirections) this.#cut[direction].delete(host);
  }

  tell(from: { readonly key: string; readonly host: string }, to: string, message: PeerMessage): void {
    const end = this.#ends.get(to);
    if (end === undefined) return;
    this.#send(from, end, message, this.#delay());
    if (this.#random.chance(this.#faults.duplicate)) this.#send(from, end, message, this.#delay());
    // Whoever hears it on the wire may say it once more: a signature is as good as it was.
    const { again, againMs } = this.#faults;
    if (this.#random.chance(again)) this.#send(from, end, message, this.#random.between(0, againMs));
  }

  #send(
    from: { readonly key: string; readonly host: string },
    end: PeerEnd,
    message: PeerMessage,
    afterMs: number,
  ): void {
    if (this.#random.chance(Math.max(this.#faults.loss, this.#faults.untold)) || this.#cut.from.has(from.host)) return;
    this.#schedule.after(afterMs, () => {
      if (!this.#cut.to.has(end.host)) end.told(from.key, message);
    });
  }

  #delay(): number {
    const usual = this.#random.between(0.1, 3);
    if (this.#random.chance(this.#faults.late)) return usual + this.#random.between(0, this.#faults.lateMs);
    return this.#random.chance(this.#faults.slow) ? usual + this.#random.between(0, this.#faults.slowMs) : usual;
  }
}
