import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import type { AgentMessage, AssignedGroup, HoldRef, ObjectMessage, Renewal } from "../../src/cluster/messages.ts";
import { decodeObjectMessage, encode } from "../../src/protocol/session.ts";
import { sessionProtocol, sessionSubprotocol } from "../../src/protocol/session-version.ts";

export type PlainAgentOptions = {
  readonly cluster: string;
  readonly node: string;
  readonly token: string;
  readonly renewMs: number;
  /** Where the control plane is now. */
  readonly url: () => string;
  /** Each message that came, before it is obeyed. */
  readonly heard: (message: ObjectMessage) => void;
};

/**
 * An agent that obeys at once and has nothing behind it: what it is assigned is online, and what it shall give up is released.
 * It connects again for as long as it is not stopped. It has no fuse: what it is granted is the test's to count.
 */
export class PlainAgent {
  readonly #options: PlainAgentOptions;
  readonly #incarnation: string;
  #stopped = false;
  #socket: WebSocket | null = null;
  #connections = 0;
  #renewals = 0;
  readonly #released = new Map<string, HoldRef>();
  #groups: readonly AssignedGroup[] = [];

  constructor(options: PlainAgentOptions) {
    this.#options = options;
    this.#incarnation = `${options.node}-${crypto.randomUUID()}`;
    void this.#live();
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }

  async #live(): Promise<void> {
    while (!this.#stopped) {
      await this.#connection();
      await delay(30);
    }
  }

  #connection(): Promise<void> {
    const { cluster, node, token, url, renewMs } = this.#options;
    const at = `${url().replace("http", "ws")}/v1/clusters/${cluster}/nodes/${node}/session`;
    const socket = new WebSocket(at, [sessionSubprotocol(sessionProtocol)], {
      headers: { Authorization: `Bearer ${token}` },
      handshakeTimeout: 1_000,
    });
    this.#socket = socket;
    let last: Exclude<ObjectMessage, { type: "assignment" }> | null = null;
    let lastAnswer = 0;
    let greetedAt = 0;
    const say = (message: AgentMessage): void => {
      if (socket.readyState === WebSocket.OPEN) socket.send(encode(message));
    };
    const renew = (): void => {
      if (last === null) return;
      const { assignment } = this.#obey();
      const renewal: Renewal = {
        type: "renewal",
        n: ++this.#renewals,
        lastAnswer,
        ttlHeldMs: 0,
        generation: last.generation.number,
        revision: this.#revision,
        generationAgeMs: lastAnswer === 0 ? null : performance.now() - greetedAt,
        intact: assignment.map(({ group, epoch }) => ({ group, epoch })),
        released: [...this.#released.values()],
        claims: [],
        agreeing: [],
        leaving: false,
        report: { revision: this.#revision, holds: assignment.map(online), associations: [], notices: [] },
      };
      say(renewal);
    };
    const timer = setInterval(renew, renewMs);
    socket.on("open", () => {
      say({
        type: "hello",
        protocol: 1,
        incarnation: this.#incarnation,
        machine: null,
        peer: null,
        connection: ++this.#connections,
        seen: { generation: null, revision: null, epochs: {} },
        released: [...this.#released.values()],
        holding: [],
        told: { associations: 0, notices: 0 },
      });
    });
    socket.on("message", (frame: Buffer) => {
      const decoded = decodeObjectMessage(frame.toString("utf8"));
      if (!decoded.ok) throw new Error(`the object said what is no message: ${decoded.code}`);
      const { message } = decoded;
      this.#options.heard(message);
      if (message.type === "answer") {
        if (lastAnswer === 0) greetedAt = performance.now();
        lastAnswer = message.n;
      }
      if (message.assignment !== null) {
        this.#groups = message.assignment.groups;
        this.#revision = message.assignment.revision;
      }
      if (message.type !== "assignment") last = message;
      if (message.type !== "answer" || message.assignment !== null) renew();
    });
    return new Promise((settle) => {
      socket.on("error", () => {});
      socket.on("close", () => {
        clearInterval(timer);
        settle();
      });
    });
  }

  #revision: Renewal["revision"] = null;

  /** What is to go is released, and is said to be so until it is not assigned any more. */
  #obey(): { readonly assignment: readonly AssignedGroup[] } {
    const key = ({ group, epoch }: HoldRef): string => `${group}#${epoch}`;
    const assigned = new Set(this.#groups.map(key));
    for (const known of this.#released.keys()) if (!assigned.has(known)) this.#released.delete(known);
    for (const { group, epoch, wanted } of this.#groups) {
      if (wanted === "Offline") this.#released.set(key({ group, epoch }), { group, epoch });
    }
    return { assignment: this.#groups.filter((group) => !this.#released.has(key(group))) };
  }
}

function online({ group, epoch, resources }: AssignedGroup) {
  return {
    group,
    epoch,
    resources: Object.fromEntries(
      Object.entries(resources).map(([name, { attempt, wanted }]) => [name, { state: wanted, attempt }]),
    ),
  };
}
