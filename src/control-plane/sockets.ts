import type { SocketId } from "../cluster/state.ts";
import { protocolLimits } from "../protocol/limits.ts";
import { closeCodes, type SessionEnd } from "../protocol/session.ts";
import type { SessionProtocol } from "../protocol/session-version.ts";

/** What a session's socket carries over hibernation. `protocol`: in which version of the session its agent speaks. */
export type SessionAttachment = {
  readonly kind: "session";
  readonly id: SocketId;
  readonly node: string;
  readonly protocol: SessionProtocol;
};
/** `token`: the id of the token that opened it, null for the admin token. `sent`: the number of the last entry sent. */
export type WatchAttachment = { readonly kind: "watch"; readonly token: string | null; readonly sent: number };
export type Attachment = SessionAttachment | WatchAttachment;

/** Only this object's own code has attached anything. */
export function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

type SessionSocket = {
  readonly socket: WebSocket;
  readonly node: string;
  /** The id of the token that opened it. */
  readonly token: string;
  saidHello: boolean;
};

/** The connections of agents, by the name that the brain knows them under. */
export class SessionSockets {
  readonly #ctx: DurableObjectState;
  readonly #open = new Map<SocketId, SessionSocket>();

  constructor(ctx: DurableObjectState) {
    this.#ctx = ctx;
  }

  /** The brain has forgotten the sessions of an earlier instance: their agents connect again, and say all anew. */
  closeLeftOver(): void {
    for (const socket of this.#ctx.getWebSockets("session")) closeQuietly(socket, "restarting");
  }

  /**
   * Takes a new connection of a node. When there are too many, the oldest that has not said hello makes room; those that
   * have are the brain's to bound, so null (no room) means that all of them have.
   */
  accept(
    token: string,
    attachment: SessionAttachment,
  ): { readonly client: WebSocket; readonly displaced: SocketId | null } | null {
    const { id, node } = attachment;
    const displaced = this.#toDisplace(node);
    if (displaced === "none-idle") return null;
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.acceptWebSocket(server, ["session"]);
    server.serializeAttachment(attachment);
    this.#open.set(id, { socket: server, node, token, saidHello: false });
    return { client, displaced };
  }

  /** False when it has been closed from this side: what still comes in on it is nobody's. */
  isOpen(id: SocketId): boolean {
    return this.#open.has(id);
  }

  get count(): number {
    return this.#open.size;
  }

  ofToken(token: string): SocketId[] {
    return [...this.#open].filter(([, entry]) => entry.token === token).map(([id]) => id);
  }

  saidHello(id: SocketId): void {
    const entry = this.#open.get(id);
    if (entry !== undefined) entry.saidHello = true;
  }

  /** A socket that cannot be sent to is on its way out, and its close event is what counts. */
  send(id: SocketId, frame: string): void {
    try {
      this.#open.get(id)?.socket.send(frame);
    } catch {
      // See above.
    }
  }

  close(id: SocketId, end: SessionEnd): void {
    const entry = this.#open.get(id);
    if (entry === undefined) return;
    this.#open.delete(id);
    closeQuietly(entry.socket, end);
  }

  /** The other side has closed it. True when it was open here until now. */
  forget(id: SocketId): boolean {
    return this.#open.delete(id);
  }

  #toDisplace(node: string): SocketId | null | "none-idle" {
    const ofNode = [...this.#open].filter(([, entry]) => entry.node === node);
    if (ofNode.length < protocolLimits.sessionSocketsPerNode) return null;
    return ofNode.find(([, { saidHello }]) => !saidHello)?.[0] ?? "none-idle";
  }
}

/**
 * The other side has said that it closes, and waits for the same (RFC 6455 section 5.5.1): the runtime leaves that to who accepted the socket.
 * @param code as the close event tells it
 */
export function answerClose(socket: WebSocket, code: number): void {
  try {
    // What stands for no code, or for a broken connection, cannot be sent (section 7.4.1).
    socket.close(code === 1005 || code === 1006 || code === 1015 ? 1000 : code);
  } catch {
    // It is gone already.
  }
}

export function closeQuietly(socket: WebSocket, end: SessionEnd): void {
  try {
    socket.close(closeCodes[end], end);
  } catch {
    // It was closed already, which is all that is wanted.
  }
}
