import type { JournalDetails, JournalEntry, JournalKind } from "../cluster/journal.ts";
import { limits } from "../cluster/limits.ts";
import { protocolLimits } from "../protocol/limits.ts";

type Row = Omit<JournalEntry, "mscsId" | "group" | "details"> & {
  mscs_id: number | null;
  group_name: string | null;
  details: string | null;
};

/** The journal's rows. The numbers of the oldest and the newest are kept in memory, so that a write needs no read. */
export class JournalStore {
  readonly #sql: SqlStorage;
  #oldest: number | null;
  #last: number;
  rowsWritten = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const { oldest, last } = sql
      .exec<{ oldest: number | null; last: number | null }>("SELECT MIN(seq) AS oldest, MAX(seq) AS last FROM journal")
      .one();
    this.#oldest = oldest;
    this.#last = last ?? 0;
  }

  /** Number of the oldest entry that is kept, null when there is none. */
  get oldest(): number | null {
    return this.#oldest;
  }

  /** Number of the newest entry, 0 when there is none. */
  get last(): number {
    return this.#last;
  }

  /** Entries that are kept: their numbers have no gap. */
  get count(): number {
    return this.#oldest === null ? 0 : this.#last - this.#oldest + 1;
  }

  add(entry: JournalEntry): void {
    this.rowsWritten += this.#sql.exec(
      `INSERT INTO journal (seq, at, kind, severity, sentence, mscs_id, epoch, node, group_name, resource, actor, details)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      entry.seq,
      entry.at,
      entry.kind,
      entry.severity,
      entry.sentence,
      entry.mscsId,
      entry.epoch,
      entry.node,
      entry.group,
      entry.resource,
      entry.actor,
      entry.details === null ? null : JSON.stringify(entry.details),
    ).rowsWritten;
    this.#oldest ??= entry.seq;
    this.#last = entry.seq;
    this.#trim();
  }

  after(seq: number, limit: number): JournalEntry[] {
    return this.#read("SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit);
  }

  /** All that is kept of these kinds, oldest first. */
  ofKinds(kinds: readonly JournalKind[]): JournalEntry[] {
    const places = kinds.map(() => "?").join(", ");
    return this.#read(`SELECT * FROM journal WHERE kind IN (${places}) ORDER BY seq`, ...kinds);
  }

  /** The newest ones of these kinds about a group, oldest first. */
  newestOf(group: string, kinds: readonly JournalKind[], limit: number): JournalEntry[] {
    const places = kinds.map(() => "?").join(", ");
    return this.#read(
      `SELECT * FROM journal WHERE group_name = ? AND kind IN (${places}) ORDER BY seq DESC LIMIT ?`,
      group,
      ...kinds,
      limit,
    ).toReversed();
  }

  #read(query: string, ...bindings: readonly SqlStorageValue[]): JournalEntry[] {
    return this.#sql
      .exec<Row>(query, ...bindings)
      .toArray()
      .map(({ mscs_id: mscsId, group_name: group, details, ...entry }) => ({
        ...entry,
        mscsId,
        group,
        details: details === null ? null : (JSON.parse(details) as JournalDetails),
      }));
  }

  /**
   * After which entry somebody can go on who has seen this one: a higher number when the next ones are forgotten, a lower
   * one when the journal was rolled back. Anything but the same is a gap.
   */
  resumesAfter(seq: number): number {
    if (seq > this.#last) return this.#last;
    return this.#oldest !== null && seq < this.#oldest - 1 ? this.#oldest - 1 : seq;
  }

  /** In batches: one entry in a hundred pays for the removal of a hundred, and nothing else ever does. */
  #trim(): void {
    const { journalTrimBatch: batch } = protocolLimits;
    if (this.#oldest === null || this.count < limits.journal + batch) return;
    const oldest = this.#last - limits.journal + 1;
    this.rowsWritten += this.#sql.exec("DELETE FROM journal WHERE seq < ?", oldest).rowsWritten;
    this.#oldest = oldest;
  }
}
