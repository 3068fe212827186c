import { protocolLimits } from "../protocol/limits.ts";

/** The name that a client gave to a request, and what the request was, so that another one under that name is noticed. */
export type IdempotencyKey = { readonly key: string; readonly fingerprint: string };

const keptMs = 86_400_000;

/**
 * Answers by the client's `Idempotency-Key`: a request that is sent again, because nobody knows whether the first one
 * arrived, gets the first one's answer and does nothing. A refusal changed nothing, so it is not kept; what was done and
 * changed nothing is, for later it might. Bounded by a day, and by a count of all, at which whoever has most loses their oldest:
 * so nobody can push out another's by sending much.
 */
export class Idempotency {
  readonly #storage: DurableObjectStorage;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** The answer that was given under this key; `reused` when that was to another request. */
  find(actor: string, { key, fingerprint }: IdempotencyKey, now: number): unknown | "reused" | null {
    const [row] = this.#storage.sql
      .exec<{ fingerprint: string; answer: string; at: number }>(
        "SELECT fingerprint, answer, at FROM idempotency WHERE actor = ? AND key = ?",
        actor,
        key,
      )
      .toArray();
    if (row === undefined || now - row.at > keptMs) return null;
    return row.fingerprint === fingerprint ? (JSON.parse(row.answer) as unknown) : "reused";
  }

  /**
   * To be called in the turn in which the request is carried out, and before it is: both are written, or neither. Throws when
   * the row is not taken, and has written nothing then.
   */
  keep(actor: string, { key, fingerprint }: IdempotencyKey, answer: unknown, now: number): void {
    this.#storage.transactionSync(() => {
      this.#storage.sql.exec(
        `INSERT INTO idempotency (actor, key, fingerprint, answer, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, at = excluded.at`,
        actor,
        key,
        fingerprint,
        JSON.stringify(answer),
        now,
      );
      this.#trim(now);
    });
  }

  clear(): void {
    this.#storage.sql.exec("DELETE FROM idempotency");
  }

  #trim(now: number): void {
    if (this.#tooMany <= 0) return;
    this.#storage.sql.exec("DELETE FROM idempotency WHERE at < ?", now - keptMs);
    if (this.#tooMany <= 0) return;
    this.#storage.sql.exec(
      `DELETE FROM idempotency WHERE (actor, key) IN
         (SELECT actor, key FROM idempotency
          WHERE actor = (SELECT actor FROM idempotency GROUP BY actor ORDER BY COUNT(*) DESC, MIN(at) LIMIT 1)
          ORDER BY at LIMIT ?)`,
      this.#tooMany,
    );
  }

  get #tooMany(): number {
    const { count } = this.#storage.sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM idempotency").one();
    return count - protocolLimits.idempotencyKeys;
  }
}
