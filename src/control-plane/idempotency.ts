import { protocolLimits } from "../protocol/limits.ts";

/** The name that a client gave to a request, and what the request was, so that another one under that name is noticed. */
export type IdempotencyKey = { readonly key: string; readonly fingerprint: string };

const keptMs = 86_400_000;

/**
 * Answers by the client's `Idempotency-Key`: a request that is sent again, because nobody knows whether the first one
 * arrived, gets the first one's answer and does nothing. A refusal changed nothing, so it is not kept. Bounded by count and
 * by a day.
 */
export class Idempotency {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The answer that was given under this key; `reused` when that was to another request. */
  find(actor: string, { key, fingerprint }: IdempotencyKey, now: number): unknown | "reused" | null {
    const [row] = this.#sql
      .exec<{ fingerprint: string; answer: string; at: number }>(
        "SELECT fingerprint, answer, at FROM idempotency WHERE actor = ? AND key = ?",
        actor,
        key,
      )
      .toArray();
    if (row === undefined || now - row.at > keptMs) return null;
    return row.fingerprint === fingerprint ? (JSON.parse(row.answer) as unknown) : "reused";
  }

  /** To be called in the turn in which the request was carried out: both are written, or neither. */
  keep(actor: string, { key, fingerprint }: IdempotencyKey, answer: unknown, now: number): void {
    this.#sql.exec(
      `INSERT INTO idempotency (actor, key, fingerprint, answer, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, at = excluded.at`,
      actor,
      key,
      fingerprint,
      JSON.stringify(answer),
      now,
    );
    this.#trim(now);
  }

  clear(): void {
    this.#sql.exec("DELETE FROM idempotency");
  }

  #trim(now: number): void {
    const { count } = this.#sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM idempotency").one();
    if (count <= protocolLimits.idempotencyKeys) return;
    this.#sql.exec("DELETE FROM idempotency WHERE at < ?", now - keptMs);
    this.#sql.exec(
      `DELETE FROM idempotency WHERE (actor, key) IN
         (SELECT actor, key FROM idempotency ORDER BY at DESC LIMIT -1 OFFSET ?)`,
      protocolLimits.idempotencyKeys / 2,
    );
  }
}
