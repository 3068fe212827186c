import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { seenByPeer } from "../../../src/cli/doctor/seen-from.ts";

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

const ask = (at: { host: string; port: number }) => seenByPeer(server, at, AbortSignal.timeout(5_000));

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
  expect(await ask(other.at)).toEqual({ kind: "unreached", why: "it does not speak SMTP" });
  const leaving = await peer("220 mx\r\n", () => null);
  expect(await ask(leaving.at)).toMatchObject({ kind: "unreached" });
  const [gone] = opened;
  await new Promise((resolve) => gone?.close(resolve));
  expect(await ask(silent.at)).toEqual({ kind: "unreached", why: "ECONNREFUSED" });
});

test("CL39 a peer that says nothing is waited for no longer than the check may take", async () => {
  const { at } = await peer("", () => null);
  const over = new AbortController();
  const asked = seenByPeer(server, at, over.signal);
  over.abort();
  expect(await asked).toMatchObject({ kind: "unreached" });
});
