import type { JournalEntry } from "../../cluster/journal.ts";
import { protocolLimits } from "../../protocol/limits.ts";
import type { Notification, NotifyPort, Notifications } from "../../protocol/notify.ts";
import type { JournalStore } from "../journal-store.ts";
import { type Interest, notificationOf } from "./match.ts";

type Row = { id: string; registrations: string; position: number; asked_at: number };

/** A port that has nothing to tell is written only now and then: that it is asked for, and how far it has looked. */
const askedEachMs = 60_000;
const lookedEach = 100;

/**
 * The notify ports of a cluster. A port is rows, not a connection: it survives everything that the object does, and is
 * forgotten when nobody has asked for long. Each tells every entry that it is registered for, in order.
 */
export class NotifyPorts {
  readonly #sql: SqlStorage;
  readonly #journal: JournalStore;

  constructor(sql: SqlStorage, journal: JournalStore) {
    this.#sql = sql;
    this.#journal = journal;
  }

  /**
   * Null when there are as many as there may be; of one token that is half of them.
   * @param token the id of the token that opens it, null for the admin token
   * @param now epoch milliseconds
   */
  open(id: string, interests: readonly Interest[], token: string | null, now: number): NotifyPort | null {
    this.#sql.exec("DELETE FROM notify_ports WHERE asked_at < ?", now - protocolLimits.notifyPortIdleMs);
    if (this.#isFullFor(token)) return null;
    const position = this.#journal.last;
    this.#sql.exec(
      "INSERT INTO notify_ports (id, registrations, position, asked_at, token) VALUES (?, ?, ?, ?, ?)",
      id,
      JSON.stringify(interests),
      position,
      now,
      token,
    );
    return { port: id, position };
  }

  register(id: string, interest: Interest, now: number): NotifyPort | "no-port" | "full" {
    const row = this.#row(id, now);
    if (row === null) return "no-port";
    const interests = [...interestsOf(row), interest];
    // The filter for the whole cluster is one more.
    if (interests.length > protocolLimits.notifyRegistrations + 1) return "full";
    this.#sql.exec(
      "UPDATE notify_ports SET registrations = ?, asked_at = ? WHERE id = ?",
      JSON.stringify(interests),
      now,
      id,
    );
    return { port: id, position: row.position };
  }

  /**
   * What has come since. Null when there is no such port.
   * @param after what the caller has: the port moves to there, so that an answer which was lost is told again. Null: the port
   *   moves past what it tells, as GetClusterNotify does
   */
  next(id: string, after: number | null, now: number): Notifications | null {
    const row = this.#row(id, now);
    if (row === null) return null;
    const seen = after ?? row.position;
    const from = this.#journal.resumesAfter(seen);
    const { notifications, position } = this.#collect(interestsOf(row), from);
    const gap = from === seen ? null : { after: seen, resumesAt: from };
    const isTold = notifications.length > 0 || gap !== null || position - row.position >= lookedEach;
    const moved = after !== null ? from : isTold ? position : row.position;
    if (moved !== row.position || now - row.asked_at >= askedEachMs) {
      this.#sql.exec("UPDATE notify_ports SET position = ?, asked_at = ? WHERE id = ?", moved, now, id);
    }
    return { notifications, gap, position };
  }

  clear(): void {
    this.#sql.exec("DELETE FROM notify_ports");
  }

  /** False when there is no such port. */
  close(id: string): boolean {
    return this.#sql.exec("DELETE FROM notify_ports WHERE id = ?", id).rowsWritten > 0;
  }

  /** The token has been revoked. */
  closeOf(token: string): void {
    this.#sql.exec("DELETE FROM notify_ports WHERE token = ?", token);
  }

  #isFullFor(token: string | null): boolean {
    const { all, own } = this.#sql
      .exec<{ all: number; own: number }>(
        `SELECT COUNT(*) AS "all", COUNT(*) FILTER (WHERE token = ?) AS own FROM notify_ports`,
        token,
      )
      .one();
    return all >= protocolLimits.notifyPorts || own >= protocolLimits.notifyPorts / 2;
  }

  #row(id: string, now: number): Row | null {
    const since = now - protocolLimits.notifyPortIdleMs;
    return (
      this.#sql
        .exec<Row>(
          "SELECT id, registrations, position, asked_at FROM notify_ports WHERE id = ? AND asked_at >= ?",
          id,
          since,
        )
        .toArray()[0] ?? null
    );
  }

  /** Up to a whole answer; what nobody of this port wants is passed over for good. */
  #collect(interests: readonly Interest[], from: number): Pick<Notifications, "notifications" | "position"> {
    const notifications: Notification[] = [];
    let position = from;
    for (const entry of this.#entriesAfter(from)) {
      const notification = notificationOf(interests, entry);
      if (notification !== null) notifications.push(notification);
      position = entry.seq;
      if (notifications.length >= protocolLimits.notifications) break;
    }
    return { notifications, position };
  }

  *#entriesAfter(from: number): Generator<JournalEntry> {
    let after = from;
    while (after < this.#journal.last) {
      const page = this.#journal.after(after, protocolLimits.eventsPage);
      yield* page;
      after = page.at(-1)?.seq ?? this.#journal.last;
    }
  }
}

/** Only this file has written them. */
function interestsOf({ registrations }: Row): Interest[] {
  return JSON.parse(registrations) as Interest[];
}
