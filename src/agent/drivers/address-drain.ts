import { setTimeout as delay } from "node:timers/promises";
import { messageOf } from "../../mta/message-of.ts";
import type { CountOpen } from "../open-connections.ts";
import { DriverError, type Draining } from "./driver.ts";

/** What keeps new connections of an address away, in both directions. Both may be called again. */
export type Gate = { readonly close: () => Promise<void>; readonly open: () => Promise<void> };

/** Where nothing can keep them away, a drain is the waiting alone. */
export const noGate: Gate = { close: async () => {}, open: async () => {} };

export type AddressDrainOptions = {
  readonly address: string;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly count: CountOpen;
  readonly gate: Gate;
  readonly log: (code: string, detail: string) => void;
};

export type AddressDrain = Draining & {
  /** The address goes: what is open still is told, for it is reset. Does nothing when nothing was drained. */
  readonly end: () => void;
};

/** First looks come sooner: what an MTA releases is gone within a few milliseconds. */
const firstLookMs = 5;
const lookEveryMs = 20;
/** A host with so many connections that a look takes long is looked at less often: it rests for so many times as long. */
const rest = 4;

/**
 * Waits for what is open on an address to end. When nothing is, which is the rule, it is one look and nothing else: the gate is
 * closed only where there is something to wait for.
 */
export function addressDrain({ address, clock, count, gate, log }: AddressDrainOptions): AddressDrain {
  /** That which is under way, and what it saw last. */
  let current: { open: number } | null = null;
  let isClosed = false;

  let tookMs = 0;

  async function look(): Promise<number> {
    const from = clock();
    try {
      return await count(address);
    } catch (error) {
      throw new DriverError("connections-not-counted", messageOf(error));
    } finally {
      tookMs = clock() - from;
    }
  }

  async function closeGate(): Promise<void> {
    isClosed = true;
    await gate.close().catch((error: unknown) => log("drain-gate-open", `${address}: ${messageOf(error)}`));
  }

  function end(): void {
    if (current !== null && current.open > 0) {
      log(
        "connections-reset",
        `${current.open} connections of ${address} were open when its draining ended: they are reset`,
      );
    }
    current = null;
    isClosed = false;
  }

  return {
    begin: async (until) => {
      const mine = { open: 0 };
      current = mine;
      mine.open = await look();
      if (mine.open > 0 && current === mine) await closeGate();
      for (let waitMs = firstLookMs; mine.open > 0; waitMs = Math.min(2 * waitMs, lookEveryMs)) {
        const leftMs = until - clock();
        if (current !== mine || leftMs <= 0) return;
        await delay(Math.min(Math.max(waitMs, rest * tookMs), leftMs));
        if (current === mine) mine.open = await look();
      }
    },
    undo: () => {
      current = null;
      if (!isClosed) return;
      isClosed = false;
      gate.open().catch((error: unknown) => log("drain-gate-closed", `${address}: ${messageOf(error)}`));
    },
    end,
  };
}
