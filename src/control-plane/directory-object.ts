import { DurableObject } from "cloudflare:workers";
import type { ClusterList } from "../protocol/clusters.ts";
import { protocolLimits } from "../protocol/limits.ts";
import { nameKey } from "../protocol/names.ts";
import type { Env } from "./env.ts";

export type Registration = "registered" | "known" | "full";

/**
 * Knows which clusters exist, and nothing else. It is asked before a cluster's object is spoken to, because speaking to an
 * object is what creates it.
 */
export class DirectoryObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS clusters (key TEXT PRIMARY KEY, name TEXT NOT NULL, created_at INTEGER NOT NULL)
       STRICT, WITHOUT ROWID`,
    );
  }

  has(name: string): boolean {
    return this.ctx.storage.sql.exec("SELECT key FROM clusters WHERE key = ?", nameKey(name)).toArray().length > 0;
  }

  register(name: string): Registration {
    if (this.has(name)) return "known";
    if (this.count() >= protocolLimits.clusters) return "full";
    this.ctx.storage.sql.exec(
      "INSERT INTO clusters (key, name, created_at) VALUES (?, ?, ?)",
      nameKey(name),
      name,
      Date.now(),
    );
    return "registered";
  }

  count(): number {
    return this.ctx.storage.sql.exec<{ count: number }>("SELECT COUNT(*) AS count FROM clusters").one().count;
  }

  unregister(name: string): void {
    this.ctx.storage.sql.exec("DELETE FROM clusters WHERE key = ?", nameKey(name));
  }

  list(): ClusterList["clusters"] {
    return this.ctx.storage.sql
      .exec<{ name: string; created_at: number }>("SELECT name, created_at FROM clusters ORDER BY key")
      .toArray()
      .map(({ name, created_at: createdAt }) => ({ name, createdAt }));
  }
}
