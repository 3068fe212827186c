import { createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { seenByControlPlane, seenByPeer } from "../../../src/cli/doctor/seen-from.ts";

const server = { group: "Mail", address: "127.0.0.2", networkName: "mail.example.org" };
const opened: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const one of opened.splice(0)) one.close();
});

type Heard = { caller: string; words: string };

/** A peer that greets, and answers each line that it hears. */
async function peer(greeting: string, answer: (line: string, caller: string) => string | null) {
  const heard: Heard = { caller: "", words: "" };
  const listening = createServer((socket) => {
    heard.caller = socket.remoteAddress ?? "";
    socket.on("error", () => {});
    socket.write(greeting);
    socket.setEncoding("latin1").on("data", (words: string) => {
      heard.words += words;
      const said = answer(words, heard.caller);
      if (said === null) socket.destroy();
      else socket.write(said);
    });
  });
  opened.push(listening);
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("it listens at no port");
  return { heard, at: { host: "127.0.0.1", port: address.port } };
}

const ask = (at: { host: string; port: number }, expected = server.address) =>
  seenByPeer(server, { ...at, expected, withinMs: 1_000 }, AbortSignal.timeout(5_000));

/** One that sends this to whoever connects, without end and without a line's. */
async function endless(first: string): Promise<{ host: string; port: number }> {
  const pour = (socket: Socket): void => {
    while (!socket.destroyed && socket.write("x".repeat(4_096)));
  };
  const listening = createServer((socket) => {
    socket.on("error", () => {}).on("drain", () => pour(socket));
    socket.write(first);
    pour(socket);
  });
  opened.push(listening);
  await new Promise<void>((resolve) => listening.listen(0, "127.0.0.1", resolve));
  const address = listening.address();
  if (address === null || typeof address === "string") throw new Error("it listens at no port");
  return { host: "127.0.0.1", port: address.port };
}

test("CL39 a peer is greeted from the virtual IP under the virtual name, and what it tells of the caller is what the world sees", async () => {
  const { heard, at } = await peer("220-mx.example.net\r\n220 ESMTP\r\n", (line, caller) =>
    line.startsWith("EHLO") ? `250-mx.example.net Hello mail.example.org [${caller}]\r\n250 SIZE\r\n` : "221 bye\r\n",
  );
  expect(await ask(at)).toEqual({ kind: "as", address: "127.0.0.2" });
  expect(heard).toMatchObject({ caller: "127.0.0.2", words: expect.stringMatching(/^EHLO mail\.example\.org\r\n/) });
});

test("CL39 an address literal of IPv6 is read with its tag and without, in any spelling", async () => {
  for (const literal of ["IPv6:2001:DB8:0::1", "2001:db8::1"]) {
    const { at } = await peer("220 mx\r\n", () => `250 mx at your service, [${literal}]\r\n`);
    expect(await ask(at)).toEqual({ kind: "as", address: "2001:db8::1" });
  }
});

test("CL39 a peer that does not tell, refuses, says nothing that is SMTP, or is not there, is told apart", async () => {
  const silent = await peer("220 mx\r\n", () => "250 mx [not an address]\r\n");
  expect(await ask(silent.at)).toEqual({ kind: "untold" });
  const listed = await peer("554 mx no: you are on a list\r\n", () => null);
  expect(await ask(listed.at)).toEqual({ kind: "refused", why: "554 mx no: you are on a list" });
  const strict = await peer("220 mx\r\n", () => "550 mx I do not know you\r\n");
  expect(await ask(strict.at)).toEqual({ kind: "refused", why: "550 mx I do not know you" });
  const other = await peer("SSH-2.0-OpenSSH_9.2\r\n", () => null);
  expect(await ask(other.at)).toEqual({ kind: "odd", why: "it does not speak SMTP" });
  const leaving = await peer("220 mx\r\n", () => null);
  expect(await ask(leaving.at)).toEqual({ kind: "odd", why: "it ended the connection" });
  const [gone] = opened;
  await new Promise((resolve) => gone?.close(resolve));
  expect(await ask(silent.at)).toEqual({ kind: "unreached", why: "ECONNREFUSED" });
});

test("CL39 a peer that says nothing is waited for no longer than it may take, and that is what is said of it", async () => {
  const { at } = await peer("", () => null);
  expect(await ask(at)).toEqual({ kind: "odd", why: "no answer within 1 s" });
  const over = new AbortController();
  const asked = seenByPeer(server, { ...at, expected: server.address, withinMs: 60_000 }, over.signal);
  over.abort();
  expect(await asked).toMatchObject({ kind: "unreached" });
});

test("CL39 a peer whose lines have no end is left, and so is a control plane whose answer has none", async () => {
  expect(await ask(await endless("220 mx"))).toEqual({ kind: "odd", why: "its answer has no end" });
  const { host, port } = await endless("HTTP/1.1 200 OK\r\n\r\n");
  expect(await seenByControlPlane(server, `http://${host}:${port}`, AbortSignal.timeout(5_000))).toEqual({
    kind: "odd",
    why: "its answer has no end",
  });
});

test("CL39 a control plane that answers something else is told from one that is not reached, and not in its words", async () => {
  const { at } = await peer("HTTP/1.1 502 \u001b[31mBad\r\nConnection: close\r\n\r\n<\u001b[31m>", () => null);
  const url = (port: number) => `http://${at.host}:${port}`;
  const seen = await seenByControlPlane(server, url(at.port), AbortSignal.timeout(5_000));
  expect(seen).toEqual({ kind: "odd", why: "it answers with status 502" });
  expect(await seenByControlPlane(server, url(1), AbortSignal.timeout(5_000))).toEqual({
    kind: "unreached",
    why: "ECONNREFUSED",
  });
});

test("CL39 what stands first in an answer is the peer's own name, also as a literal; of several the expected one counts", async () => {
  const named = await peer("220 mx\r\n", () => "250-[192.0.2.25] greets [192.0.2.100]\r\n250 SIZE\r\n");
  expect(await ask(named.at)).toEqual({ kind: "as", address: "192.0.2.100" });
  const alone = await peer("220 mx\r\n", () => "250 [192.0.2.25]\r\n");
  expect(await ask(alone.at)).toEqual({ kind: "untold" });
  const both = await peer("220 mx\r\n", () => "250 mx [192.0.2.25] greets [192.0.2.100]\r\n");
  expect(await ask(both.at, "192.0.2.100")).toEqual({ kind: "as", address: "192.0.2.100" });
  expect(await ask(both.at, "192.0.2.7")).toEqual({ kind: "as", address: "192.0.2.25" });
});

test("CL39 of a peer's words none moves the cursor of a terminal, and no more are repeated than fit a few lines", async () => {
  const { at } = await peer(`554 \u001b]0;owned\u0007 \u009b31m no\u0000 ${"x".repeat(5_000)}\r\n`, () => null);
  const seen = await ask(at);
  if (seen.kind !== "refused") throw new Error(seen.kind);
  expect(seen.why).toMatch(/^554 \?\]0;owned\? \?/);
  expect(seen.why).not.toMatch(/\p{C}/u);
  expect(seen.why.length).toBeLessThanOrEqual(200);
});
