import type { NotTransferred } from "./association.ts";
import type { Association } from "./call.ts";
import { messageOf } from "./message-of.ts";
import type { Outbox, Waiting } from "./outbox.ts";

export type CourierOptions = {
  readonly outbox: Outbox;
  /** How long it waits for a message before it is done with an association, in milliseconds; null: for as long as that is open. */
  readonly idleMs: number | null;
  /** How many have to wait before this one is of use: what fewer of them need the other couriers of this outbox do. */
  readonly from: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** What became of a message, for the log. */
  readonly tell: (name: string, outcome: "transferred" | "rejected" | "put-off", detail: string) => void;
};

/**
 * Takes what waits for a partner over one association after the other. A message is removed when the partner has it; one whose association
 * ended before goes on from the last point that the partner has secured.
 */
export type Courier = {
  /** Resolves when an association is of use: at once where it is to stay open, and else when enough waits. */
  readonly wanted: (signal: AbortSignal) => Promise<void>;
  /**
   * Transfers what waits and what comes, until the association has ended, `halt` is aborted, or nothing has come for long enough. The message
   * under way is finished first.
   */
  readonly serve: (association: Association, halt: AbortSignal) => Promise<void>;
};

export function createCourier({ outbox, idleMs, from, now, tell }: CourierOptions): Courier {
  return {
    wanted: async (signal) => {
      if (idleMs === null && from === 0) return;
      while (!signal.aborted && (await outbox.count()) <= from) await outbox.changed(signal);
    },
    serve: async (association, halt) => {
      const over = new AbortController();
      void association.closed.then(() => over.abort());
      const signal = AbortSignal.any([over.signal, halt]);
      let idleSince = now();
      while (!signal.aborted) {
        const isIdle = (await step(association, signal)) === "nothing";
        if (!isIdle) idleSince = now();
        else if (idleMs !== null && now() - idleSince >= idleMs) return;
        else await outbox.changed(signal);
      }
    },
  };

  /** Takes one message, if there is one. It never rejects: what a disk refuses is told, and tried again when something changes. */
  async function step(association: Association, signal: AbortSignal): Promise<"nothing" | "something"> {
    let waiting: Waiting | null = null;
    try {
      waiting = await outbox.first();
      if (waiting === null || signal.aborted) {
        waiting?.letGo(false);
        return "nothing";
      }
      waiting.letGo(!(await take(waiting, association)));
      return "something";
    } catch (error) {
      tell(waiting?.name ?? "", "put-off", messageOf(error));
      waiting?.letGo(true);
      return "nothing";
    }
  }

  /** True: it need not be transferred any more. */
  async function take(waiting: Waiting, association: Association): Promise<boolean> {
    let noting: Promise<void> = Promise.resolve();
    const why = await association.transfer(waiting.transfer, (checkpoint) => {
      noting = noting.then(() => waiting.secured(association.opened, checkpoint)).catch(() => {});
    });
    await noting;
    if (why === null) {
      await waiting.done();
      tell(waiting.name, "transferred", `to ${association.partner.mtaName}`);
      return true;
    }
    return putOff(waiting, why);
  }

  async function putOff(waiting: Waiting, { type, code, sentence }: NotTransferred): Promise<boolean> {
    if (type === "discarded" || code === "activity-unknown") await waiting.restart();
    const isRefused = code === "message-refused";
    if (isRefused) await waiting.reject();
    tell(waiting.name, isRefused ? "rejected" : "put-off", sentence);
    return isRefused;
  }
}
