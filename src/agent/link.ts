import { WebSocket, type RawData } from "ws";
import type { AgentMessage, ObjectMessage } from "../cluster/messages.ts";
import { decodeObjectMessage, encode, type Decoded } from "../protocol/session.ts";
import { answeredProtocol, sessionProtocol, sessionSubprotocol } from "../protocol/session-version.ts";
import { type Asking, closingSentence, olderControlPlaneSentence, refusalSentence } from "./link-sentences.ts";
import type { Log, LogLevel } from "./log.ts";
import { problemCodeOf } from "./problem-code.ts";

export type LinkOptions = {
  /** WebSocket address of this node's session. */
  readonly url: string;
  /** Whom the sentences of the log name. */
  readonly asking: Asking;
  /** Asked for each connection. */
  readonly token: () => string;
  readonly opened: (connection: number) => void;
  readonly received: (connection: number, message: ObjectMessage) => void;
  readonly closed: (connection: number) => void;
  readonly log: Log;
};

/** One connection at a time to the cluster's object. Nothing is queued, and nothing is sent on one that is not open. */
export type Link = {
  /** Drops what there is and connects anew; `opened`, or `closed` after `timeoutMs` at the latest. */
  readonly connect: (connection: number, timeoutMs: number) => void;
  /** Drops it without waiting for the other side. Its `closed` is not told: who drops it knows. */
  readonly disconnect: (connection: number) => void;
  readonly send: (connection: number, message: AgentMessage) => void;
  /** Drops whatever there is. */
  readonly end: () => void;
};

/** The whole assignment of a node with everything that the limits allow; far above what real ones need. */
const maxPayload = 16 * 1024 * 1024;
/** Unsent octets that say that nobody takes them: the connection is of no use any more. */
const longestBacklog = 4 * 1024 * 1024;
const mostComplaints = 16;

export function createLink(options: LinkOptions): Link {
  const { url, asking, token, log } = options;
  let current: { readonly connection: number; readonly socket: WebSocket } | null = null;
  const complaints = new Set<string>();

  /** The same complaint once, until the other side has something to say: an agent may knock for days. */
  function complain(code: string, detail: string, level: LogLevel = "warning"): void {
    const complaint = `${code} ${detail}`;
    if (complaints.has(complaint) || complaints.size >= mostComplaints) return;
    complaints.add(complaint);
    log(level, code, detail);
  }

  function drop(): void {
    const dropped = current;
    current = null;
    dropped?.socket.terminate();
  }

  function gone(connection: number): void {
    if (current?.connection !== connection) return;
    drop();
    options.closed(connection);
  }

  function connect(connection: number, timeoutMs: number): void {
    drop();
    const socket = new WebSocket(url, [sessionSubprotocol(sessionProtocol)], {
      headers: { authorization: `Bearer ${token()}` },
      handshakeTimeout: Math.max(1, Math.ceil(timeoutMs)),
      perMessageDeflate: false,
      maxPayload,
    });
    current = { connection, socket };
    // `handshakeTimeout` counts from the last octet; this one from now, whatever trickles in.
    const timer = setTimeout(() => socket.terminate(), timeoutMs);
    /** Before it is open. Its error says that it was closed before it was open, which is no news. */
    function turnAway(sentence: string): void {
      complain("session-refused", sentence);
      socket.removeAllListeners("error").on("error", () => {});
      socket.terminate();
    }
    socket.on("unexpected-response", (_request, response) => {
      void problemCodeOf(response).then((code) =>
        turnAway(refusalSentence({ status: response.statusCode ?? 0, code }, asking)),
      );
    });
    socket.on("upgrade", ({ headers }) => {
      const answered = answeredProtocol(headers["sec-websocket-protocol"]);
      if (answered !== sessionProtocol) turnAway(olderControlPlaneSentence(answered));
    });
    socket.on("open", () => {
      clearTimeout(timer);
      if (current?.connection === connection) options.opened(connection);
    });
    socket.on("message", (data, isBinary) => {
      if (current?.connection !== connection) return;
      const decoded = decode(data, isBinary);
      if (decoded.ok) {
        complaints.clear();
        return options.received(connection, decoded.message);
      }
      complain(
        "malformed-message",
        `the control plane sent what is no session message (${decoded.code}); it was dropped`,
      );
      gone(connection);
    });
    socket.on("error", (error) => complain("connection-error", error.message));
    socket.on("close", (code, reason) => {
      clearTimeout(timer);
      if (code !== 1006) complain("session-closed", closingSentence(code, reason.toString("utf8"), asking), "info");
      gone(connection);
    });
  }

  function send(connection: number, message: AgentMessage): void {
    if (current?.connection !== connection || current.socket.readyState !== WebSocket.OPEN) return;
    if (current.socket.bufferedAmount > longestBacklog) gone(connection);
    else current.socket.send(encode(message), () => {});
  }

  function disconnect(connection: number): void {
    if (current?.connection === connection) drop();
  }

  return { connect, disconnect, send, end: drop };
}

function decode(data: RawData, isBinary: boolean): Decoded<ObjectMessage> {
  // `ws` gives a Buffer for each message, unless its `binaryType` says otherwise.
  if (isBinary || !Buffer.isBuffer(data)) return { ok: false, code: "malformed" };
  return decodeObjectMessage(data.toString("utf8"));
}
