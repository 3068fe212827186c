import type { JournalKind } from "../../cluster/journal.ts";
import type { Webhook, WebhookState } from "./webhook.ts";

type Row = {
  id: string;
  url: string;
  kinds: string;
  description: string;
  created_at: number;
  created_by: string;
  secret: string;
  previous_secret: string | null;
  previous_until: number | null;
  cursor: number;
  counted_from: number;
  state: string;
};

/** How far a cursor may be ahead of its row by entries that were only passed over: after a restart they are looked at again. */
const passedUnwritten = 100;

/** The webhooks' rows, all of them in memory: who has none pays for none. */
export class WebhookStore {
  readonly #sql: SqlStorage;
  readonly #hooks: Map<string, Webhook>;
  readonly #writtenCursors = new Map<string, number>();
  rowsWritten = 0;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    const rows = sql.exec<Row>("SELECT * FROM webhooks ORDER BY created_at, id").toArray().map(read);
    this.#hooks = new Map(rows.map((hook) => [hook.id, hook]));
    for (const { id, cursor } of rows) this.#writtenCursors.set(id, cursor);
  }

  get count(): number {
    return this.#hooks.size;
  }

  countByState(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { state } of this.#hooks.values()) counts[state.kind] = (counts[state.kind] ?? 0) + 1;
    return counts;
  }

  /** Oldest first. */
  all(): Webhook[] {
    return [...this.#hooks.values()];
  }

  get(id: string): Webhook | null {
    return this.#hooks.get(id) ?? null;
  }

  clear(): void {
    this.#sql.exec("DELETE FROM webhooks");
    this.#hooks.clear();
    this.#writtenCursors.clear();
  }

  put(hook: Webhook): void {
    this.rowsWritten += this.#sql.exec(
      `INSERT INTO webhooks (id, url, kinds, description, created_at, created_by, secret, previous_secret, previous_until,
         cursor, counted_from, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET secret = excluded.secret, previous_secret = excluded.previous_secret,
         previous_until = excluded.previous_until, cursor = excluded.cursor, counted_from = excluded.counted_from,
         state = excluded.state`,
      hook.id,
      hook.url,
      JSON.stringify(hook.kinds),
      hook.description,
      hook.createdAt,
      hook.createdBy,
      hook.secret,
      hook.previous?.secret ?? null,
      hook.previous?.until ?? null,
      hook.cursor,
      hook.countedFrom,
      JSON.stringify(hook.state),
    ).rowsWritten;
    this.#hooks.set(hook.id, hook);
    this.#writtenCursors.set(hook.id, hook.cursor);
  }

  /** The entries up to `cursor` are none that it wants: worth a row only now and then. */
  passOver(hook: Webhook, cursor: number): void {
    const passed = { ...hook, cursor };
    if (cursor - (this.#writtenCursors.get(hook.id) ?? 0) >= passedUnwritten) this.put(passed);
    else this.#hooks.set(hook.id, passed);
  }

  /** False when there is none with this id. */
  remove(id: string): boolean {
    if (!this.#hooks.has(id)) return false;
    this.rowsWritten += this.#sql.exec("DELETE FROM webhooks WHERE id = ?", id).rowsWritten;
    this.#hooks.delete(id);
    this.#writtenCursors.delete(id);
    return true;
  }
}

function read({ created_at, created_by, previous_secret, previous_until, counted_from, ...row }: Row): Webhook {
  return {
    id: row.id,
    url: row.url,
    kinds: JSON.parse(row.kinds) as JournalKind[],
    description: row.description,
    createdAt: created_at,
    createdBy: created_by,
    secret: row.secret,
    previous: previous_secret === null ? null : { secret: previous_secret, until: previous_until ?? 0 },
    cursor: row.cursor,
    countedFrom: counted_from,
    state: JSON.parse(row.state) as WebhookState,
  };
}
