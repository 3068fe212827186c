import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalSocket, serveLocalSocket } from "../../src/agent/local-socket.ts";
import { UnixServerError, type UnixServer } from "../../src/agent/unix-server.ts";
import type { LocalVerdict } from "../../src/agent/local-verdict.ts";
import { mostWatches } from "../../src/agent/verdict-watch.ts";
import { deferred } from "../../src/mta/deferred.ts";

let folder = "";
let path = "";
const servers: UnixServer[] = [];
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bridgehead-socket-"));
  path = join(folder, "agent.sock");
  logged.length = 0;
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

const bind = {
  decision: "BIND",
  address: "127.0.1.100",
  prefix: 24,
  networkName: "EXCHVS",
  epoch: 3,
  validForMs: 1_234,
  until: 101_234.9,
} as const satisfies LocalVerdict;
const standby: LocalVerdict = { decision: "DEFER", reason: "standby", retryAfterMs: 500 };

type Served = Parameters<typeof serveLocalSocket>[0];

async function serve(options: Partial<Served> = {}): Promise<LocalSocket> {
  const server = await serveLocalSocket({
    path,
    verdict: (group) => (group === "Exchange" ? bind : standby),
    log: (_level, code) => logged.push(code),
    ...options,
  });
  servers.push(server);
  return server;
}

/** Sends octets and resolves with everything that came back until the other side closed, or `lines` lines. */
async function talk(octets: string | Uint8Array, lines = Infinity): Promise<string> {
  const socket = createConnection(path);
  await once(socket, "connect");
  socket.write(octets);
  return read(socket, lines);
}

function read(socket: Socket, lines: number): Promise<string> {
  const { promise, resolve } = deferred<string>();
  let said = "";
  socket.on("data", (chunk) => {
    said += chunk.toString("latin1");
    if (said.split("\n").length > lines) socket.destroy();
  });
  socket.on("error", () => {});
  socket.on("close", () => resolve(said));
  return promise;
}

test("LS3 a question is a line, and so is its answer; many go over one connection, in their order", async () => {
  await serve();
  const questions = "source-address Exchange\nsource-address Other\nsource-address Exchange peer.test\n";
  expect(await talk(questions, 3)).toBe(
    "BIND 127.0.1.100 EXCHVS 3 1234\nDEFER standby\nBIND 127.0.1.100 EXCHVS 3 1234\n",
  );
});

test("LS3 a question that comes octet by octet is answered once, when it is whole", async () => {
  await serve();
  const socket = createConnection(path);
  socket.setNoDelay(true);
  await once(socket, "connect");
  for (const octet of "source-address Exchange\n") socket.write(octet);
  expect(await read(socket, 1)).toBe("BIND 127.0.1.100 EXCHVS 3 1234\n");
});

test("LS3 a group's name may hold blanks, with and without a destination after it", async () => {
  await serve({ verdict: (group) => (group === "Cluster Group" ? bind : standby) });
  expect(await talk("source-address Cluster Group\nsource-address Cluster Group peer.test\n", 2)).toBe(
    "BIND 127.0.1.100 EXCHVS 3 1234\nBIND 127.0.1.100 EXCHVS 3 1234\n",
  );
});

test("LS1 the verdict is asked for at the instant of answering", async () => {
  let left = 3;
  await serve({ verdict: () => ({ ...bind, validForMs: (left -= 1) }) });
  expect(await talk("source-address Exchange\nsource-address Exchange\n", 2)).toBe(
    "BIND 127.0.1.100 EXCHVS 3 2\nBIND 127.0.1.100 EXCHVS 3 1\n",
  );
});

test.each<[string, string | Uint8Array]>([
  ["another word", "GET / HTTP/1.1\r\n\r\n"],
  ["no group", "source-address \n"],
  ["no group and no blank", "source-address\n"],
  ["two blanks", "source-address  Exchange\n"],
  ["a carriage return", "source-address Exchange\r\n"],
  ["an empty line", "\n"],
  ["zero octets", Buffer.from("source-address Ex\0change\n", "latin1")],
  ["octets beyond ASCII", Buffer.from([0xff, 0xfe, 0x0a])],
  ["a line over 512 octets", `source-address ${"x".repeat(600)}\n`],
  ["512 octets without an end", "x".repeat(512)],
])("LS4 %s is answered ERROR malformed, and the connection ends", async (_title, octets) => {
  await serve();
  expect(await talk(octets)).toBe("ERROR malformed\n");
  expect(logged).toEqual(["malformed-question"]);
  expect(await talk("source-address Exchange\n", 1)).toContain("BIND");
});

test("LS4 what was asked well before the garbage is answered, and nothing after it", async () => {
  await serve();
  expect(await talk("source-address Exchange\nrubbish\nsource-address Exchange\n")).toBe(
    "BIND 127.0.1.100 EXCHVS 3 1234\nERROR malformed\n",
  );
});

/** A watch, with a way to wait for its next line. */
async function watching(group: string): Promise<{ readonly socket: Socket; readonly next: () => Promise<string> }> {
  const socket = createConnection(path);
  await once(socket, "connect");
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  socket.write(`watch ${group}\n`);
  return { socket, next: async () => String((await lines.next()).value) };
}

test("LS9 a watch is answered at once and with each change, and with nothing that is said already", async () => {
  let verdict: LocalVerdict = standby;
  const { changed } = await serve({ verdict: (group) => (group === "Cluster Group" ? verdict : standby) });
  const { socket, next } = await watching("Cluster Group");
  expect(await next()).toBe("DEFER standby");
  changed();
  verdict = { decision: "DENY", reason: "not-a-virtual-server" };
  changed();
  expect(await next()).toBe("DENY not-a-virtual-server");
  socket.destroy();
});

test("LS9 of a BIND a watch is told until when it lasts, not a millisecond more, and once as long as that is the same", async () => {
  let left = 2_000;
  let until = 101_234.9;
  const { changed } = await serve({ verdict: () => ({ ...bind, validForMs: (left -= 1), until }) });
  const { socket, next } = await watching("Exchange");
  expect(await next()).toBe("BIND 127.0.1.100 EXCHVS 3 101234");
  for (let time = 0; time < 10; time += 1) changed();
  until = 101_734.9;
  changed();
  expect(await next()).toBe("BIND 127.0.1.100 EXCHVS 3 101734");
  socket.destroy();
});

test("LS5 half of the connections are left for questions: a watch too many is told so", async () => {
  await serve();
  const watches = await Promise.all(Array.from({ length: mostWatches }, () => watching("Other")));
  await Promise.all(watches.map(({ next }) => next()));
  const { next } = await watching("Other");
  expect(await next()).toBe("ERROR full");
  expect(logged).toEqual(["watches-full"]);
  expect(await talk("source-address Exchange\n", 1)).toContain("BIND");
  for (const { socket } of watches) socket.destroy();
});

test("LS5 who asks much at once and reads is answered all of it", async () => {
  await serve();
  const questions = 20_000;
  const said = await talk("source-address Exchange\n".repeat(questions), questions);
  expect(said.split("\n").filter((line) => line !== "")).toHaveLength(questions);
});

test("LS9 a watch is the last that comes on its connection: anything after it is malformed", async () => {
  await serve();
  expect(await talk("source-address Exchange\nwatch Other\nsource-address Exchange\n")).toBe(
    "BIND 127.0.1.100 EXCHVS 3 1234\nERROR malformed\n",
  );
  const { socket, next } = await watching("Other");
  expect(await next()).toBe("DEFER standby");
  socket.write("source-address Exchange\n");
  expect(await next()).toBe("ERROR malformed");
});

test("LS9 a watch to which nothing is said stays, and one that nobody reads is ended", async () => {
  let round = 0;
  const { changed } = await serve({
    idleMs: 20,
    verdict: () => ({ ...bind, networkName: "n".repeat(200), epoch: (round += 1) }),
  });
  const { socket, next } = await watching("Exchange");
  await next();
  await delay(60);
  changed();
  expect(await next()).toContain("BIND");
  socket.pause();
  const closed = once(socket, "close");
  // More than the kernel keeps for a reader.
  for (let more = 0; more < 20_000; more += 1) changed();
  socket.resume();
  await closed;
});

test("LS5 the longest line that is a question is answered", async () => {
  await serve();
  const line = `source-address ${"x".repeat(511 - "source-address ".length)}\n`;
  expect(line).toHaveLength(512);
  expect(await talk(line, 1)).toBe("DEFER standby\n");
});

test("LS5 more connections than allowed are closed at once, and the others go on", async () => {
  await serve({ maxConnections: 2 });
  const first = createConnection(path);
  const second = createConnection(path);
  await Promise.all([once(first, "connect"), once(second, "connect")]);
  first.write("source-address Exchange\n");
  second.write("source-address Exchange\n");
  await Promise.all([once(first, "data"), once(second, "data")]);
  expect(await talk("source-address Exchange\n")).toBe("");
  expect(logged).toContain("socket-full");
  second.write("source-address Exchange\n");
  expect(String(await once(second, "data"))).toContain("BIND");
  first.destroy();
  second.destroy();
});

test("LS5 a connection that says nothing is closed", async () => {
  await serve({ idleMs: 20 });
  expect(await talk("")).toBe("");
});

test("LS6 the socket is for its owner and group alone", async () => {
  await serve();
  expect(statSync(path).mode & 0o777).toBe(0o660);
});

test("LS6 it can be given to another group, and to nobody's but the owner's", async () => {
  // Whoever runs the tests is in this group; root may give it to any.
  const group = process.getgroups?.().at(-1) ?? 0;
  await serve({ admits: group });
  expect(statSync(path)).toMatchObject({ gid: group });
  expect(statSync(path).mode & 0o777).toBe(0o660);
  const own = join(folder, "own.sock");
  await serve({ path: own, admits: "owner" });
  expect(statSync(own).mode & 0o777).toBe(0o600);
});

test("LS6 a group that it cannot be given to is told, and nothing is left listening", async () => {
  const refused = serve({ admits: 2 ** 32 });
  await expect(refused).rejects.toMatchObject({ code: "socket-unusable" });
  await expect(talk("source-address Exchange\n", 1)).rejects.toMatchObject({ code: expect.any(String) as string });
});

test("LS6 a socket that a dead process left is replaced, one that answers is not, and a file is left alone", async () => {
  const dead = createServer().listen(path);
  await once(dead, "listening");
  await expect(serve()).rejects.toMatchObject({ code: "socket-in-use" });
  await new Promise((resolve) => dead.close(resolve));
  await serve();
  await expect(serve()).rejects.toBeInstanceOf(UnixServerError);
  const file = join(folder, "precious");
  writeFileSync(file, "kept");
  await expect(serve({ path: file })).rejects.toMatchObject({ code: "socket-path" });
  expect(statSync(file).size).toBe(4);
});

test("LS6 a path that the kernel would cut off is refused", async () => {
  await expect(serve({ path: join(folder, "x".repeat(108)) })).rejects.toMatchObject({ code: "socket-path" });
});

test("LS3 who names a destination, or * for any, is answered for no group with a shorter name", async () => {
  await serve({ verdict: (group) => (group === "Exchange" ? bind : standby) });
  expect(await talk("source-address Exchange 2 *\nsource-address Exchange *\n", 2)).toBe(
    "DEFER standby\nBIND 127.0.1.100 EXCHVS 3 1234\n",
  );
});
