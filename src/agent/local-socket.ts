import type { Socket } from "node:net";
import type { Verdict } from "../cluster/questions/verdict.ts";
import type { Log } from "./log.ts";
import { listenUnix, type UnixServer, type UnixServerOptions } from "./unix-server.ts";

/**
 * The agent's local socket: a question a line, an answer a line.
 *
 *     source-address GROUP [destination]
 *     BIND <address> <networkName> <epoch> <validForMs> | DEFER <reason> | DENY <reason>
 *
 * What is no question is answered `ERROR malformed`, and the connection is closed.
 */
export type LocalSocketOptions = {
  readonly path: string;
  /** Called at the instant of answering. */
  readonly verdict: (group: string) => Verdict;
  readonly log: Log;
} & Pick<UnixServerOptions, "admits" | "maxConnections" | "idleMs">;

/** The newline included. */
export const longestLine = 512;
/** A client that asks and does not read is cut off when this much is unread. */
const longestBacklog = 64 * 1024;
const malformed = "ERROR malformed\n";
const newline = 10;

export function serveLocalSocket({ verdict, ...options }: LocalSocketOptions): Promise<UnixServer> {
  return listenUnix({
    ...options,
    name: "local socket",
    onConnection: (socket) => answerLines(socket, verdict, options.log),
  });
}

function answerLines(socket: Socket, verdict: (group: string) => Verdict, log: Log): void {
  let unread: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    for (let end = unread.indexOf(newline); end >= 0; end = unread.indexOf(newline)) {
      const question = end < longestLine ? subjectOf(unread.subarray(0, end)) : null;
      if (question === null) return refuse(socket, log);
      socket.write(answerLine(answerTo(question, verdict)));
      unread = unread.subarray(end + 1);
    }
    if (unread.length >= longestLine) refuse(socket, log);
    else if (socket.writableLength > longestBacklog) socket.destroy();
  });
}

function refuse(socket: Socket, log: Log): void {
  log("warning", "malformed-question", `local socket: a line that is no question, or over ${longestLine} bytes`);
  socket.removeAllListeners("data");
  socket.end(malformed, () => socket.destroy());
}

/** What follows `source-address ` in a line of printable ASCII, words apart by one blank; null when it is no question. */
export function subjectOf(line: Uint8Array): string | null {
  const text = Buffer.from(line).toString("latin1");
  const match = /^source-address ((?:[\x21-\x7e]+ )*[\x21-\x7e]+)$/.exec(text);
  return match?.[1] ?? null;
}

/**
 * A group's name may hold blanks, and a destination may follow it. So the whole is tried as a name, and then without its
 * last word; a destination is not looked at, because one address serves all. Who names none may so be answered for a group of a shorter name.
 */
function answerTo(subject: string, verdict: (group: string) => Verdict): Verdict {
  const whole = verdict(subject);
  const lastBlank = subject.lastIndexOf(" ");
  if (lastBlank < 0 || whole.decision !== "DEFER" || whole.reason !== "standby") return whole;
  return verdict(subject.slice(0, lastBlank));
}

export function answerLine(verdict: Verdict): string {
  switch (verdict.decision) {
    case "BIND":
      return `BIND ${verdict.address} ${verdict.networkName} ${verdict.epoch} ${verdict.validForMs}\n`;
    case "DEFER":
    case "DENY":
      return `${verdict.decision} ${verdict.reason}\n`;
  }
}
