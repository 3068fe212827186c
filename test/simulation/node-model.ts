import type { LocalGrounds } from "../../src/agent/local-verdict.ts";
import { nothingSeen } from "../../src/agent/seen.ts";
import type { HoldRef, Seen } from "../../src/cluster/messages.ts";
import { AgentProcess } from "./agent-process.ts";
import type { Datagrams } from "./datagrams.ts";
import type { Faults } from "./faults.ts";
import type { Network } from "./network.ts";
import type { Platform } from "./platform.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** An address that this host speaks from: its fence ends it at `deadline` of the host's monotonic clock, whoever lives. */
export type Speech = HoldRef & {
  readonly node: string;
  readonly host: string;
  /** The run of the agent that has brought it there. */
  readonly run: string;
  readonly address: string;
  deadline: number;
};

/** What judges a host. All of them throw what they find. */
export type Judge = {
  /** It speaks from an address from now on, or for longer. */
  readonly spoken: (speech: Speech) => void;
  /** Its agent has sent word that all of these are offline for good, whether it arrives or not. */
  readonly released: (run: string, holds: readonly HoldRef[]) => void;
  /** Its agent has written down what it has seen. */
  readonly remembered: (node: NodeModel, seen: Seen) => void;
  /** Its agent has taken something in, and would answer a mailer from this. */
  readonly moved: (node: NodeModel, grounds: LocalGrounds) => void;
};

/**
 * One host: its disk, its clock, the addresses on it, and at most one agent process. The addresses belong to the host:
 * they outlive a killed or frozen agent until their own deadline, as they would under a packet filter.
 */
export class NodeModel {
  /** As which its agent comes. A second host may come as the same node. */
  readonly name: string;
  readonly host: string;
  readonly speeches = new Map<string, Speech>();
  /** Grows with each change of them. */
  changes = 0;
  seen: Seen = nothingSeen;
  agent: AgentProcess | null = null;
  readonly rate: number;
  #offset: number;
  /** Since when, of true time; null: it runs. */
  #suspendedAt: number | null = null;
  /** Whether it is one of those on which something may not be taken away. */
  readonly isSticky: boolean;
  readonly world: {
    schedule: Schedule;
    random: Random;
    network: Network;
    datagrams: Datagrams;
    platform: Platform;
    faults: Faults;
    judge: Judge;
  };

  constructor(name: string, rate: number, offset: number, world: NodeModel["world"], host = name) {
    this.name = name;
    this.host = host;
    this.rate = rate;
    this.#offset = offset;
    this.world = world;
    this.isSticky = world.random.chance(0.5);
    world.datagrams.listen(this.key, { host, told: (from, message) => this.agent?.told(from, message) });
  }

  /** As which other agents know its agent: it is in a folder of the host. */
  get key(): string {
    return `key of ${this.host}`;
  }

  clock(): number {
    return this.world.schedule.now * this.rate + this.#offset;
  }

  atClock(time: number, run: () => void): void {
    // A microsecond late, as timers are: never early by a rounding.
    this.world.schedule.at((time - this.#offset) / this.rate + 0.001, run);
  }

  speaking(): Speech[] {
    const now = this.clock();
    return [...this.speeches.values()].filter(({ deadline }) => now < deadline);
  }

  /** An address is taken off the host: whoever has brought it there has it no more. */
  takeAway(address: string): void {
    for (const [id, speech] of this.speeches) if (speech.address === address) this.speeches.delete(id);
    this.changes += 1;
  }

  /** At most one agent of a host runs: they share a lock. */
  startAgent(): void {
    if (this.agent !== null || this.isSuspended) return;
    // What an earlier run left behind is swept before the new one joins (LEASE rule 20).
    this.speeches.clear();
    this.agent = new AgentProcess(this, this.world.random.text());
    this.agent.start();
  }

  /** Nothing of the host runs any more, and neither does its monotonic clock. */
  suspend(): void {
    if (this.isSuspended) return;
    this.#suspendedAt = this.world.schedule.now;
    this.agent?.freeze();
  }

  /** What ends an address has an absolute time as well (LEASE rule 15): by the clock that has lost time that is earlier. */
  wake(): void {
    if (this.#suspendedAt === null) return;
    const lostMs = (this.world.schedule.now - this.#suspendedAt) * this.rate;
    this.#suspendedAt = null;
    this.#offset -= lostMs;
    for (const speech of this.speeches.values()) speech.deadline -= lostMs;
    this.changes += 1;
    this.agent?.resume(lostMs);
  }

  get isSuspended(): boolean {
    return this.#suspendedAt !== null;
  }

  kill(silent: boolean): void {
    if (this.agent === null || this.isSuspended) return;
    this.agent.alive = false;
    this.agent = null;
    this.world.network.dropFromHost(this.host, silent);
  }
}
