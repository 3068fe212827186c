import { emptyDurable } from "../../src/cluster/durable.ts";
import type { Change, ClusterEvent, Effect, Step } from "../../src/cluster/events.ts";
import { nextGeneration } from "../../src/cluster/lease/generation.ts";
import { assertInvariants } from "../../src/cluster/invariants.ts";
import type { AgentMessage } from "../../src/cluster/messages.ts";
import { restart } from "../../src/cluster/lease/start.ts";
import type { ClusterState, Durable } from "../../src/cluster/state.ts";
import { step } from "../../src/cluster/step.ts";
import { withRow } from "../../src/cluster/turn.ts";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { Faults } from "./faults.ts";
import type { Network, ObjectEnd } from "./network.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;
export type TimelessEvent = DistributiveOmit<ClusterEvent, "now">;

/**
 * What the platform promises of a Durable Object, and no more: writes are confirmed to one instance only, what is sent is
 * held until the writes before it are confirmed, memory is lost at any time, and an instance that has been succeeded may
 * live on for a while and answer what needs no write.
 */
export class Platform {
  durable: Durable = emptyDurable({ number: 0, nonce: "" });
  journal: JournalEntry[] = [];
  current: Instance | null = null;
  /** What goes with an instance that dies at a write, as a host does that has the same power. */
  atCrash: (() => void) | null = null;
  /** Told what is asked of the platform. */
  watch: {
    readonly persisted: (changes: readonly Change[]) => void;
    readonly wanted: (alarmAt: number | null) => void;
  } | null = null;
  /** Epoch milliseconds: far enough from 1970 that no clock is put back before it. */
  clockOffset = 1_000_000_000;
  readonly schedule: Schedule;
  readonly random: Random;
  readonly network: Network;
  readonly faults: Faults;

  constructor(schedule: Schedule, random: Random, network: Network, faults: Faults) {
    this.schedule = schedule;
    this.random = random;
    this.network = network;
    this.faults = faults;
  }

  start(): void {
    this.durable = { ...this.durable, generation: nextGeneration(this.durable.generation, this.random.text()) };
    this.current = new Instance(this);
    if (!this.current.alive) this.die(this.random.between(5, 300));
  }

  /** A new instance takes over. The one before goes on beside it for a while and does not know, and some of its connections are lost. */
  succeed(forMs: number, random: Random): void {
    const before = this.current;
    if (before === null) return;
    this.start();
    this.network.dropFromObject(({ object }) => object === before && random.chance(0.4));
    this.schedule.after(forMs, () => before.die());
  }

  die(downForMs: number): void {
    this.current?.die();
    this.current = null;
    this.schedule.after(downForMs, () => {
      if (this.current === null) this.start();
    });
  }

  /** The folder is put back as it was. The journal stays, so that the run can be told from it. */
  restore(backup: Durable): void {
    this.die(0);
    this.durable = backup;
  }

  write(changes: readonly Change[]): void {
    this.durable = applyChanges(this.durable, changes);
    for (const change of changes) if (change.table === "journal") this.journal.push(change.row);
  }
}

export class Instance implements ObjectEnd {
  state: ClusterState;
  alive = true;
  #alarm = 0;
  /** False while it is being built: then it is about to be the platform's current instance, and may write. */
  #started = false;
  readonly #platform: Platform;

  constructor(platform: Platform) {
    this.#platform = platform;
    const first = restart(platform.durable, platform.journal.length, this.#clock());
    this.state = first.state;
    this.#carryOut(first);
    this.#started = true;
  }

  accepts(): boolean {
    return this.alive;
  }

  received(socket: string, node: string, message: AgentMessage): void {
    if (message.type === "hello") {
      this.handle({ type: "hello", socket, node, nonce: this.#platform.random.text(), message });
    } else this.handle({ type: "renewal", socket, message });
  }

  closed(socket: string): void {
    this.handle({ type: "closed", socket });
  }

  handle(event: TimelessEvent): Step<ClusterState>["outcome"] | null {
    if (!this.alive) return null;
    const result = step(this.state, { ...event, now: this.#clock() } as ClusterEvent);
    assertInvariants(result.state);
    this.state = result.state;
    this.#carryOut(result);
    return result.outcome;
  }

  die(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#platform.network.dropFromObject(({ object }) => object === this);
  }

  #clock(): number {
    return this.#platform.schedule.now + this.#platform.clockOffset;
  }

  #carryOut({ effects }: Step<ClusterState>): void {
    const { faults, random } = this.#platform;
    for (const effect of effects) {
      if (!this.alive) return;
      if (effect.type === "persist") {
        if (this.#started && this.#platform.current !== this) return this.die();
        // Leases are written all the time; other writes are few, and matter more.
        const isSteady = effect.changes.every(({ table }) => table === "leases");
        const dies = faults.dieAtWrite * (isSteady ? 1 : 4);
        if (random.chance(dies)) return this.#crash();
        this.#platform.write(effect.changes);
        this.#platform.watch?.persisted(effect.changes);
        if (random.chance(dies)) return this.#crash();
      } else this.#tell(effect);
    }
  }

  #crash(): void {
    this.#platform.atCrash?.();
    if (this.#platform.current === this) this.#platform.die(this.#platform.random.between(5, 300));
    else this.die();
  }

  #tell(effect: Exclude<Effect, { type: "persist" }>): void {
    const { network, schedule, clockOffset } = this.#platform;
    if (effect.type === "send") network.toAgent(effect.socket, effect.message);
    else if (effect.type === "close")
      network.dropFromObject(({ socket, object }) => socket === effect.socket && object === this);
    else if (effect.type === "alarm") {
      this.#platform.watch?.wanted(effect.at);
      this.#alarm += 1;
      const mine = this.#alarm;
      if (effect.at === null) return;
      // Not a rounding error too early: it would be asked for again at the same moment, for ever.
      schedule.at(effect.at - clockOffset + 0.001, () => {
        if (this.#alarm === mine) this.handle({ type: "alarm" });
      });
    }
  }
}

function applyChanges(durable: Durable, changes: readonly Change[]): Durable {
  return changes.reduce(applied, durable);
}

function applied(durable: Durable, change: Change): Durable {
  switch (change.table) {
    case "journal":
      return durable;
    case "generation":
      return { ...durable, generation: change.row };
    case "cluster":
      return { ...durable, cluster: change.row };
    default:
      return {
        ...durable,
        [change.table]: withRow(durable[change.table] as ReadonlyMap<string, unknown>, change.key, change.row),
      };
  }
}
