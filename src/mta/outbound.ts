import { setTimeout as delay } from "node:timers/promises";
import type { AssociateResult, Association } from "./call.ts";
import type { Courier } from "./courier.ts";
import type { AssociationCode } from "./log.ts";

/** Backoff after a call that failed, in milliseconds: quick to notice a partner's return, gentle on one that refuses. */
export const minRetryMs = 250;
export const maxRetryMs = 5000;

export type OutboundOptions = {
  /** Asks for a verdict and calls. */
  readonly associate: (signal: AbortSignal) => Promise<AssociateResult>;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Takes messages over each association; null: there are none. */
  readonly courier: Courier | null;
};

/** How long a message that is under way may take to be finished when the MTA stops, in milliseconds. Who drains waits longer. */
const finishMs = 1_000;

/**
 * Keeps one association open to one partner, for as long as it is not stopped. A `DEFER` is asked again every 250 ms and
 * at every `wake`: the question stays on this host. What failed on the network is tried again after 250 ms, doubled
 * up to 5 s, and from the start again after an association that has lasted.
 */
export class Outbound {
  readonly #options: OutboundOptions;
  readonly #stopping = new AbortController();
  readonly #finished: Promise<void>;
  #association: Association | null = null;
  #waiting: AbortController | null = null;
  #isDraining = false;
  #halt = new AbortController();
  #served: Promise<void> = Promise.resolve();

  constructor(options: OutboundOptions) {
    this.#options = options;
    this.#finished = this.#keep();
  }

  /** The verdict may have changed: a call that waits for one asks at once. */
  wake(): void {
    this.#waiting?.abort();
  }

  /**
   * RELEASE of what is open, or comes open now: a call may be under way. That no other one follows is the verdict's doing, which is a
   * `DEFER` on a node that is left. Resolves when none is open.
   */
  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#letGo();
  }

  /** What is released after a drain was called off is called again as any other. */
  resume(): void {
    this.#isDraining = false;
    this.wake();
  }

  /** RELEASE, and no further call. Resolves when the association is closed. */
  async stop(): Promise<void> {
    // In this order: the signal destroys what it finds open. After the release the loop waits before it calls again.
    await this.#letGo(delay(finishMs, undefined, { ref: false }));
    this.#stopping.abort();
    await this.#finished;
  }

  /** Destroys what is open or being opened, at once. */
  destroy(): void {
    this.#association?.destroy();
    this.#stopping.abort();
  }

  async #keep(): Promise<void> {
    let retryMs = minRetryMs;
    while (!this.#stopping.signal.aborted) {
      await this.#options.courier?.wanted(this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      const result = await this.#options.associate(this.#stopping.signal);
      if (result.outcome === "associated") {
        const { lastedMs, code } = await this.#hold(result.association);
        if (lastedMs >= maxRetryMs) retryMs = minRetryMs;
        // It was released because nothing waited: the next message is as good as the first.
        if (code === "released" && this.#options.courier !== null) {
          retryMs = minRetryMs;
          continue;
        }
      }
      const isVerdict = result.outcome === "deferred" && result.code === "verdict-defer";
      await this.#wait(isVerdict ? Math.min(result.retryAfterMs, minRetryMs) : retryMs, isVerdict);
      retryMs = isVerdict ? minRetryMs : Math.min(retryMs * 2, maxRetryMs);
    }
  }

  /** Resolves with how long the association has lasted, and how it ended. */
  async #hold(association: Association): Promise<{ readonly lastedMs: number; readonly code: AssociationCode }> {
    const openedAtMs = this.#options.now();
    this.#association = association;
    this.#halt = new AbortController();
    this.#served = this.#options.courier?.serve(association, this.#halt.signal) ?? Promise.resolve();
    if (this.#isDraining) void this.#letGo();
    // A courier that has nothing more to take is done with the association, and one that was ended is done as well.
    if (this.#options.courier !== null) void this.#served.then(() => association.release());
    const { code } = await association.closed;
    await this.#served;
    this.#association = null;
    return { lastedMs: this.#options.now() - openedAtMs, code };
  }

  /**
   * No message is begun any more, the one under way is finished, and the association is released.
   * @param noLonger when it is released though a message is under way, which then is cut off
   */
  async #letGo(noLonger: Promise<unknown> | null = null): Promise<void> {
    this.#halt.abort();
    await (noLonger === null ? this.#served : Promise.race([this.#served, noLonger]));
    await this.#association?.release();
  }

  async #wait(ms: number, mayWake: boolean): Promise<void> {
    const waiting = new AbortController();
    if (mayWake) this.#waiting = waiting;
    const signal = AbortSignal.any([this.#stopping.signal, waiting.signal]);
    await delay(ms, undefined, { signal }).catch(() => {});
    this.#waiting = null;
  }
}
