import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";

/** What an upload says of itself (multipart field `metadata`). */
const metadataSchema = z.object({
  bindings: z.array(z.looseObject({ name: z.string(), type: z.string() })),
  keep_bindings: z.array(z.string()).default([]),
  code_update_strategy: z.looseObject({ mode: z.string() }).optional(),
});
export type Upload = z.infer<typeof metadataSchema>;

/** So much of Cloudflare's API as `wrangler deploy` asks of an account that has no Worker yet; what it uploads is kept. */
export type FakeCloudflare = {
  readonly environment: Readonly<Record<string, string>>;
  /** The path of each request. */
  readonly asked: readonly string[];
  readonly uploads: readonly Upload[];
  readonly close: () => Promise<void>;
};

export async function fakeCloudflare(): Promise<FakeCloudflare> {
  const asked: string[] = [];
  const uploads: Upload[] = [];
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const path = request.url ?? "";
      asked.push(path);
      if (request.method === "PUT" && path.includes("/workers/scripts/")) uploads.push(uploadIn(body));
      const isUnknown = path.endsWith("/workers/services/bridgehead");
      // 10090: there is no such Worker.
      const errors = isUnknown ? [{ code: 10_090, message: "there is no such Worker" }] : [];
      response.writeHead(isUnknown ? 404 : 200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ success: !isUnknown, errors, messages: [], result: resultOf(path) }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      CLOUDFLARE_API_BASE_URL: `http://127.0.0.1:${port}/client/v4`,
      CLOUDFLARE_API_TOKEN: "token-of-the-account",
      CLOUDFLARE_ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
    },
    asked,
    uploads,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function resultOf(path: string): unknown {
  const here = path.split("?")[0] ?? "";
  if (here.endsWith("/secrets")) return [];
  if (here.endsWith("/deployments")) return { deployments: [] };
  if (here.endsWith("/workers/subdomain")) return { subdomain: "example" };
  return { id: "bridgehead", deployment_id: "deployment", subdomain: { enabled: true, previews_enabled: false } };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request.setEncoding("latin1")) text += String(piece);
  return text;
}

function uploadIn(body: string): Upload {
  const [, metadata = ""] = /name="metadata"\r\n\r\n(.*?)\r\n--/s.exec(body) ?? [];
  return metadataSchema.parse(JSON.parse(metadata));
}
