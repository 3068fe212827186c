import type { JournalEntry } from "../../cluster/journal.ts";
import type { Alarm } from "../alarm.ts";
import type { JournalStore } from "../journal-store.ts";
import { afterAttempt, disabled, hasMoreToHear, nextMove, type JournalWindow } from "./delivery.ts";
import { entryMessage } from "./message.ts";
import { webhookDisabled, type WebhookNote } from "./notes.ts";
import { attempt } from "./sender.ts";
import type { WebhookStore } from "./webhook-store.ts";
import { wants, type Webhook } from "./webhook.ts";

export type DeliverySurroundings = {
  readonly ctx: DurableObjectState;
  readonly store: WebhookStore;
  readonly journal: JournalStore;
  readonly alarm: Alarm;
  readonly clock: () => number;
  readonly clusterName: () => string;
  /** The cluster is gone: nothing happens in it any more. */
  readonly isOver: () => boolean;
  /** Writes a journal entry in the cluster's own name. */
  readonly note: (note: WebhookNote) => void;
};

/** The platform lets six requests of an object wait for their answer at a time; a seventh would only use its time up. */
const flightsAtMost = 6;
/** Entries that are looked at together for one that a webhook wants. */
const windowEntries = 100;
/**
 * As long as something is to be sent an alarm is set, at most so far ahead: it wakes the object if it ends in between, and
 * then what was not confirmed is sent again. Once per so long it is one row more, however much is sent.
 */
const watchfulMs = 15_000;

/**
 * Sends the journal to the webhooks: for each one request at a time, the next when the one before it was taken. What is to
 * be done is `nextMove`'s word. There is no timer: a delivery begins with what is published, with the end of another one,
 * or with the object's alarm.
 */
export class Deliveries {
  readonly #in: DeliverySurroundings;
  /** Webhooks whose request is under way. */
  readonly #flights = new Set<string>();
  /** When each had its turn, as a number that grows: who has waited longest is next. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  #started = false;
  #scheduled = false;

  constructor(surroundings: DeliverySurroundings) {
    this.#in = surroundings;
  }

  /** The object has started; an earlier instance may have written more than it delivered. Nothing is sent while it starts. */
  start(now: number): void {
    this.#started = true;
    const { store, journal, alarm } = this.#in;
    const due = store.all().some(({ state, cursor }) => state.kind !== "Disabled" && cursor < journal.last);
    if (due) alarm.want("webhooks", now);
  }

  /** In the turn that wrote them, so that the alarm is written with them. */
  published(entries: readonly JournalEntry[], now: number): void {
    if (!this.#started || this.#in.store.count === 0) return;
    const wanted = this.#in.store
      .all()
      .some((hook) => hook.state.kind !== "Disabled" && entries.some(({ kind }) => wants(hook, kind)));
    if (wanted) this.#wantAlarm(now, true);
    this.#schedule();
  }

  /** Not within the turn of who asks: what is found may be worth an entry itself, and one event comes after the other. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#in.ctx.waitUntil(
      Promise.resolve().then(() => {
        this.#scheduled = false;
        this.proceed();
      }),
    );
  }

  /** Does all that can be done now, and says when there is more. */
  proceed(): void {
    if (this.#in.store.count === 0) return;
    const turn = (id: string): number => this.#turns.get(id) ?? 0;
    const waiting = this.#in.store.all().filter(({ id }) => !this.#flights.has(id));
    for (const { id } of waiting.toSorted((a, b) => turn(a.id) - turn(b.id))) this.#look(id);
    if (this.#in.isOver()) this.#forgetWhoIsTold();
    this.#wantAlarm(this.#in.clock(), this.#flights.size > 0);
  }

  /** Of a cluster that is gone: each webhook goes with its secret as soon as there is nothing left to say to it. */
  #forgetWhoIsTold(): void {
    const { store, journal, clock } = this.#in;
    const [newest] = journal.after(journal.last - 1, 1);
    const now = clock();
    for (const hook of store.all()) {
      if (newest === undefined || !hasMoreToHear(hook, newest, now)) store.remove(hook.id);
    }
  }

  #look(id: string): void {
    const { store, clock } = this.#in;
    for (let hook = store.get(id); hook !== null; hook = store.get(id)) {
      const now = clock();
      const move = nextMove(hook, this.#window(hook), now);
      switch (move.kind) {
        case "pass":
          store.passOver(hook, move.cursor);
          continue;
        case "disable": {
          const lastError = hook.state.kind === "Failing" ? hook.state.lastError : null;
          return this.#put(hook, disabled(hook, move.reason, lastError, now));
        }
        case "deliver":
          if (this.#flights.size < flightsAtMost) this.#in.ctx.waitUntil(this.#fly(hook, move.entry));
          return;
        case "rest":
        case "wait":
          return;
      }
    }
  }

  #window({ cursor, kinds }: Webhook): JournalWindow {
    const { oldest, last } = this.#in.journal;
    const next = cursor < last ? this.#in.journal.after(cursor, kinds.length === 0 ? 1 : windowEntries) : [];
    return { oldest, last, next };
  }

  async #fly(hook: Webhook, entry: JournalEntry): Promise<void> {
    const { store, clock, clusterName } = this.#in;
    this.#flights.add(hook.id);
    this.#turns.set(hook.id, ++this.#turn);
    try {
      const outcome = await attempt(hook, entryMessage(hook.id, clusterName(), entry), clock());
      const present = store.get(hook.id);
      if (present !== null) this.#put(present, afterAttempt(present, hook.cursor, entry.seq, outcome, clock()));
      else this.#turns.delete(hook.id);
    } finally {
      this.#flights.delete(hook.id);
    }
    this.proceed();
  }

  #put(present: Webhook, next: Webhook): void {
    if (next === present) return;
    this.#in.store.put(next);
    if (next.state.kind === "Disabled") this.#in.note(webhookDisabled(next, next.state.reason));
  }

  /** What is due and waits for a free flight needs none: the end of another one is its turn. */
  #wantAlarm(now: number, isBusy: boolean): void {
    const retries = this.#in.store
      .all()
      .flatMap(({ state }) => (state.kind === "Failing" && state.nextAttemptAt > now ? [state.nextAttemptAt] : []));
    const times = isBusy ? [...retries, now + watchfulMs] : retries;
    this.#in.alarm.want("webhooks", times.length === 0 ? null : Math.min(...times));
  }
}
