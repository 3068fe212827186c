import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP } from "node:net";
import { createInterface } from "node:readline";
import { canonicalAddress } from "../../mta/canonical-address.ts";
import { familyOf } from "../../cluster/definition/ip-address.ts";
import { echoSourceSchema } from "../../protocol/about.ts";
import { codeOf, messageOf } from "../errors.ts";
import type { MailServer, SeenAs } from "./judge/mail.ts";

/** Asks the control plane from the virtual IP itself. It never rejects. */
export async function seenByControlPlane({ address }: MailServer, url: string, signal: AbortSignal): Promise<SeenAs> {
  try {
    const told = echoSourceSchema.parse(JSON.parse(await getFrom(address, `${url}/echo-source`, signal)));
    return told.address === null ? { kind: "untold" } : { kind: "as", address: told.address };
  } catch (error) {
    return unreached(error);
  }
}

/** `fetch` cannot be told which address to call from. */
function getFrom(localAddress: string, url: string, signal: AbortSignal): Promise<string> {
  const request = url.startsWith("https:") ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asking = request(url, { localAddress, family: familyOf(localAddress), signal, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      answer.once("end", () => resolve(text)).once("error", reject);
    });
    asking.once("error", reject).end();
  });
}

/**
 * Greets a peer's SMTP server from the virtual IP, under the virtual server's name, and leaves. Many servers repeat in their answer to EHLO
 * from which address they are called (RFC 5321 section 4.1.1.1, ehlo-greet), and one that refuses this caller says so. It never rejects.
 */
export async function seenByPeer(
  { address, networkName }: MailServer,
  peer: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<SeenAs> {
  const socket = connect({
    ...peer,
    localAddress: address,
    family: familyOf(address),
    autoSelectFamily: false,
    signal,
  });
  // What fails is told by the lines that do not come; what fails after the last is nobody's loss.
  socket.on("error", () => {});
  try {
    const lines = createInterface({ input: socket.setEncoding("latin1") })[Symbol.asyncIterator]();
    const greeting = await replyOf(lines);
    if (greeting.code !== 220) return { kind: "refused", why: greeting.text };
    socket.write(`EHLO ${networkName}\r\n`);
    const answer = await replyOf(lines);
    socket.end("QUIT\r\n");
    if (answer.code !== 250) return { kind: "refused", why: answer.text };
    const seen = literalIn(answer.text);
    return seen === null ? { kind: "untold" } : { kind: "as", address: seen };
  } catch (error) {
    return unreached(error);
  } finally {
    socket.destroy();
  }
}

function unreached(error: unknown): SeenAs {
  return { kind: "unreached", why: codeOf(error) ?? messageOf(error) };
}

/** A reply of one or more lines (RFC 5321 section 4.2.1), and its first line. */
type Reply = { readonly code: number; readonly text: string };
/** RFC 5321 section 4.5.3.1.5, and far more lines than a reply to EHLO has. */
const limits = { line: 512, lines: 100 } as const;

async function replyOf(lines: AsyncIterator<string>): Promise<Reply> {
  let first: string | null = null;
  for (let n = 0; n < limits.lines; n += 1) {
    const { value: line, done } = await lines.next();
    if (done === true) throw new Error("it ended the connection");
    const [, code, more] = /^(\d{3})(-| |$)/.exec(line) ?? [];
    if (code === undefined) break;
    first ??= line.slice(0, limits.line);
    if (more !== "-") return { code: Number(code), text: first };
  }
  throw new Error("it does not speak SMTP");
}

/** An address literal (RFC 5321 section 4.1.3), also without the tag of IPv6, as some write it; null: there is none. */
function literalIn(text: string): string | null {
  for (const [, literal = ""] of text.matchAll(/\[(?:IPv6:)?([0-9a-f.:]+)\]/gi)) {
    if (isIP(literal) !== 0) return canonicalAddress(literal);
  }
  return null;
}
