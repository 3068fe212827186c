import type { HostSays, Orders } from "../../../src/agent/orders.ts";
import { nothingSeen } from "../../../src/agent/seen.ts";
import { sessionStep, startSession } from "../../../src/agent/session.ts";
import type { SessionEffect, SessionEvent, SessionState } from "../../../src/agent/session-state.ts";
import type { Generation, Revision } from "../../../src/cluster/lease/generation.ts";
import { type LeaseTerms, leasePresets } from "../../../src/cluster/lease/lease.ts";
import {
  type AgentMessage,
  type Answer,
  type AssignedGroup,
  type AssignedResource,
  type Assignment,
  type Hello,
  holdId,
  type HoldRef,
  type ObjectMessage,
  type Renewal,
  type ReportedHold,
  type Seen,
  type Silence,
  type Standing,
  type VouchedFor,
} from "../../../src/cluster/messages.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;

/** What the object says to a renewal; null: nothing, as when it or the line is gone. */
export type Replies = (renewal: Renewal, agent: SessionDriver) => Answer | null;

/**
 * One agent's session machine with a clock that is a number, everything it wants done collected, and an object whose
 * answers the test chooses. The host does at once what it is ordered, until the test speaks for it (`manualHost`).
 */
export class SessionDriver {
  now: number;
  state: SessionState;
  readonly object: FakeObject;
  replies: Replies = () => null;
  manualHost = false;
  readonly effects: SessionEffect[] = [];
  #wakeAt = Number.POSITIVE_INFINITY;
  /** Messages that wait until the step that is under way is done. */
  readonly #waiting: Untimed<SessionEvent>[] = [];
  #busy = false;

  constructor({
    seen = nothingSeen,
    now = 1_000,
    lease = leasePresets.lan as LeaseTerms,
    peer = null as Hello["peer"],
  } = {}) {
    this.now = now;
    this.object = new FakeObject(lease);
    const { state, effects } = startSession({ incarnation: "run-1", machine: null, peer }, seen, now);
    this.state = state;
    this.#busy = true;
    this.#perform(effects);
    this.#drain();
  }

  event(event: Untimed<SessionEvent>): void {
    this.#waiting.push(event);
    if (!this.#busy) this.#drain();
  }

  wake(): void {
    this.event({ type: "wake" });
  }

  /** Time passes, and the machine is woken whenever it asked to be. */
  advance(ms: number): void {
    const end = this.now + ms;
    while (this.#wakeAt <= end && !this.exited) {
      this.now = Math.max(this.now, this.#wakeAt);
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.wake();
    }
    this.now = end;
  }

  advanceTo(time: number): void {
    this.advance(time - this.now);
  }

  /** Time passes, and the process does not run. */
  freeze(ms: number): void {
    this.now += ms;
  }

  // --- the line to the object ---

  get connection(): number {
    return this.state.connections;
  }

  open(connection = this.connection): void {
    this.event({ type: "opened", connection });
  }

  close(connection = this.connection): void {
    this.event({ type: "closed", connection });
  }

  receive(message: ObjectMessage, connection = this.connection): void {
    this.event({ type: "received", connection, message });
  }

  /** A connection, a welcome, and the groups that this run shall hold. */
  join(groups: readonly AssignedGroup[] = [], standing: Standing = { kind: "Up" }): this {
    this.open();
    this.receive(this.object.welcome(this.connection, groups, standing));
    return this;
  }

  assign(...groups: AssignedGroup[]): void {
    this.receive({
      type: "assignment",
      generation: this.object.generation,
      assignment: this.object.assignment(groups),
    });
  }

  /** The renewal sent last is answered with a grant of these epochs. */
  grant(...holds: HoldRef[]): void {
    this.receive(this.object.grant(this.lastRenewal, holds));
  }

  get sent(): AgentMessage[] {
    return this.effects.flatMap((effect) => (effect.type === "send" ? [effect.message] : []));
  }

  get hellos(): Hello[] {
    return this.sent.filter((message) => message.type === "hello");
  }

  get renewals(): Renewal[] {
    return this.sent.filter((message) => message.type === "renewal");
  }

  get lastRenewal(): Renewal {
    const last = this.renewals.at(-1);
    if (last === undefined) throw new Error("no renewal was sent");
    return last;
  }

  // --- the host ---

  get orders(): Orders {
    return this.state.orders;
  }

  /** What the host is to do with an ownership: "up", "down", "cut", or "none" when it is not named. */
  modeOf(ref: HoldRef): string {
    return this.orders.holds.find((order) => holdId(order) === holdId(ref))?.mode.kind ?? "none";
  }

  deadlineOf(ref: HoldRef): number | null {
    return this.state.fuses.get(holdId(ref))?.deadline ?? null;
  }

  /** The modes that an ownership was ordered to have, each named once in a row. */
  modesOf(ref: HoldRef): string[] {
    const modes = this.effects.flatMap((effect) =>
      effect.type === "orders"
        ? [effect.orders.holds.find((order) => holdId(order) === holdId(ref))?.mode.kind ?? "none"]
        : [],
    );
    return modes.filter((mode, index) => mode !== modes[index - 1]);
  }

  says(says: Partial<HostSays>): void {
    this.event({ type: "host", says: { ...this.state.host, ...says } });
  }

  /** The host reports that these ownerships are offline under the orders given last. */
  saysOffline(...offline: HoldRef[]): void {
    this.says({ n: this.orders.n, offline });
  }

  // --- what came out ---

  get notes(): string[] {
    return this.effects.flatMap((effect) => (effect.type === "note" ? [effect.code] : []));
  }

  get exited(): boolean {
    return this.effects.some(({ type }) => type === "exit");
  }

  /** Connection attempts, with the time of each. */
  readonly connects: { readonly connection: number; readonly at: number }[] = [];

  clear(): void {
    this.effects.length = 0;
    this.connects.length = 0;
  }

  #drain(): void {
    this.#busy = true;
    for (let event = this.#waiting.shift(); event !== undefined; event = this.#waiting.shift()) {
      const { state, effects } = sessionStep(this.state, { ...event, now: this.now });
      this.state = state;
      this.#perform(effects);
    }
    this.#busy = false;
  }

  #perform(effects: readonly SessionEffect[]): void {
    this.effects.push(...effects);
    // AM3, in every step of every test: what has to be written comes before all else, and once.
    if (effects.slice(1).some(({ type }) => type === "remember")) throw new Error("remembered too late");
    for (const effect of effects) {
      // A machine that asks for the past would be woken without end.
      if (effect.type === "wake" && effect.at <= this.now && !this.exited) throw new Error("woken without end");
      if (effect.type === "wake") this.#wakeAt = effect.at;
      else if (effect.type === "connect") this.connects.push({ connection: effect.connection, at: this.now });
      else if (effect.type === "orders" && !this.manualHost) this.#obey(effect.orders);
      else if (effect.type === "send" && effect.message.type === "renewal") {
        const reply = this.replies(effect.message, this);
        if (reply !== null) this.#waiting.push({ type: "received", connection: effect.connection, message: reply });
      }
    }
  }

  #obey(orders: Orders): void {
    const offline = orders.holds.filter(({ mode }) => mode.kind !== "up").map(({ group, epoch }) => ({ group, epoch }));
    this.#waiting.push({ type: "host", says: { n: orders.n, report: this.state.host.report, offline } });
  }
}

/** What an object would say: its generation, and numbers that only grow. */
export class FakeObject {
  generation: Generation = { number: 1, nonce: "a" };
  lease: LeaseTerms;
  revision: Revision = { generation: 1, n: 0 };
  /** Ownerships of others for which every assignment lets the agent give its word. */
  vouchesFor: readonly VouchedFor[] = [];
  #answers = 0;

  constructor(lease: LeaseTerms) {
    this.lease = lease;
  }

  restart(nonce = "b"): void {
    this.generation = { number: this.generation.number + 1, nonce };
    this.revision = { generation: this.generation.number, n: 0 };
  }

  assignment(groups: readonly AssignedGroup[]): Assignment {
    this.revision = { ...this.revision, n: this.revision.n + 1 };
    return { revision: this.revision, lease: this.lease, groups, mayCome: [], vouchesFor: this.vouchesFor };
  }

  welcome(connection: number, groups: readonly AssignedGroup[], standing: Standing = { kind: "Up" }): ObjectMessage {
    return {
      type: "welcome",
      generation: this.generation,
      connection,
      standing,
      assignment: this.assignment(groups),
    };
  }

  grant(
    { n: to }: { readonly n: number },
    holds: readonly HoldRef[] = [],
    {
      ttlMs = this.lease.ttlMs,
      silences = [] as readonly Silence[],
      ownerRenewedMs = null as number | null,
      assignment = null as Assignment | null,
    } = {},
  ): Answer {
    this.#answers += 1;
    return {
      type: "answer",
      n: this.#answers,
      to,
      generation: this.generation,
      standing: { kind: "Up" },
      outcome: { kind: "grant", holds, ttlMs },
      silences,
      ownerRenewedMs,
      assignment,
    };
  }

  refusal({ n: to }: { readonly n: number }): Answer {
    return { ...this.grant({ n: to }), outcome: { kind: "refusal", code: "deaf" } };
  }
}

/** Every renewal is answered at once, and these epochs are extended. */
export function extending(...holds: HoldRef[]): Replies {
  return (renewal, { object }) => object.grant(renewal, holds);
}

export function group(name: string, epoch: number, wanted: AssignedGroup["wanted"] = "Online"): AssignedGroup {
  const address: AssignedResource = {
    type: "IP Address",
    dependsOn: [],
    properties: { Address: "127.9.0.1", SubnetMask: "255.0.0.0", Network: "Public" },
    wanted: "Online",
    attempt: 1,
    fails: 0,
    restarts: 0,
  };
  return {
    group: name,
    epoch,
    wanted,
    observe: false,
    heldBefore: {},
    unfenced: [],
    peers: [],
    resources: { ip: address },
  };
}

export function silence(
  subject: string,
  { k = 1, ttlMs = 2_000, generation = { number: 1, nonce: "a" } as Generation } = {},
): Silence {
  return { subject, generation, k, ttlMs };
}

export function reportOf(ref: HoldRef, state: "Online" | "Offline" | "OfflinePending"): ReportedHold {
  return { ...ref, resources: { ip: { state, attempt: 1 } } };
}

export function seenBefore(epochs: Seen["epochs"], number = 1, nonce = "a"): Seen {
  return { generation: { number, nonce }, revision: null, epochs };
}
