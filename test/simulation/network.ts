import type { AgentMessage, ObjectMessage } from "../../src/cluster/messages.ts";
import type { Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** One end of the network: an agent's process. */
export type AgentEnd = {
  opened(connection: number): void;
  closed(connection: number): void;
  received(connection: number, message: ObjectMessage): void;
};

/** The other end: one instance of the object. */
export type ObjectEnd = {
  accepts(): boolean;
  received(socket: string, node: string, message: AgentMessage): void;
  closed(socket: string): void;
};

type Line = {
  readonly socket: string;
  readonly node: string;
  readonly number: number;
  readonly agent: AgentEnd;
  readonly object: ObjectEnd;
  cut: boolean;
};

/**
 * Connections between agents and instances of the object. Messages are delayed; under faults they are also lost, doubled
 * and reordered, which is more than TCP would do.
 */
export class Network {
  readonly #lines = new Map<string, Line>();
  #sockets = 0;
  /** Nodes that nothing gets to or from. */
  readonly cutOff = new Set<string>();
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #faults: Faults;

  constructor(schedule: Schedule, random: Random, faults: Faults) {
    this.#schedule = schedule;
    this.#random = random;
    this.#faults = faults;
  }

  connect(node: string, number: number, timeoutMs: number, agent: AgentEnd, object: ObjectEnd | null): void {
    this.#schedule.after(this.#delay(), () => {
      if (object === null || !object.accepts()) return agent.closed(number);
      if (this.cutOff.has(node)) return this.#schedule.after(timeoutMs, () => agent.closed(number));
      this.#sockets += 1;
      const socket = `s${this.#sockets}`;
      this.#lines.set(socket, { socket, node, number, agent, object, cut: false });
      agent.opened(number);
    });
  }

  toObject(agent: AgentEnd, number: number, message: AgentMessage): void {
    const line = this.#lineOf(agent, number);
    if (line !== null) this.#carry(line, () => line.object.received(line.socket, line.node, message));
  }

  toAgent(socket: string, message: ObjectMessage): void {
    const line = this.#lines.get(socket);
    if (line !== undefined) this.#carry(line, () => line.agent.received(line.number, message));
  }

  /** The agent's side, or its host, is gone; the object hears of it unless the end is silent. */
  dropFromAgent(node: string, silent: boolean): void {
    for (const line of this.#lines.values())
      if (line.node === node) this.#drop(line, { object: !silent, agent: false });
  }

  dropConnection(agent: AgentEnd, number: number): void {
    const line = this.#lineOf(agent, number);
    if (line !== null) this.#drop(line, { object: true, agent: false });
  }

  /** The object's side closes one connection, or all of an instance's. */
  dropFromObject(which: (line: { socket: string; object: ObjectEnd }) => boolean): void {
    for (const line of this.#lines.values()) if (which(line)) this.#drop(line, { object: false, agent: true });
  }

  #drop(line: Line, tell: { object: boolean; agent: boolean }): void {
    this.#lines.delete(line.socket);
    line.cut = true;
    if (this.cutOff.has(line.node)) return;
    if (tell.object) this.#schedule.after(this.#delay(), () => line.object.closed(line.socket));
    if (tell.agent) this.#schedule.after(this.#delay(), () => line.agent.closed(line.number));
  }

  #carry(line: Line, deliver: () => void): void {
    const copies = this.#random.chance(this.#faults.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#random.chance(this.#faults.loss) || this.cutOff.has(line.node)) continue;
      this.#schedule.after(this.#delay(), () => {
        if (!line.cut && !this.cutOff.has(line.node)) deliver();
      });
    }
  }

  #delay(): number {
    const usual = this.#random.between(0.2, 5);
    return this.#random.chance(this.#faults.slow) ? usual + this.#random.between(0, this.#faults.slowMs) : usual;
  }

  #lineOf(agent: AgentEnd, number: number): Line | null {
    for (const line of this.#lines.values()) if (line.agent === agent && line.number === number) return line;
    return null;
  }
}
