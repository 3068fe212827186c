import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterDefinition } from "../../src/cluster/definition/definition.ts";
import type { LeaseTerms } from "../../src/cluster/lease/lease.ts";
import type { AgentMessage } from "../../src/cluster/messages.ts";
import { decodeAgentMessage, encode } from "../../src/protocol/session.ts";
import { Cluster } from "../cluster/driver.ts";

/**
 * What went over the sessions of two agents of an earlier version with a control plane of theirs, as it was recorded between real
 * processes. (The machine's id is another one.) `at`: milliseconds from the first connection on.
 */
export type RecordedLine = {
  readonly at: number;
  readonly connection: number;
  readonly node: string;
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly object?: Readonly<Record<string, unknown>>;
  readonly closed?: true;
  /** An operator has given the cluster this lease. */
  readonly defined?: LeaseTerms;
};

export function recorded(name: string): readonly RecordedLine[] {
  const text = readFileSync(join(import.meta.dirname, "recorded", `${name}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RecordedLine);
}

/** Plays to the present control plane what agents of version 1 said then, each at its time. */
export class Replay {
  readonly cluster: Cluster;
  readonly #definition: ClusterDefinition;
  readonly #began: number;

  constructor(definition: ClusterDefinition) {
    this.#definition = definition;
    this.cluster = new Cluster(definition);
    this.#began = this.cluster.now;
  }

  play({ at, connection, node, agent, closed, defined }: RecordedLine): void {
    this.#passUntil(this.#began + at);
    const socket = socketOf(connection);
    if (defined !== undefined) this.cluster.define({ ...this.#definition, lease: defined });
    if (closed) this.cluster.event({ type: "closed", socket });
    if (agent !== undefined) this.say(node, connection, agent);
  }

  say(node: string, connection: number, frame: object): void {
    const socket = socketOf(connection);
    if (!this.cluster.inboxes.has(socket)) this.cluster.inboxes.set(socket, []);
    const message = this.#read(frame);
    if (message.type === "renewal") this.cluster.event({ type: "renewal", socket, message });
    else this.cluster.event({ type: "hello", socket, node, nonce: `of ${socket}`, message });
  }

  /** What the object has said on a connection, as it stands in the frames. */
  said(connection: number): readonly Readonly<Record<string, unknown>>[] {
    return (this.cluster.inboxes.get(socketOf(connection)) ?? []).map((message) => JSON.parse(encode(message)));
  }

  /** The name of a generation is another one in each life of an object; the agents say this one's. */
  #read(frame: object): AgentMessage {
    const { nonce } = this.cluster.state.durable.generation;
    const decoded = decodeAgentMessage(JSON.stringify(frame).replaceAll(/"nonce":"[^"]*"/g, `"nonce":"${nonce}"`), 1);
    if (!decoded.ok) throw new Error(`a frame of version 1 is ${decoded.code}`);
    return decoded.message;
  }

  #passUntil(moment: number): void {
    while (this.cluster.alarmAt != null && this.cluster.alarmAt <= moment) this.cluster.alarm();
    this.cluster.now = Math.max(this.cluster.now, moment);
  }
}

function socketOf(connection: number): string {
  return `connection ${connection}`;
}
