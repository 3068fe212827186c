import { expect } from "vitest";
import { hostStep } from "../../../src/agent/host.ts";
import {
  emptyHost,
  type HostEffect,
  type HostEvent,
  type HostState,
  type Verb,
} from "../../../src/agent/host-state.ts";
import type { HoldMode, HoldOrder, HostSays } from "../../../src/agent/orders.ts";
import { type AssignedResource, holdId, type HoldRef } from "../../../src/cluster/messages.ts";

type Untimed<Event> = Event extends unknown ? Omit<Event, "now"> : never;
export type Call = Extract<HostEffect, { type: "call" }>;
/** What a driver makes of a call: done, refused, or not yet (the test ends it with `finish`). */
export type DriverOutcome = "ok" | "fails" | "hangs";

const problemCode = "simulated";

/**
 * The host machine with a clock that is a number and drivers that do what a test says. Calls end one after the other,
 * each once the step that made it is done. `trace` reads like a log: `online ip`, `offline name`, `terminate ip`.
 */
export class HostDriver {
  now = 1_000;
  state: HostState = emptyHost;
  drivers: (call: Call) => DriverOutcome = () => "ok";
  readonly calls: Call[] = [];
  readonly resumed: string[] = [];
  readonly extended: { readonly hold: HoldRef; readonly deadline: number }[] = [];
  steps = 0;
  #wakeAt = Number.POSITIVE_INFINITY;
  readonly #waiting: Untimed<HostEvent>[] = [];
  #orders: readonly HoldOrder[] = [];
  #traced = 0;

  event(event: Untimed<HostEvent>): void {
    this.#waiting.push(event);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { state, effects } = hostStep(this.state, { ...next, now: this.now });
      this.state = state;
      this.steps += 1;
      for (const effect of effects) this.#perform(effect);
    }
  }

  order(...holds: HoldOrder[]): void {
    this.#orders = holds;
    const n = this.state.orders.n + 1;
    this.event({ type: "orders", orders: { n, revision: { generation: 1, n }, ttlMs: 2_000, holds, mayCome: [] } });
  }

  /** The orders given last, with another mode for all of them. */
  reorder(mode: HoldMode): void {
    this.order(...this.#orders.map((order) => ({ ...order, mode })));
  }

  wake(): void {
    this.event({ type: "wake" });
  }

  advance(ms: number): void {
    const end = this.now + ms;
    while (this.#wakeAt <= end) {
      this.now = Math.max(this.now, this.#wakeAt);
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.wake();
    }
    this.now = end;
  }

  /** The latest call of this kind. */
  callOf(verb: Verb, resource: string): Call {
    const found = this.calls.findLast((call) => call.verb === verb && call.at.resource === resource);
    if (found === undefined) throw new Error(`no ${verb} of ${resource} was called`);
    return found;
  }

  finish(verb: Verb, resource: string, outcome: "ok" | "fails" = "ok"): void {
    this.finishCall(this.callOf(verb, resource), outcome);
  }

  finishCall(call: Call, outcome: "ok" | "fails" = "ok"): void {
    this.event(ended(call, outcome));
  }

  /** The driver of the call that is under way says how far it has come. */
  progress(verb: Verb, resource: string, checkpoint: number): void {
    const { at, call } = this.callOf(verb, resource);
    this.event({ type: "progress", at, call, checkpoint });
  }

  /** A resource that is online fails by itself. */
  fail(resource: string, online = this.callOf("online", resource)): void {
    this.event({
      type: "failed",
      at: online.at,
      call: online.call,
      problem: { code: problemCode, message: "it broke" },
    });
  }

  /** The calls since the last time that this was read. */
  get trace(): string[] {
    const news = this.calls.slice(this.#traced).map(({ verb, at }) => `${verb} ${at.resource}`);
    this.#traced = this.calls.length;
    return news;
  }

  get says(): HostSays {
    if (this.state.said === null) throw new Error("the host has said nothing yet");
    return this.state.said;
  }

  /** What the host reports of each resource of an ownership, as `name: State`. */
  statesOf(ref: HoldRef): Record<string, string> {
    const hold = this.says.report.holds.find((reported) => holdId(reported) === holdId(ref));
    if (hold === undefined) return {};
    return Object.fromEntries(Object.entries(hold.resources).map(([name, { state }]) => [name, state]));
  }

  isOffline(ref: HoldRef): boolean {
    return this.says.n === this.state.orders.n && this.says.offline.some((other) => holdId(other) === holdId(ref));
  }

  #perform(effect: HostEffect): void {
    if (effect.type === "wake") this.#wakeAt = effect.at;
    else if (effect.type === "extend") this.extended.push(effect);
    else if (effect.type === "resume") this.resumed.push(effect.at.resource);
    else if (effect.type === "call") {
      this.calls.push(effect);
      const outcome = this.drivers(effect);
      if (outcome !== "hangs") this.#waiting.push(ended(effect, outcome));
    }
  }
}

function ended({ at, call }: Call, outcome: "ok" | "fails"): Untimed<HostEvent> {
  return outcome === "ok"
    ? { type: "called", at, call, result: { ok: true } }
    : { type: "called", at, call, result: { ok: false, problem: { code: problemCode, message: "the driver failed" } } };
}

export function resource(dependsOn: readonly string[] = [], more: Partial<AssignedResource> = {}): AssignedResource {
  return { type: "Generic", dependsOn, properties: {}, wanted: "Online", attempt: 1, fails: 0, restarts: 0, ...more };
}

export const exchange: HoldRef = { group: "Exchange", epoch: 3 };

/** The case's group: what each of its resources stands on comes first. Only its tests of draining want it to drain. */
export function chain(changed: Record<string, Partial<AssignedResource>> = {}): Record<string, AssignedResource> {
  return {
    mta: resource(["name"], { type: "Message Transfer Agent", ...changed["mta"] }),
    name: resource(["ip"], { type: "Network Name", ...changed["name"] }),
    ip: resource([], {
      type: "IP Address",
      ...changed["ip"],
      properties: { DrainTimeout: 0, ...changed["ip"]?.properties },
    }),
  };
}

export const up: HoldMode = { kind: "up", deadline: 1e9 };
export const down: HoldMode = { kind: "down", deadline: 1e9 };
export const cut: HoldMode = { kind: "cut" };

export function hold(
  resources: Record<string, AssignedResource> = chain(),
  {
    mode = up,
    ref = exchange,
    observe = false,
  }: { readonly mode?: HoldMode; readonly ref?: HoldRef; readonly observe?: boolean } = {},
): HoldOrder {
  return { ...ref, resources, mode, observe, heldBefore: {}, unfenced: [] };
}

/** A host that has the case's group online. */
export function onlineHost(resources = chain()): HostDriver {
  const host = new HostDriver();
  host.order(hold(resources));
  expect(new Set(Object.values(host.statesOf(exchange)))).toEqual(new Set(["Online"]));
  void host.trace;
  return host;
}

/** Drivers of which these calls fail and these never end, named as in the trace. */
export function drivers({
  fails = [],
  hangs = [],
}: {
  readonly fails?: string[];
  readonly hangs?: string[];
}): HostDriver["drivers"] {
  return ({ verb, at }) => {
    const name = `${verb} ${at.resource}`;
    if (hangs.includes(name)) return "hangs";
    return fails.includes(name) ? "fails" : "ok";
  };
}
