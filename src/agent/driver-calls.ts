import { holdId, type HoldRef } from "../cluster/messages.ts";
import { protocolLimits } from "../protocol/limits.ts";
import type { Belongings } from "./belongings.ts";
import { DriverError, type Driver, type DriverContext } from "./drivers/driver.ts";
import { driverOf, type DriverRegistry } from "./drivers/registry.ts";
import type { CallResult, HostEffect, PollVerb, ResourceProblem, ResourceRef, Verb } from "./host-state.ts";
import type { Log } from "./log.ts";
import { messageOf } from "../mta/message-of.ts";

export type DriverCallsOptions = {
  readonly registry: DriverRegistry;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** What a driver gets to know, less what this module adds. */
  readonly contextOf: (
    at: ResourceRef,
    spec: DriverContext["spec"],
  ) => Omit<DriverContext, "failed" | "progress" | "hold" | "name" | "spec" | "isLeft" | "log" | "belongings">;
  readonly called: (at: ResourceRef, call: number, result: CallResult) => void;
  readonly failed: (at: ResourceRef, call: number, problem: ResourceProblem) => void;
  readonly progress: (at: ResourceRef, call: number, checkpoint: number) => void;
  readonly belongings: Pick<Belongings, "add" | "remove">;
  readonly log: Log;
};

export type DriverCalls = {
  readonly call: (effect: CallEffect) => void;
  readonly extend: (hold: HoldRef, deadline: number) => void;
  /** A drain is called off. */
  readonly resume: (at: ResourceRef) => void;
  /** Takes away whatever is up, without asking the host machine, which has ended. */
  readonly terminateAll: () => Promise<void>;
};

type CallEffect = Extract<HostEffect, { type: "call" }>;

/** A driver at work: made for an `online`, and kept until the next one. `pending` is its latest call that may take time. */
type Live = { readonly driver: Driver; readonly hold: HoldRef; readonly pending: { call: number }; deadline: number };

/**
 * Carries the host machine's calls to the drivers. An `online` that began or ended after its deadline is undone: a late
 * one could put an address on a host that has lost it.
 */
export function createDriverCalls(options: DriverCallsOptions): DriverCalls {
  const { registry, clock, contextOf, called, failed, progress, belongings, log } = options;
  const live = new Map<string, Live>();

  async function online(effect: CallEffect): Promise<void> {
    const { at, call, spec } = effect;
    const deadline = effect.deadline ?? Number.NEGATIVE_INFINITY;
    if (clock() >= deadline) throw lateError(at);
    const pending = { call };
    const driver = driverOf(
      registry,
      spec.type,
    )({
      ...contextOf(at, spec),
      hold: at.hold,
      name: at.resource,
      spec,
      isLeft: false,
      failed: (problem) => failed(at, call, clipped(problem)),
      progress: (checkpoint) => {
        if (Number.isSafeInteger(checkpoint) && checkpoint >= 0) progress(at, pending.call, checkpoint);
        else log("warning", "driver-bug", `${at.resource}: ${checkpoint} is no checkpoint`);
      },
      belongings: {
        add: (belonging) => belongings.add(at.hold, belonging),
        remove: (belonging) => belongings.remove(at.hold, belonging),
      },
      log: (code, detail) => log("warning", code, detail),
    });
    const entry: Live = { driver, hold: at.hold, pending, deadline };
    live.set(keyOf(at), entry);
    await driver.online(deadline);
    if (clock() < entry.deadline) return;
    await driver.terminate();
    throw lateError(at);
  }

  /** Nobody home is no answer at all: whatever took the driver away has made the poll void. */
  async function poll({ verb, at }: CallEffect): Promise<CallResult> {
    const driver = live.get(keyOf(at))?.driver;
    if (driver === undefined) return { ok: true };
    const answer =
      verb === "is-alive" ? await driver.isAlive() : { ok: await driver.looksAlive(), reason: "it looks dead" };
    if (answer.ok) return { ok: true };
    if (verb === "is-alive") log("warning", "not-alive", `${at.resource}: ${answer.reason}`);
    return { ok: false, problem: clipped({ code: "not-alive", message: answer.reason }) };
  }

  async function perform(effect: CallEffect): Promise<CallResult> {
    if (isPoll(effect.verb)) return poll(effect);
    if (effect.verb === "drain") {
      await live.get(keyOf(effect.at))?.driver.drain?.begin(effect.deadline ?? clock());
      return { ok: true };
    }
    await (effect.verb === "online" ? online(effect) : takeAway(effect));
    return { ok: true };
  }

  async function takeAway(effect: CallEffect): Promise<void> {
    // Without a driver it was never online in this run: there is nothing to take away.
    const entry = live.get(keyOf(effect.at));
    if (entry === undefined) return;
    entry.pending.call = effect.call;
    await (effect.verb === "offline" ? entry.driver.offline() : entry.driver.terminate());
    if (live.get(keyOf(effect.at)) === entry) live.delete(keyOf(effect.at));
  }

  function call(effect: CallEffect): void {
    perform(effect).then(
      (result) => called(effect.at, effect.call, result),
      (error: unknown) => {
        const problem = problemOf(error);
        log(
          "warning",
          "driver-call-failed",
          `${effect.verb} of ${effect.at.resource}: ${problem.code}: ${problem.message}`,
        );
        called(effect.at, effect.call, { ok: false, problem });
      },
    );
  }

  function extend(hold: HoldRef, deadline: number): void {
    for (const entry of live.values()) {
      if (holdId(entry.hold) !== holdId(hold)) continue;
      entry.deadline = deadline;
      entry.driver.extend(deadline);
    }
  }

  function resume(at: ResourceRef): void {
    live.get(keyOf(at))?.driver.drain?.undo();
  }

  async function terminateAll(): Promise<void> {
    await Promise.allSettled([...live.values()].map(({ driver }) => driver.terminate()));
  }

  return { call, extend, resume, terminateAll };
}

function isPoll(verb: Verb): verb is PollVerb {
  return verb === "looks-alive" || verb === "is-alive";
}

function keyOf({ hold, resource }: ResourceRef): string {
  return `${holdId(hold)} ${resource}`;
}

function lateError({ resource }: ResourceRef): DriverError {
  return new DriverError("late", `${resource} came online after its deadline, so it was undone`);
}

/** A driver rejects with `DriverError` only. Anything else is a bug of the driver: told apart by its code, and contained. */
function problemOf(error: unknown): ResourceProblem {
  const code = error instanceof DriverError ? error.code : "driver-bug";
  return clipped({ code, message: messageOf(error) });
}

/** A report that is too long is refused whole, so a driver's words are cut to what may be reported. */
function clipped({ code, message }: ResourceProblem): ResourceProblem {
  return { code: code.slice(0, protocolLimits.codeLength), message: message.slice(0, protocolLimits.reasonLength) };
}
