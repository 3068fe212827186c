import { expect } from "vitest";
import type { Answer, AssignedGroup, Hello, ObjectMessage, Renewal, Welcome } from "../../src/cluster/messages.ts";
import { decodeObjectMessage } from "../../src/protocol/session.ts";
import { sessionProtocol, sessionSubprotocol } from "../../src/protocol/session-version.ts";
import { ask, tokenOf } from "./support.ts";

/** A client's end of a WebSocket, with what came in kept in order. */
export class Line {
  readonly frames: string[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly #socket: WebSocket;
  #waiting: (() => void) | null = null;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.frames.push(String(data));
      this.#wake();
    });
    socket.addEventListener("close", ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    });
    socket.accept();
  }

  send(frame: string | ArrayBuffer): void {
    this.#socket.send(frame);
  }

  close(): void {
    this.#socket.close(1000, "done");
  }

  /** The next frame; null once the line is closed. Fails after two seconds. */
  async next(): Promise<string | null> {
    await this.#until(() => this.frames.length > 0 || this.closed !== null);
    return this.frames.shift() ?? null;
  }

  async end(): Promise<{ code: number; reason: string }> {
    await this.#until(() => this.closed !== null);
    return this.closed ?? { code: 0, reason: "" };
  }

  async #until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 2_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error("nothing came within two seconds");
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  #wake(): void {
    this.#waiting?.();
  }
}

export async function openLine(path: string, token: string, headers: Record<string, string> = {}): Promise<Line> {
  const response = await ask("GET", path, { token, headers: { Upgrade: "websocket", ...headers } });
  expect(response.status, response.status === 101 ? "" : await response.text()).toBe(101);
  if (response.webSocket === null) throw new Error("there is no socket");
  return new Line(response.webSocket);
}

/**
 * An agent that speaks the frames and has nothing behind them: it says what a test wants said. Left alone it obeys: it
 * confirms what it received, and reports as online what it was assigned.
 */
export class FakeAgent {
  readonly line: Line;
  readonly incarnation: string;
  groups: readonly AssignedGroup[] = [];
  #renewals = 0;
  #lastAnswer = 0;
  #last: Welcome | Answer | null = null;

  private constructor(line: Line, incarnation: string) {
    this.line = line;
    this.incarnation = incarnation;
  }

  static async connect(cluster: string, node: string, token: string, incarnation: string): Promise<FakeAgent> {
    const headers = { "Sec-WebSocket-Protocol": sessionSubprotocol(sessionProtocol) };
    return new FakeAgent(await openLine(`/clusters/${cluster}/nodes/${node}/session`, token, headers), incarnation);
  }

  /** Connects, says hello and is welcome. */
  static async join(cluster: string, node: string, token: string, incarnation: string): Promise<FakeAgent> {
    const agent = await FakeAgent.connect(cluster, node, token, incarnation);
    await agent.hello();
    return agent;
  }

  async hello(change: Partial<Hello> = {}): Promise<Welcome> {
    const hello: Hello = {
      type: "hello",
      protocol: 1,
      incarnation: this.incarnation,
      connection: 1,
      seen: { generation: null, revision: null, epochs: {} },
      released: [],
      holding: [],
      machine: null,
      peer: null,
      told: { associations: 0, notices: 0 },
      ...change,
    };
    this.line.send(JSON.stringify(hello));
    const message = await this.hear("welcome");
    if (message.type !== "welcome") throw new Error("unreachable");
    return message;
  }

  sendRenewal(change: Partial<Renewal> = {}): void {
    this.#renewals++;
    const last = this.#last;
    const assignment = last?.assignment ?? null;
    const renewal: Renewal = {
      type: "renewal",
      n: this.#renewals,
      lastAnswer: this.#lastAnswer,
      ttlHeldMs: 0,
      generation: last?.generation.number ?? 0,
      revision: assignment?.revision ?? null,
      generationAgeMs: 120_000,
      intact: this.groups.map(({ group, epoch }) => ({ group, epoch })),
      released: [],
      claims: [],
      agreeing: [],
      leaving: false,
      report: {
        revision: assignment?.revision ?? null,
        holds: this.groups.map(({ group, epoch, resources }) => ({
          group,
          epoch,
          resources: Object.fromEntries(
            Object.entries(resources).map(([name, { attempt, wanted }]) => [name, { state: wanted, attempt }]),
          ),
        })),
        associations: [],
        notices: [],
      },
      ...change,
    };
    this.line.send(JSON.stringify(renewal));
  }

  async renew(change: Partial<Renewal> = {}): Promise<Answer> {
    this.sendRenewal(change);
    const message = await this.hear("answer");
    if (message.type !== "answer") throw new Error("unreachable");
    return message;
  }

  /** Reads on until a message of this type has come; what comes between is taken in as well. */
  async hear(type: ObjectMessage["type"]): Promise<ObjectMessage> {
    for (;;) {
      const frame = await this.line.next();
      if (frame === null) throw new Error(`the session was closed: ${JSON.stringify(this.line.closed)}`);
      const decoded = decodeObjectMessage(frame);
      if (!decoded.ok) throw new Error(`the object said what is no message: ${decoded.code}`);
      this.#take(decoded.message);
      if (decoded.message.type === type) return decoded.message;
    }
  }

  #take(message: ObjectMessage): void {
    if (message.type === "answer") this.#lastAnswer = message.n;
    if (message.assignment !== null) this.groups = message.assignment.groups;
    if (message.type !== "assignment") this.#last = message;
  }
}

/** NODE1 owns Exchange and has it online, NODE2 stands by. */
export async function joinBoth(cluster: string): Promise<{ owner: FakeAgent; standby: FakeAgent }> {
  const join = async (node: string) =>
    FakeAgent.join(cluster, node, await tokenOf(cluster, { role: "node", node }), `run-of-${node}`);
  const owner = await join("NODE1");
  const standby = await join("NODE2");
  for (let i = 0; i < 4; i++) {
    await owner.renew();
    await standby.renew();
  }
  expect(owner.groups.map(({ group }) => group)).toEqual(["Exchange"]);
  return { owner, standby };
}
