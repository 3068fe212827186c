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

/** The tokens of one cluster. */
export class TokenStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  holder(id: string, digest: ArrayBuffer): TokenHolder | null {
    const row = this.#sql.exec<Row>("SELECT id, role, subject, digest FROM tokens WHERE id = ?", id).toArray()[0];
    const same = sameDigest(row?.digest ?? nobodysDigest, digest);
    return row !== undefined && same ? holderOf(row) : null;
  }

  has(id: string): boolean {
    return this.#sql.exec("SELECT id FROM tokens WHERE id = ?", id).toArray().length > 0;
  }

  /** False when there are as many as there may be. */
  add(id: string, digest: ArrayBuffer, request: TokenRequest, now: number, actor: string): boolean {
    const { count } = this.#sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM tokens").one();
    if (count >= protocolLimits.tokens) return false;
    this.#sql.exec(
      "INSERT INTO tokens (id, role, subject, digest, created_at, created_by) VALUES (?, ?, ?, ?, ?, ?)",
      id,
      request.role,
      subjectOf(request),
      digest,
      now,
      actor,
    );
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
    return this.#sql.exec("DELETE FROM tokens WHERE id = ?", id).rowsWritten > 0;
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
