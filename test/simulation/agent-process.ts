import { hostStep } from "../../src/agent/host.ts";
import {
  emptyHost,
  type HostEffect,
  type HostEvent,
  type HostState,
  type ResourceRef,
} from "../../src/agent/host-state.ts";
import type { HostSays, Orders } from "../../src/agent/orders.ts";
import { sessionStep, startSession } from "../../src/agent/session.ts";
import type { SessionEffect, SessionEvent, SessionState } from "../../src/agent/session-state.ts";
import {
  type AgentMessage,
  emptyReport,
  holdId,
  type HoldRef,
  type ObjectMessage,
  type Report,
  type Seen,
} from "../../src/cluster/messages.ts";
import type { PeerMessage } from "../../src/cluster/peer-messages.ts";
import type { AgentEnd } from "./network.ts";
import type { NodeModel } from "./node-model.ts";

type DistributiveOmit<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

/** One run of an agent: the real machines, and around them the drivers, timers and the network of its host. */
export class AgentProcess implements AgentEnd {
  readonly node: string;
  readonly host: string;
  alive = true;
  #afterSending: (() => void) | null = null;
  #frozen: (() => void)[] | null = null;
  #session: SessionState | null = null;
  #machine: HostState = emptyHost;
  #says: HostSays = { n: 0, report: emptyReport, offline: [] };
  #wakes = { session: 0, host: 0 };
  /** Until when each hold may have anything online, as drivers were told last. */
  readonly #deadlines = new Map<string, number>();
  #judged: { readonly orders: Orders; readonly report: Report; readonly changes: number } | null = null;
  readonly #model: NodeModel;
  readonly #incarnation: string;

  constructor(model: NodeModel, incarnation: string) {
    this.#model = model;
    this.node = model.name;
    this.host = model.host;
    this.#incarnation = incarnation;
  }

  start(): void {
    const { state, effects } = startSession(
      { incarnation: this.#incarnation, machine: null, peer: { key: this.#model.key, address: this.host, proof: "" } },
      this.#model.seen,
      this.#model.clock(),
    );
    this.#session = state;
    this.#doSession(effects);
  }

  opened(connection: number): void {
    this.#run(() => this.#sessionEvent({ type: "opened", connection }));
  }

  closed(connection: number): void {
    this.#run(() => this.#sessionEvent({ type: "closed", connection }));
  }

  received(connection: number, message: ObjectMessage): void {
    this.#run(() => this.#sessionEvent({ type: "received", connection, message }));
  }

  told(key: string, message: PeerMessage): void {
    this.#run(() => this.#sessionEvent({ type: "told", from: { key }, message }));
  }

  stop(): void {
    this.#run(() => this.#sessionEvent({ type: "stop" }));
  }

  /** Does this once, as soon as the process has sent something next. */
  afterSending(what: () => void): void {
    this.#afterSending = what;
  }

  /** Nothing of the process runs until it is thawed; then all of it does, late. */
  freeze(): void {
    this.#frozen ??= [];
  }

  thaw(): void {
    if (this.#model.isSuspended) return;
    const late = this.#frozen ?? [];
    this.#frozen = null;
    for (const run of late) this.#run(run);
  }

  /** Its host was suspended: the process hears of that before it hears of anything else. */
  resume(lostMs: number): void {
    for (const [id, deadline] of this.#deadlines) this.#deadlines.set(id, deadline - lostMs);
    this.#frozen?.unshift(() => this.#sessionEvent({ type: "lapse", lostMs }));
    this.thaw();
  }

  #run(what: () => void): void {
    if (!this.alive) return;
    if (this.#frozen !== null) {
      this.#frozen.push(what);
      return;
    }
    what();
    if (this.alive && this.#session !== null) this.#showGrounds(this.#session.orders, this.#says.report);
  }

  /** What is answered to a mailer stands on these, and on what the host speaks from: if all of it is as it was, it has been judged. */
  #showGrounds(orders: Orders, report: Report): void {
    const { changes, world } = this.#model;
    const known = this.#judged;
    if (known !== null && known.orders === orders && known.report === report && known.changes === changes) return;
    this.#judged = { orders, report, changes };
    world.judge.moved(this.#model, { orders, report, now: this.#model.clock() });
  }

  #sessionEvent(event: DistributiveOmit<SessionEvent, "now">): void {
    if (this.#session === null) return;
    const { state, effects } = sessionStep(this.#session, { ...event, now: this.#model.clock() } as SessionEvent);
    this.#session = state;
    this.#doSession(effects);
  }

  #hostEvent(event: DistributiveOmit<HostEvent, "now">): void {
    const { state, effects } = hostStep(this.#machine, { ...event, now: this.#model.clock() } as HostEvent);
    this.#machine = state;
    for (const effect of effects) this.#doHost(effect);
  }

  #doSession(effects: readonly SessionEffect[]): void {
    const { world } = this.#model;
    for (const effect of effects) {
      if (effect.type === "remember") this.#remember(effect.seen);
      else if (effect.type === "tell") world.datagrams.tell(this.#model, effect.peer.key, effect.message);
      else if (effect.type === "orders") this.#hostEvent({ type: "orders", orders: effect.orders });
      else if (effect.type === "send") this.#send(effect.connection, effect.message);
      else if (effect.type === "disconnect") world.network.dropConnection(this, effect.connection);
      else if (effect.type === "connect") {
        world.network.connect(effect.connection, effect.timeoutMs, this, world.platform.current);
      } else if (effect.type === "exit") this.#model.kill(false);
      else if (effect.type === "wake") this.#wakeAt("session", effect.at, () => this.#sessionEvent({ type: "wake" }));
    }
  }

  #remember(seen: Seen): void {
    this.#model.world.judge.remembered(this.#model, seen);
    this.#model.seen = seen;
  }

  #send(connection: number, message: AgentMessage): void {
    const { network, judge, schedule } = this.#model.world;
    judge.released(this.#incarnation, message.released);
    network.toObject(this, connection, message);
    if (this.#afterSending !== null) schedule.after(0, this.#afterSending);
    this.#afterSending = null;
  }

  #doHost(effect: HostEffect): void {
    if (effect.type === "says") {
      this.#says = effect.says;
      this.#sessionEvent({ type: "host", says: effect.says });
    } else if (effect.type === "wake") this.#wakeAt("host", effect.at, () => this.#hostEvent({ type: "wake" }));
    else if (effect.type === "extend") this.#extend(effect.hold, effect.deadline);
    else if (effect.type === "call") this.#call(effect);
  }

  #wakeAt(which: "session" | "host", at: number, wake: () => void): void {
    this.#wakes[which] += 1;
    const mine = this.#wakes[which];
    const isDue = (): boolean => this.#wakes[which] === mine;
    this.#model.atClock(at, () => {
      // Most have been replaced by then.
      if (!isDue()) return;
      this.#run(() => {
        if (isDue()) wake();
      });
    });
  }

  /**
   * Drivers: an address is there from the end of `online` to the end of `offline` or `terminate`. Under faults it does not
   * come up, or cannot be taken away: then its own deadline is what ends it.
   */
  #call(effect: Extract<HostEffect, { type: "call" }>): void {
    const { call, at, verb, spec, deadline } = effect;
    if (verb === "looks-alive" || verb === "is-alive") return this.#poll(effect);
    if (verb === "drain") return this.#drain(effect);
    const { random, schedule, faults } = this.#model.world;
    if (deadline !== null) this.#deadlines.set(holdId(at.hold), deadline);
    const sticks = this.#model.isSticky ? faults.driverSticks : 0;
    const fails = random.chance(verb === "online" ? faults.driverFails : sticks);
    schedule.after(random.between(0, verb === "terminate" ? 2 : faults.driverMs), () =>
      this.#run(() => {
        const isAddress = spec.type === "IP Address" && this.#isUnderWay(at, call);
        if (isAddress && !fails) this.#place(at.hold, verb === "online", String(spec.properties["Address"]));
        const result = fails
          ? ({ ok: false, problem: { code: "simulated", message: "the driver failed" } } as const)
          : ({ ok: true } as const);
        this.#hostEvent({ type: "called", at, call, result });
      }),
    );
  }

  #place(hold: HoldRef, isThere: boolean, address: string): void {
    if (!isThere) return this.#model.takeAway(address);
    const deadline = this.#deadlines.get(holdId(hold)) ?? 0;
    // It is undone when it is late (LEASE rule 14).
    if (this.#model.clock() >= deadline) return;
    const speech = { ...hold, node: this.node, host: this.host, run: this.#incarnation, address, deadline };
    this.#model.speeches.set(holdId(hold), speech);
    this.#model.changes += 1;
    this.#model.world.judge.spoken(speech);
  }

  /** Nothing is open, or something for a while, or for longer than it may; it changes nothing of who speaks. */
  #drain({ call, at }: Extract<HostEffect, { type: "call" }>): void {
    const { random, schedule } = this.#model.world;
    schedule.after(random.chance(0.5) ? 0 : random.between(0, 1_000), () =>
      this.#run(() => this.#hostEvent({ type: "called", at, call, result: { ok: true } })),
    );
  }

  /** An address is alive while this host speaks from it; under faults an answer may be wrong. */
  #poll({ call, at, spec }: Extract<HostEffect, { type: "call" }>): void {
    const { random, schedule, faults } = this.#model.world;
    const isWrong = random.chance(faults.driverFails / 10);
    schedule.after(random.between(0, 20), () =>
      this.#run(() => {
        const speech = this.#model.speeches.get(holdId(at.hold));
        const isThere = spec.type !== "IP Address" || (speech !== undefined && this.#model.clock() < speech.deadline);
        const result =
          isThere && !isWrong
            ? ({ ok: true } as const)
            : ({ ok: false, problem: { code: "simulated", message: "it is not there" } } as const);
        this.#hostEvent({ type: "called", at, call, result });
      }),
    );
  }

  /** A call that was overtaken undoes itself (LEASE rule 14). */
  #isUnderWay({ hold, resource }: ResourceRef, call: number): boolean {
    const phase = this.#machine.holds.get(holdId(hold))?.resources.get(resource)?.phase;
    return phase !== undefined && "call" in phase && phase.kind !== "Online" && phase.call === call;
  }

  #extend(hold: HoldRef, deadline: number): void {
    this.#deadlines.set(holdId(hold), deadline);
    const speech = this.#model.speeches.get(holdId(hold));
    // A late refresh of an address whose deadline has passed would take it again: it is not done.
    if (speech === undefined || this.#model.clock() >= speech.deadline) return;
    speech.deadline = deadline;
    this.#model.world.judge.spoken(speech);
  }
}
