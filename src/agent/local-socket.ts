import type { Socket } from "node:net";
import type { Verdict } from "../cluster/questions/verdict.ts";
import type { LocalVerdict } from "./local-verdict.ts";
import type { Log } from "./log.ts";
import { listenUnix, type UnixServer, type UnixServerOptions } from "./unix-server.ts";
import { mostWatches, VerdictWatches } from "./verdict-watch.ts";

/**
 * The agent's local socket: a question a line, an answer a line.
 *
 *     source-address GROUP [destination]
 *     BIND <address> <networkName> <epoch> <validForMs> | DEFER <reason> | DENY <reason>
 *
 * or, as the last line that comes on a connection, a watch, which is answered at once and with each change (`VerdictWatches`):
 *
 *     watch GROUP
 *     BIND <address> <networkName> <epoch> <until> | DEFER <reason> | DENY <reason>
 *
 * What is no question is answered `ERROR malformed`, and the connection is closed; and so is that of a watch too many, with `ERROR full`.
 */
export type LocalSocketOptions = {
  readonly path: string;
  /** Called at the instant of answering. */
  readonly verdict: (group: string) => LocalVerdict;
  readonly log: Log;
} & Pick<UnixServerOptions, "admits" | "maxConnections" | "idleMs">;

/** The newline included. */
export const longestLine = 512;
/** A client that asks is not heard any more while this much of what it was answered is unread, and the time for silence runs. */
const longestBacklog = 64 * 1024;
const malformed = "ERROR malformed\n";
const full = "ERROR full\n";
const newline = 10;

export type LocalSocket = UnixServer & {
  /** To be called when something that answers stand on has changed: watches are told. */
  readonly changed: () => void;
};

export async function serveLocalSocket({ verdict, ...options }: LocalSocketOptions): Promise<LocalSocket> {
  const watches = new VerdictWatches(verdict);
  const server = await listenUnix({
    ...options,
    name: "local socket",
    onConnection: (socket) => answerLines(socket, verdict, watches, options.log),
  });
  return { ...server, changed: () => watches.changed() };
}

function answerLines(socket: Socket, verdict: (group: string) => Verdict, watches: VerdictWatches, log: Log): void {
  let unread: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    // Many questions may come at once: their answers go at once, too, for each write is a call of the kernel.
    let answers = "";
    for (let end = unread.indexOf(newline); end >= 0; end = unread.indexOf(newline)) {
      const line = unread.subarray(0, end);
      unread = unread.subarray(end + 1);
      const question = end < longestLine ? subjectOf(line) : null;
      const watched = question === null && end < longestLine ? watchedBy(line) : null;
      if (question !== null) answers += answerLine(answerTo(question, verdict));
      else {
        if (answers !== "") socket.write(answers, "latin1");
        if (watched === null || unread.length > 0) return refuse(socket, log);
        socket.removeAllListeners("data").once("data", () => refuse(socket, log));
        if (!watches.open(socket, watched)) turnAway(socket, log);
        return;
      }
    }
    if (answers !== "") socket.write(answers, "latin1");
    if (unread.length >= longestLine) refuse(socket, log);
    else if (socket.writableLength > longestBacklog) heedReading(socket);
  });
}

/** Its next question is read when it has read its answers; who never does is silent, and is closed for that. */
function heedReading(socket: Socket): void {
  socket.pause();
  socket.once("drain", () => socket.resume());
}

function turnAway(socket: Socket, log: Log): void {
  log(
    "warning",
    "watches-full",
    `local socket: more than ${mostWatches} programs wait to be told; one was turned away`,
  );
  socket.end(full, () => socket.destroy());
}

function refuse(socket: Socket, log: Log): void {
  log("warning", "malformed-question", `local socket: a line that is no question, or over ${longestLine} bytes`);
  socket.removeAllListeners("data");
  socket.end(malformed, () => socket.destroy());
}

/** What follows `source-address ` in a line of printable ASCII, words apart by one blank; null when it is no question. */
export function subjectOf(line: Uint8Array): string | null {
  return wordsAfter(/^source-address ((?:[\x21-\x7e]+ )*[\x21-\x7e]+)$/, line);
}

/** The group's name, with the blanks that it may hold. */
function watchedBy(line: Uint8Array): string | null {
  return wordsAfter(/^watch ((?:[\x21-\x7e]+ )*[\x21-\x7e]+)$/, line);
}

function wordsAfter(pattern: RegExp, line: Uint8Array): string | null {
  return pattern.exec(Buffer.from(line.buffer, line.byteOffset, line.byteLength).toString("latin1"))?.[1] ?? null;
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
