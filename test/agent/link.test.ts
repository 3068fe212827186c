import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { createLink, type Link } from "../../src/agent/link.ts";
import type { AgentMessage } from "../../src/cluster/messages.ts";
import { problemDetails } from "../../src/protocol/problems.ts";
import { until } from "../support/until.ts";

const hello: AgentMessage = {
  type: "hello",
  protocol: 1,
  incarnation: "run",
  connection: 1,
  seen: { generation: null, revision: null, epochs: {} },
  released: [],
  holding: [],
  machine: null,
  peer: null,
  told: { associations: 0, notices: 0 },
};
const welcome = {
  type: "welcome",
  generation: { number: 1, nonce: "n" },
  connection: 1,
  standing: { kind: "Up" },
  assignment: {
    revision: { generation: 1, n: 1 },
    lease: { ttlMs: 2_000, renewMs: 500 },
    groups: [],
    mayCome: [],
    vouchesFor: [],
  },
};

/** As an agent asks for it: what it logs names cluster and node by this. */
const session = "/v1/clusters/exchange/nodes/NODEA/session";

let server: Server;
let sockets: WebSocketServer;
let link: Link;
let peers: WebSocket[] = [];
let heard: string[] = [];
let told: string[] = [];
let logged: string[] = [];
let authorization: string | undefined;
let offered: string | undefined;
let tokens: string[] = [];

beforeEach(async () => {
  [peers, heard, told, logged, authorization] = [[], [], [], [], undefined];
  tokens = [];
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  sockets = new WebSocketServer({ server, path: session });
  sockets.on("connection", (peer, request) => {
    authorization = request.headers.authorization;
    offered = request.headers["sec-websocket-protocol"];
    peers.push(peer);
    peer.on("message", (data) => heard.push(String(data)));
  });
  link = linkTo(session);
});
afterEach(() => {
  link.end();
  for (const peer of peers) peer.terminate();
  sockets.close();
  server.close();
  server.closeAllConnections();
});

function linkTo(path: string): Link {
  return createLink({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    asking: { node: "NODEA", cluster: "exchange" },
    token: () => tokens.shift() ?? "a-token",
    opened: (connection) => told.push(`opened ${connection}`),
    received: (connection, message) => told.push(`received ${connection} ${message.type}`),
    closed: (connection) => told.push(`closed ${connection}`),
    log: (_level, code, detail) => logged.push(`${code}: ${detail}`),
  });
}

const toldOf = (what: string): Promise<void> => until(() => told.includes(what), 5_000, what);

test("AG5 one connection at a time: a new one ends the old one, of which nothing is told any more", async () => {
  link.connect(1, 1_000);
  await toldOf("opened 1");
  link.connect(2, 1_000);
  await toldOf("opened 2");
  peers[0]?.send(JSON.stringify(welcome));
  peers[1]?.send(JSON.stringify(welcome));
  await toldOf("received 2 welcome");
  expect(told).toEqual(["opened 1", "opened 2", "received 2 welcome"]);
  expect(authorization).toBe("Bearer a-token");
});

test("AG5 nothing is queued: what is sent while no connection is open is gone", async () => {
  link.send(1, hello);
  link.connect(1, 1_000);
  link.send(1, hello);
  await toldOf("opened 1");
  link.send(2, hello);
  link.send(1, { ...hello, connection: 7 });
  await until(() => heard.length > 0, 5_000);
  expect(heard.map((text) => JSON.parse(text).connection)).toEqual([7]);
});

test("AG5 a connection that is dropped here is not told as closed, and is gone at the other side", async () => {
  link.connect(1, 1_000);
  await toldOf("opened 1");
  link.disconnect(1);
  await until(() => peers[0]?.readyState === 3, 5_000);
  expect(told).toEqual(["opened 1"]);
});

test.each<[string, string | Buffer]>([
  ["no JSON", "hello?"],
  ["JSON of another shape", '{"type":"welcome"}'],
  ["a binary frame", Buffer.from(JSON.stringify(welcome))],
])("AG6 %s drops the connection, once", async (_title, frame) => {
  link.connect(1, 1_000);
  await toldOf("opened 1");
  peers[0]?.send(frame);
  peers[0]?.send(JSON.stringify(welcome));
  await toldOf("closed 1");
  expect(told).toEqual(["opened 1", "closed 1"]);
  expect(logged.join()).toContain("malformed-message");
});

test("AG7 a connection that nobody answers is told as closed in time", async () => {
  server.removeAllListeners("upgrade");
  server.on("upgrade", () => {});
  const began = performance.now();
  link.connect(1, 100);
  await toldOf("closed 1");
  expect(performance.now() - began).toBeGreaterThanOrEqual(90);
});

test("AG7 a refusal is told as closed and logged with how to mend it, and the same one only once", async () => {
  server.removeAllListeners("upgrade");
  server.on("upgrade", (_request, socket) => socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
  for (const connection of [1, 2, 3]) {
    link.connect(connection, 1_000);
    await toldOf(`closed ${connection}`);
  }
  expect(told).toEqual(["closed 1", "closed 2", "closed 3"]);
  const refusals = logged.filter((line) => line.startsWith("session-refused"));
  expect(refusals).toEqual([
    expect.stringContaining("bridgehead token create --role node --node NODEA --cluster exchange"),
  ]);
});

test.each([
  [401, "bridgehead token create --role node --node NODEA --cluster exchange"],
  [403, "bridgehead token create --role node --node NODEA --cluster exchange"],
  [404, "bridgehead cluster show --cluster exchange"],
])("AG11 a refusal with %i names the command to run, with this node and its cluster", async (status, named) => {
  server.removeAllListeners("upgrade");
  server.on("upgrade", (_request, socket) => socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`));
  link.connect(1, 1_000);
  await toldOf("closed 1");
  expect(logged).toEqual([expect.stringMatching(new RegExp(`^session-refused: .*${named}$`))]);
});

test("SV1: it names the version of the session that it speaks, before it says anything", async () => {
  link.connect(1, 1_000);
  await toldOf("opened 1");
  expect(offered).toBe("bridgehead-session.2");
});

/** As a control plane that speaks the version that it names. */
function serveVersion(handleProtocols: () => string | false): void {
  server.removeAllListeners("upgrade");
  const other = new WebSocketServer({ noServer: true, handleProtocols });
  other.on("connection", (peer) => peers.push(peer));
  server.on("upgrade", (request, socket, head) =>
    other.handleUpgrade(request, socket, head, (peer) => {
      peer.on("message", (data) => heard.push(String(data)));
      other.emit("connection", peer, request);
    }),
  );
}

test.each([
  ["names none, and is of version 1", () => false as const, 1],
  ["names another one than was offered", () => "bridgehead-session.1", 1],
])(
  "SV3: a control plane that %s is told nothing, and what to do about it is said once",
  async (_what, names, version) => {
    serveVersion(names);
    for (const connection of [1, 2]) {
      link.connect(connection, 1_000);
      await toldOf(`closed ${connection}`);
    }
    expect(told).toEqual(["closed 1", "closed 2"]);
    expect(heard).toEqual([]);
    expect(logged).toEqual([
      `session-refused: the control plane speaks version ${version} of the session, and this agent version 2: update the control plane first; this agent holds nothing until then, and goes on asking`,
    ]);
  },
);

test.each([
  ["session-version-newer", /does not know: update the control plane first; .* goes on asking$/],
  ["session-version-older", /knows no more: update this agent/],
  ["some-code-of-later", /answered 409 instead of opening the session/],
])("SV3: a refusal with the code %s is told with what to do about it, once", async (code, sentence) => {
  server.removeAllListeners("upgrade");
  const body = JSON.stringify({ ...problemDetails("session-version-newer", "x"), code });
  server.on("upgrade", (_request, socket) =>
    socket.end(`HTTP/1.1 409 Conflict\r\nContent-Length: ${body.length}\r\n\r\n${body}`),
  );
  for (const connection of [1, 2]) {
    link.connect(connection, 1_000);
    await toldOf(`closed ${connection}`);
  }
  expect(told).toEqual(["closed 1", "closed 2"]);
  expect(logged).toEqual([expect.stringMatching(sentence)]);
});

test.each([
  ["never ends", (socket: Duplex) => socket.write("HTTP/1.1 409 Conflict\r\nContent-Length: 99\r\n\r\n{")],
  ["breaks off", (socket: Duplex) => socket.end("HTTP/1.1 409 Conflict\r\nContent-Length: 99\r\n\r\n{")],
  ["is far too long", (socket: Duplex) => socket.end(`HTTP/1.1 409 Conflict\r\n\r\n"${"a".repeat(100_000)}"`)],
])("AG7 a refusal whose body %s is told as closed in time", async (_what, answerWith) => {
  server.removeAllListeners("upgrade");
  server.on("upgrade", (_request, socket: Duplex) => {
    socket.on("error", () => {});
    answerWith(socket);
  });
  link.connect(1, 200);
  await toldOf("closed 1");
  expect(told).toEqual(["closed 1"]);
});

test("AG7 a server that is gone is told as closed", async () => {
  link.connect(1, 1_000);
  await toldOf("opened 1");
  for (const peer of peers) peer.terminate();
  await toldOf("closed 1");
  expect(told).toEqual(["opened 1", "closed 1"]);
});

test("AG10 the token is asked for with each connection, so that one that was replaced counts from the next one on", async () => {
  tokens = ["old", "new"];
  link.connect(1, 1_000);
  await toldOf("opened 1");
  expect(authorization).toBe("Bearer old");
  link.connect(2, 1_000);
  await toldOf("opened 2");
  expect(authorization).toBe("Bearer new");
});

test("AG11 a node that is turned away after it has connected says why, once, however often it knocks", async () => {
  for (const connection of [1, 2, 3]) {
    link.connect(connection, 1_000);
    await toldOf(`opened ${connection}`);
    peers[connection - 1]?.close(4003, "unknown-node");
    await toldOf(`closed ${connection}`);
  }
  expect(logged).toEqual([
    expect.stringMatching(
      /^session-closed: the cluster has no such node .*bridgehead node add NODEA --address ADDRESS --cluster exchange$/,
    ),
  ]);
  link.connect(4, 1_000);
  await toldOf("opened 4");
  peers[3]?.send(JSON.stringify(welcome));
  await toldOf("received 4 welcome");
  peers[3]?.close(4003, "unknown-node");
  await toldOf("closed 4");
  expect(logged).toHaveLength(2);
});
