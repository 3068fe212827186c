import type { NotTransferred } from "./association.ts";
import type { Association } from "./call.ts";
import type { AssociationCode } from "./log.ts";
import { messageOf } from "./message-of.ts";
import { type Outbox, type Taken, UnreadableMessage, type Waiting } from "./outbox.ts";

export type CourierOptions = {
  readonly outbox: Outbox;
  /** How long it waits for a message before it is done with an association, in milliseconds; null: for as long as that is open. */
  readonly idleMs: number | null;
  /** How many have to wait before this one is of use: what fewer of them need the other couriers of this outbox do. */
  readonly from: number;
  /** A message that has waited for so long, and has failed by itself again and again since this process began, is set aside. */
  readonly giveUpHours: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** The wall clock, as Unix time in milliseconds: what a message's file says of its arrival has no other one. */
  readonly wallClock: () => number;
  /** What became of a message, for the log. */
  readonly tell: (name: string, outcome: "transferred" | "rejected" | "given-up" | "put-off", detail: string) => void;
};

/** Endings of an association that are this side's own: they say nothing of the message that was under way. */
const ownEndings: ReadonlySet<AssociationCode> = new Set(["aborted-by-us", "fuse-blown", "cancelled", "stopping"]);
/**
 * What a partner says of the message itself. Whatever else ends an association may be the network's doing, or a failover of the partner's: the message
 * waits a little, and is never given up for it.
 */
const saidOfMessages: ReadonlySet<AssociationCode> = new Set(["put-off-by-partner", "fault-found-by-partner"]);

const hourMs = 60 * 60 * 1_000;

/**
 * Takes what waits for a partner over one association after the other. A message is removed when the partner has it; one whose association
 * ended before goes on from the last point that the partner has secured. One that fails is tried again later, and not for ever.
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

export function createCourier(options: CourierOptions): Courier {
  const { outbox, idleMs, from, giveUpHours, now, wallClock, tell } = options;
  return {
    wanted: async (signal) => {
      if (idleMs === null && from === 0) return;
      while (!signal.aborted && (await countWaiting()) <= from) await outbox.changed(signal);
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

  /** None, where the folder cannot be read now: that is told, and looked at again. */
  async function countWaiting(): Promise<number> {
    try {
      return await outbox.count();
    } catch (error) {
      tell("", "put-off", messageOf(error));
      return 0;
    }
  }

  /** Takes one message, if there is one. It never rejects: what a disk refuses is told, and tried again. */
  async function step(association: Association, signal: AbortSignal): Promise<"nothing" | "something"> {
    let waiting: Waiting | null = null;
    try {
      waiting = await outbox.first();
      if (waiting === null || signal.aborted) {
        waiting?.letGo(false);
        return "nothing";
      }
      await take(waiting, association);
      return "something";
    } catch (error) {
      if (error instanceof UnreadableMessage) await fail(error.taken, error.message);
      else {
        tell(waiting?.name ?? "", "put-off", messageOf(error));
        waiting?.letGo(true);
      }
      return "nothing";
    }
  }

  async function take(waiting: Waiting, association: Association): Promise<void> {
    const { transfer } = waiting;
    if (transfer !== null) {
      let noting: Promise<void> = Promise.resolve();
      const why = await association.transfer(transfer, (checkpoint) => {
        noting = noting.then(() => waiting.secured(association.opened, checkpoint)).catch(() => {});
      });
      await noting;
      if (why !== null) return notTransferred(waiting, why);
    }
    await removeTransferred(waiting, association.partner.mtaName);
  }

  /** Where that is refused only that is tried again: the partner has it. */
  async function removeTransferred(waiting: Waiting, partner: string): Promise<void> {
    try {
      await waiting.done();
    } catch (error) {
      const why = messageOf(error);
      tell(
        waiting.name,
        "put-off",
        `${partner} has it, and its file cannot be removed: it is only removed later. ${why}`,
      );
      return waiting.letGo(true);
    }
    tell(waiting.name, "transferred", `to ${partner}`);
    waiting.letGo(false);
  }

  async function notTransferred(waiting: Waiting, { type, code, sentence }: NotTransferred): Promise<void> {
    if (type === "discarded" || code === "activity-unknown") await waiting.restart();
    if (code === "put-off-by-partner") waiting.putOff();
    if (code === "message-refused") {
      await waiting.reject();
      tell(waiting.name, "rejected", sentence);
      waiting.letGo(false);
    } else if (saidOfMessages.has(code)) await fail(waiting, sentence);
    else {
      tell(waiting.name, "put-off", sentence);
      waiting.letGo(!ownEndings.has(code));
    }
  }

  /** It has failed by itself. It is tried again later; or no more, when it has waited for too long and fails again and again. */
  async function fail(taken: Taken, why: string): Promise<void> {
    const isOver = await giveUp(taken).catch((error: unknown) => {
      tell(taken.name, "put-off", `it cannot be set aside: ${messageOf(error)}`);
      return false;
    });
    if (isOver)
      tell(
        taken.name,
        "given-up",
        `it has waited for more than ${giveUpHours} hours, and fails again and again: ${why}`,
      );
    else tell(taken.name, "put-off", why);
    taken.letGo(!isOver);
  }

  async function giveUp(taken: Taken): Promise<boolean> {
    const isHopeless = taken.failedByItself();
    if (!isHopeless || wallClock() - (await taken.sinceMs()) < giveUpHours * hourMs) return false;
    await taken.reject();
    return true;
  }
}
