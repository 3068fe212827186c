import { holdId, type HoldRef } from "../cluster/messages.ts";
import { protocolLimits } from "../protocol/limits.ts";
import { DriverError, type Driver, type DriverContext } from "./drivers/driver.ts";
import { driverOf, type DriverRegistry } from "./drivers/registry.ts";
import type { CallResult, HostEffect, ResourceProblem, ResourceRef } from "./host.ts";
import type { Log } from "./log.ts";

export type DriverCallsOptions = {
  readonly registry: DriverRegistry;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  /** What a driver gets to know, less what this module adds. */
  readonly contextOf: (
    at: ResourceRef,
    spec: DriverContext["spec"],
  ) => Omit<DriverContext, "failed" | "hold" | "name" | "spec" | "log">;
  readonly called: (at: ResourceRef, call: number, result: CallResult) => void;
  readonly failed: (at: ResourceRef, call: number, problem: ResourceProblem) => void;
  readonly log: Log;
};

export type DriverCalls = {
  readonly call: (effect: Extract<HostEffect, { type: "call" }>) => void;
  readonly extend: (hold: HoldRef, deadline: number) => void;
  /** Takes away whatever is up, without asking the host machine, which has ended. */
  readonly terminateAll: () => Promise<void>;
};

/** A driver at work: made for an `online`, and kept until the next one. */
type Live = { readonly driver: Driver; readonly hold: HoldRef; deadline: number };

/**
 * Carries the host machine's calls to the drivers. An `online` that began or ended after its deadline is undone: a late
 * one could put an address on a host that has lost it.
 */
export function createDriverCalls(options: DriverCallsOptions): DriverCalls {
  const { registry, clock, contextOf, called, failed, log } = options;
  const live = new Map<string, Live>();

  async function online(effect: Extract<HostEffect, { type: "call" }>): Promise<void> {
    const { at, call, spec } = effect;
    const deadline = effect.deadline ?? Number.NEGATIVE_INFINITY;
    if (clock() >= deadline) throw lateError(at);
    const driver = driverOf(
      registry,
      spec.type,
    )({
      ...contextOf(at, spec),
      hold: at.hold,
      name: at.resource,
      spec,
      failed: (problem) => failed(at, call, clipped(problem)),
      log: (code, detail) => log("warning", code, detail),
    });
    const entry: Live = { driver, hold: at.hold, deadline };
    live.set(keyOf(at), entry);
    await driver.online(deadline);
    if (clock() < entry.deadline) return;
    await driver.terminate();
    throw lateError(at);
  }

  async function perform(effect: Extract<HostEffect, { type: "call" }>): Promise<void> {
    if (effect.verb === "online") return online(effect);
    // Without a driver it was never online in this run: there is nothing to take away.
    const entry = live.get(keyOf(effect.at));
    if (entry === undefined) return;
    await (effect.verb === "offline" ? entry.driver.offline() : entry.driver.terminate());
    if (live.get(keyOf(effect.at)) === entry) live.delete(keyOf(effect.at));
  }

  function call(effect: Extract<HostEffect, { type: "call" }>): void {
    perform(effect).then(
      () => called(effect.at, effect.call, { ok: true }),
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

  async function terminateAll(): Promise<void> {
    await Promise.allSettled([...live.values()].map(({ driver }) => driver.terminate()));
  }

  return { call, extend, terminateAll };
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
  return clipped({ code, message: error instanceof Error ? error.message : String(error) });
}

/** A report that is too long is refused whole, so a driver's words are cut to what may be reported. */
function clipped({ code, message }: ResourceProblem): ResourceProblem {
  return { code: code.slice(0, protocolLimits.codeLength), message: message.slice(0, protocolLimits.reasonLength) };
}
