import { DurableObject } from "cloudflare:workers";

/**
 * What the same runtime does with nothing of ours in it: it answers at once, or after a row of a Durable Object; and some of what an
 * answer of ours is made of, one thing at a time.
 */

type Env = { readonly ROWS: DurableObjectNamespace<RowObject> };
type Row = { readonly decision: string; readonly address: string; readonly epoch: number };

const atOnce: Row = { decision: "BIND", address: "127.0.1.100", epoch: 1 };
/** As many as a verdict takes: of the token, of the admin token, and of the cluster's name. */
const digests = 3;

export class RowObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS rows (name TEXT PRIMARY KEY, decision TEXT, address TEXT, epoch INTEGER)");
    const { decision, address, epoch } = atOnce;
    sql.exec("INSERT OR REPLACE INTO rows VALUES ('row', ?, ?, ?)", decision, address, epoch);
  }

  read(): Row {
    return this.ctx.storage.sql.exec<Row>("SELECT decision, address, epoch FROM rows WHERE name = ?", "row").one();
  }

  remember(): Row {
    return atOnce;
  }
}

export default {
  async fetch(request, env) {
    const object = (): DurableObjectStub<RowObject> => env.ROWS.getByName("row");
    switch (new URL(request.url).pathname) {
      case "/at-once":
        return Response.json(atOnce);
      case "/memory":
        return Response.json(await object().remember());
      case "/row":
        return Response.json(await object().read());
      case "/two-calls":
        await object().read();
        return Response.json(await object().remember());
      case "/digests":
        for (let at = 0; at < digests; at += 1) await digestOf(request.headers.get("X-Measured-As") ?? "");
        return Response.json(atOnce);
      default:
        return new Response(null, { status: 404 });
    }
  },
} satisfies ExportedHandler<Env>;

function digestOf(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}
