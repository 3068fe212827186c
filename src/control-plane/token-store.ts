import type { TokenList, TokenRequest, TokenRole } from "../protocol/tokens.ts";
import { protocolLimits } from "../protocol/limits.ts";
import { sameDigest } from "./tokens.ts";

/** Who a cluster's token speaks for. */
export type TokenHolder =
  | { readonly role: "reader" | "operator"; readonly id: string }
  | { readonly role: "node"; readonly id: string; readonly node: string }
  | { readonly role: "partner"; readonly id: string; readonly partner: string };

type Row = { id: string; role: TokenRole; subject: string | null; digest: ArrayBuffer };

/** Compared with when there is no such token, so that the answer takes as long. */
const nobodysDigest = new ArrayBuffer(32);

/**
 * The tokens of one cluster. Every request asks for one, so all of them are in memory, too: what is written is written to both in one turn, nobody
 * else writes them, and an object whose write is not taken does not live on.
 */
export class TokenStore {
  readonly #sql: SqlStorage;
  #read: Map<string, Row> | null = null;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  holder(id: string, digest: ArrayBuffer): TokenHolder | null {
    const row = this.#rows.get(id);
    const same = sameDigest(row?.digest ?? nobodysDigest, digest);
    return row !== undefined && same ? holderOf(row) : null;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  /** False when there are as many as there may be. */
  add(id: string, digest: ArrayBuffer, request: TokenRequest, now: number, actor: string): boolean {
    const rows = this.#rows;
    if (rows.size >= protocolLimits.tokens) return false;
    const row: Row = { id, role: request.role, subject: subjectOf(request), digest };
    this.#sql.exec(
      "INSERT INTO tokens (id, role, subject, digest, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?)",
      row.id,
      row.role,
      row.subject,
      row.digest,
      now,
      actor,
    );
    rows.set(id, row);
    return true;
  }

  list(): TokenList["tokens"] {
    return this.#sql
      .exec<{ id: string; role: TokenRole; subject: string | null; created_at: number; created_by: string }>(
        "SELECT id, role, subject, created_at, created_by FROM tokens ORDER BY created_at, id",
      )
      .toArray()
      .map(({ id, role, subject, created_at: createdAt, created_by: createdBy }) => ({
        id,
        role,
        subject,
        createdAt,
        createdBy,
      }));
  }

  /** False when there is none with this id. */
  remove(id: string): boolean {
    const rows = this.#rows;
    this.#sql.exec("DELETE FROM tokens WHERE id = ?", id);
    return rows.delete(id);
  }

  /** There are 256 at most (`protocolLimits.tokens`). */
  get #rows(): Map<string, Row> {
    this.#read ??= new Map(
      this.#sql
        .exec<Row>("SELECT id, role, subject, digest FROM tokens")
        .toArray()
        .map((row) => [row.id, row]),
    );
    return this.#read;
  }
}

/** Whom a token speaks for; null: whoever has it. */
export function subjectOf(request: TokenRequest): string | null {
  switch (request.role) {
    case "reader":
    case "operator":
      return null;
    case "node":
      return request.node;
    case "partner":
      return request.partner;
  }
}

function holderOf({ id, role, subject }: Row): TokenHolder {
  switch (role) {
    case "reader":
    case "operator":
      return { role, id };
    case "node":
      return { role, id, node: subject ?? "" };
    case "partner":
      return { role, id, partner: subject ?? "" };
  }
}
