import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { vi } from "vitest";
import { runCommand } from "../../src/cli/program.ts";

export type Ran = { readonly code: number; readonly out: string; readonly err: string };

/** Runs one command line in this process, as a shell without a terminal would. */
export async function run(...args: readonly string[]): Promise<Ran> {
  let out = "";
  let err = "";
  const taking = (take: (text: string) => void) => (text: string | Uint8Array) => {
    take(String(text));
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(taking((text) => (out += text))),
    vi.spyOn(process.stderr, "write").mockImplementation(taking((text) => (err += text))),
  ];
  try {
    return { code: await runCommand(args), out, err };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** What another side was asked: method, path with query, and what a change says of itself. */
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly ifMatch: string | undefined;
  readonly body: unknown;
};
/** An answer, or how the connection ends instead. */
export type Reply = { readonly status: number; readonly body: unknown } | "broken";

/** Something that speaks HTTP as the control plane does; the command is pointed at it. Closed by `close`. */
export async function otherSide(reply: (asked: Asked, all: readonly Asked[]) => Reply) {
  const asked: Asked[] = [];
  const listener: RequestListener = (request, response) => {
    void textOf(request).then((text) => {
      const one = {
        method: request.method ?? "",
        path: decodeURIComponent(request.url ?? ""),
        key: request.headers["idempotency-key"]?.toString(),
        ifMatch: request.headers["if-match"],
        body: text === "" ? undefined : (JSON.parse(text) as unknown),
      };
      asked.push(one);
      const answer = reply(one, asked);
      if (answer === "broken") return request.socket.destroy();
      const isProblem = answer.status >= 400;
      const type = isProblem ? "application/problem+json" : "application/json";
      return response.writeHead(answer.status, { "Content-Type": type }).end(JSON.stringify(answer.body));
    });
  };
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("BRIDGEHEAD_URL", `http://127.0.0.1:${port}`);
  vi.stubEnv("BRIDGEHEAD_TOKEN", "a-token");
  vi.stubEnv("BRIDGEHEAD_CLUSTER", "exchange");
  return {
    asked,
    close: () => {
      vi.unstubAllEnvs();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** What a change is answered with. */
export function accepted(more: Readonly<Record<string, unknown>> = {}): Reply {
  const body = {
    changed: [],
    after: 0,
    epoch: null,
    revision: 1,
    differences: [],
    notes: [],
    entries: [],
    dryRun: false,
    operation: null,
    ...more,
  };
  return { status: 200, body };
}

export const operationId = "0b8f1a2c5d3e4f60";

export function operation(status: Readonly<Record<string, unknown>>, kind = "move"): Readonly<Record<string, unknown>> {
  const of = { node: "NODE2", group: "Exchange", resource: null, epoch: 1, count: null, groups: [], ends: [] };
  return { id: operationId, kind, actor: "admin", startedAt: 0, ...of, status };
}
