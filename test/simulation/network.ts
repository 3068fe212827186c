import type { AgentMessage, ObjectMessage } from "../../src/cluster/messages.ts";
import type { Faults } from "./faults.ts";
import type { Random } from "./random.ts";
import type { Schedule } from "./schedule.ts";

/** One end of the network: an agent's process. */
export type AgentEnd = {
  /** As which it comes, and from which host: two of them may come as one node. */
  readonly node: string;
  readonly host: string;
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
  readonly number: number;
  readonly agent: AgentEnd;
  readonly object: ObjectEnd;
  /** Nothing is taken any more at its other end; what was sent from there before arrives all the same. */
  isClosed: boolean;
};

export type Way = "to-agent" | "to-object";
export const bothWays: readonly Way[] = ["to-agent", "to-object"];

/**
 * Connections between agents and instances of the object. Messages are delayed; under faults they are also lost, doubled
 * and reordered, which is more than TCP would do.
 */
export class Network {
  readonly #lines = new Map<string, Line>();
  #sockets = 0;
  /** Told what is sent. */
  watch: ((way: Way, message: AgentMessage | ObjectMessage) => void) | null = null;
  /** Hosts that nothing gets to, and hosts that nothing comes from. */
  readonly #cut = { "to-agent": new Set<string>(), "to-object": new Set<string>() };
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #faults: Faults;

  constructor(schedule: Schedule, random: Random, faults: Faults) {
    this.#schedule = schedule;
    this.#random = random;
    this.#faults = faults;
  }

  cutOff(host: string, ways: readonly Way[] = bothWays): void {
    for (const way of ways) this.#cut[way].add(host);
  }

  mend(host: string, ways: readonly Way[] = bothWays): void {
    for (const way of ways) this.#cut[way].delete(host);
  }

  connect(number: number, timeoutMs: number, agent: AgentEnd, object: ObjectEnd | null): void {
    this.#schedule.after(this.#delay(), () => {
      if (object === null || !object.accepts()) return agent.closed(number);
      if (bothWays.some((way) => this.#isCut(agent, way))) {
        return this.#schedule.after(timeoutMs, () => agent.closed(number));
      }
      this.#sockets += 1;
      const socket = `s${this.#sockets}`;
      this.#lines.set(socket, { socket, number, agent, object, isClosed: false });
      agent.opened(number);
    });
  }

  toObject(agent: AgentEnd, number: number, message: AgentMessage): void {
    const line = this.#lineOf(agent, number);
    if (line !== null) {
      this.watch?.("to-object", message);
      this.#carry(line, "to-object", () => {
        if (!line.isClosed) line.object.received(line.socket, agent.node, message);
      });
    }
  }

  toAgent(socket: string, message: ObjectMessage): void {
    const line = this.#lines.get(socket);
    if (line === undefined) return;
    this.watch?.("to-agent", message);
    this.#carry(line, "to-agent", () => line.agent.received(line.number, message));
  }

  /** The agent's side, or its host, is gone; the object hears of it unless the end is silent. */
  dropFromHost(host: string, silent: boolean): void {
    for (const line of this.#lines.values()) {
      if (line.agent.host === host) this.#drop(line, { object: !silent, agent: false });
    }
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
    if (tell.agent) line.isClosed = true;
    if (tell.object && !this.#isCut(line.agent, "to-object")) {
      this.#schedule.after(this.#delay(), () => line.object.closed(line.socket));
    }
    if (tell.agent && !this.#isCut(line.agent, "to-agent")) {
      this.#schedule.after(this.#delay(), () => line.agent.closed(line.number));
    }
  }

  #carry(line: Line, way: Way, deliver: () => void): void {
    const copies = this.#random.chance(this.#faults.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.#random.chance(this.#faults.loss) || this.#isCut(line.agent, way)) continue;
      // What is on its way when its host is cut off, or when who has sent it dies, arrives all the same.
      this.#schedule.after(this.#delay(), deliver);
    }
  }

  #isCut({ host }: AgentEnd, way: Way): boolean {
    return this.#cut[way].has(host);
  }

  #delay(): number {
    const usual = this.#random.between(0.2, this.#faults.usualMs);
    return this.#random.chance(this.#faults.slow) ? usual + this.#random.between(0, this.#faults.slowMs) : usual;
  }

  #lineOf(agent: AgentEnd, number: number): Line | null {
    for (const line of this.#lines.values()) if (line.agent === agent && line.number === number) return line;
    return null;
  }
}
