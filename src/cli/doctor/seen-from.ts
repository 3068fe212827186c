import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import type { Readable } from "node:stream";
import { canonicalAddress } from "../../mta/canonical-address.ts";
import { familyOf } from "../../cluster/definition/ip-address.ts";
import { echoSourceSchema } from "../../protocol/about.ts";
import { jsonOf } from "../../protocol/json.ts";
import { codeOf, messageOf } from "../errors.ts";
import type { MailServer, SeenAs } from "./judge/mail.ts";
import { printable } from "./words.ts";

/** Octets that somebody may say before he is left: a reply to EHLO has a thousand, and what `/echo-source` says a hundred. */
const mostOctets = 65_536;

/** It is reached, and does not answer as it should. What it said itself is no part of why. */
class OddAnswer extends Error {}

/** Asks the control plane from the virtual IP itself. It never rejects. */
export async function seenByControlPlane({ address }: MailServer, url: string, signal: AbortSignal): Promise<SeenAs> {
  try {
    const answer = await getFrom(address, `${url}/echo-source`, signal);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw new OddAnswer(`it answers with status ${answer.statusCode ?? "none"}`);
    }
    const told = echoSourceSchema.safeParse(jsonOf(await allOf(answer)));
    if (!told.success) throw new OddAnswer("it answers with something else than an address");
    const seen = told.data.address;
    return seen === null ? { kind: "untold" } : { kind: "as", address: printable(canonicalAddress(seen)) };
  } catch (error) {
    return notSeen(error);
  }
}

/** `fetch` cannot be told which address to call from. */
function getFrom(localAddress: string, url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const options = { localAddress, family: familyOf(localAddress), signal, agent: false };
    request(url, options, resolve).on("error", reject).end();
  });
}

async function allOf(answer: Readable): Promise<string> {
  let text = "";
  for await (const chunk of boundedChunks(answer)) text += chunk;
  return text;
}

/** How a peer is asked. */
export type AskedPeer = {
  readonly host: string;
  readonly port: number;
  /** As what the virtual server should be seen. */
  readonly expected: string;
  /** From the call to the last line of the answer. */
  readonly withinMs: number;
};

/**
 * Greets a peer's SMTP server from the virtual IP, under the virtual server's name, and leaves. Many servers repeat in their answer to EHLO
 * from which address they are called (RFC 5321 section 4.1.1.1, ehlo-greet), and one that refuses this caller says so. It never rejects.
 */
export async function seenByPeer(
  { address, networkName }: MailServer,
  { host, port, expected, withinMs }: AskedPeer,
  signal: AbortSignal,
): Promise<SeenAs> {
  const family = familyOf(address);
  const socket = connect({ host, port, localAddress: address, family, autoSelectFamily: false, signal });
  // What fails is told by the lines that do not come; what fails after the last is nobody's loss.
  socket.on("error", () => {});
  const late = `no answer within ${withinMs / 1_000} s`;
  const timer = setTimeout(() => socket.destroy(socket.connecting ? new Error(late) : new OddAnswer(late)), withinMs);
  try {
    await once(socket, "connect");
    const lines = linesOf(socket);
    const greeting = await replyOf(lines);
    if (greeting.code !== 220) return { kind: "refused", why: printable(greeting.text) };
    socket.write(`EHLO ${networkName}\r\n`);
    const answer = await replyOf(lines);
    socket.end("QUIT\r\n");
    if (answer.code !== 250) return { kind: "refused", why: printable(answer.text) };
    const seen = callerIn(answer.text, expected);
    return seen === null ? { kind: "untold" } : { kind: "as", address: seen };
  } catch (error) {
    return notSeen(error);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function notSeen(error: unknown): SeenAs {
  if (error instanceof OddAnswer) return { kind: "odd", why: error.message };
  return { kind: "unreached", why: codeOf(error) ?? messageOf(error) };
}

/** An octet is a letter, whatever it means to somebody. Throws where there is more than anybody needs. */
async function* boundedChunks(stream: Readable): AsyncGenerator<string, void> {
  let octets = 0;
  for await (const chunk of stream.setEncoding("latin1") as AsyncIterable<string>) {
    octets += chunk.length;
    if (octets > mostOctets) throw new OddAnswer("its answer has no end");
    yield chunk;
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string, void> {
  let begun = "";
  try {
    for await (const chunk of boundedChunks(socket)) {
      const [first = "", ...more] = chunk.split("\n");
      begun += first;
      for (const next of more) {
        yield begun.replace(/\r$/, "");
        begun = next;
      }
    }
  } catch (error) {
    // Of a connection that was there: it was reset. What ends the waiting is no error of the connection.
    throw codeOf(error) === "ECONNRESET" ? ended() : error;
  }
}

const ended = (): OddAnswer => new OddAnswer("it ended the connection");

/** A reply of one or more lines (RFC 5321 section 4.2.1), and its first line. */
type Reply = { readonly code: number; readonly text: string };
/** Far more than a reply to EHLO has. */
const mostLines = 100;

async function replyOf(lines: AsyncGenerator<string, void>): Promise<Reply> {
  let text: string | null = null;
  for (let n = 0; n < mostLines; n += 1) {
    const { value: line, done } = await lines.next();
    if (done === true) throw ended();
    const [, code, more] = /^(\d{3})(-| |$)/.exec(line) ?? [];
    if (code === undefined) break;
    text ??= line;
    if (more !== "-") return { code: Number(code), text };
  }
  throw new OddAnswer("it does not speak SMTP");
}

/**
 * As whom an answer to EHLO names the caller: by an address literal (RFC 5321 section 4.1.3), also without the tag of IPv6, as some write
 * it; null: there is none. The word behind the code is the server's own name, which may be a literal as well.
 */
function callerIn(text: string, expected: string): string | null {
  const said = text.replace(/^\d{3}[- ]\S*/, "");
  const literals = [...said.matchAll(/\[(?:IPv6:)?([0-9a-f.:]+)\]/gi)]
    .map(([, literal = ""]) => literal)
    .filter((literal) => isIP(literal) !== 0)
    .map(canonicalAddress);
  return literals.find((literal) => literal === expected) ?? literals[0] ?? null;
}
