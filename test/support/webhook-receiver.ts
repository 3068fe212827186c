import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Received } from "./received.ts";

export type Receiver = {
  readonly url: string;
  readonly port: number;
  readonly received: (box: string) => readonly Received[];
  readonly close: () => Promise<void>;
};

type Box = { answers: number[]; received: Received[]; readonly silent: Set<ServerResponse> };

/**
 * A real receiver of webhooks: `POST /NAME` delivers into the box of that name. A test that is in another process says with
 * `PUT /NAME` how the box shall answer (what hangs is let go with 503), and reads with `GET /NAME` what came.
 */
export async function startReceiver(port = 0): Promise<Receiver> {
  const boxes = new Map<string, Box>();
  const boxOf = (name: string): Box => {
    const box = boxes.get(name) ?? { answers: [200], received: [], silent: new Set() };
    boxes.set(name, box);
    return box;
  };
  const server = createServer((request, response) => {
    void answer(boxOf(request.url ?? "/"), request, response);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received: (box) => boxOf(`/${box}`).received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(box: Box, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  switch (request.method) {
    case "GET":
      response.end(JSON.stringify(box.received));
      return;
    case "PUT":
      box.answers = JSON.parse(body) as number[];
      for (const silent of box.silent) silent.writeHead(503).end();
      box.silent.clear();
      response.end();
      return;
    default: {
      const status = (box.answers.length > 1 ? box.answers.shift() : box.answers[0]) ?? 200;
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      box.received.push({ headers, body, answered: status });
      if (status === 0) box.silent.add(response);
      else
        response.writeHead(status, status === 302 ? { Location: "/elsewhere" } : {}).end("an answer that nobody reads");
    }
  }
}
