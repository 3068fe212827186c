import type { ClusterEvent } from "../cluster/events.ts";
import type { AgentMessage, Hello } from "../cluster/messages.ts";
import { isProven } from "./peer-proof.ts";
import { decodeAgentMessage, type FrameFault } from "../protocol/session.ts";
import {
  type ChosenProtocol,
  chooseProtocol,
  sessionProtocol,
  sessionSubprotocol,
} from "../protocol/session-version.ts";
import { refuse } from "./respond.ts";
import { attachmentOf, type SessionAttachment, type SessionSockets } from "./sockets.ts";

/** What comes from agents over their connections, told to the brain as it understands it. */
export class SessionDesk {
  readonly #sockets: SessionSockets;
  readonly #clusterName: () => string;
  readonly #clock: () => number;
  readonly #happen: (event: ClusterEvent) => unknown;

  constructor(
    sockets: SessionSockets,
    clusterName: () => string,
    clock: () => number,
    happen: (event: ClusterEvent) => unknown,
  ) {
    this.#sockets = sockets;
    this.#clusterName = clusterName;
    this.#clock = clock;
    this.#happen = happen;
  }

  /** @param offered the subprotocols that the agent offers, as they came */
  open(node: string, token: string, offered: string | null): Response {
    const chosen = chooseProtocol(offered);
    if (chosen.kind !== "understood") return refuseProtocol(chosen);
    const { protocol, isNamed } = chosen;
    const accepted = this.#sockets.accept(token, { kind: "session", id: crypto.randomUUID(), node, protocol });
    if (accepted === null) return refuse("too-many-sessions", "every connection of this node is in use");
    if (accepted.displaced !== null) this.#sockets.close(accepted.displaced, "replaced");
    // Who has offered nothing takes no name for an answer (RFC 6455 section 4.1).
    const headers = isNamed ? { "Sec-WebSocket-Protocol": sessionSubprotocol(protocol) } : {};
    return new Response(null, { status: 101, webSocket: accepted.client, headers });
  }

  /** Resolves, where it takes time, when what the frame says has been heard. */
  frame(socket: WebSocket, frame: string | ArrayBuffer): void | Promise<void> {
    const attachment = attachmentOf(socket);
    // A watcher has nothing to say, and what it says does no harm.
    if (attachment.kind === "watch" || !this.#sockets.isOpen(attachment.id)) return;
    if (typeof frame !== "string") return this.#hangUp(attachment, "malformed");
    const decoded = decodeAgentMessage(frame, attachment.protocol);
    if (!decoded.ok) return this.#hangUp(attachment, decoded.code);
    const { message } = decoded;
    if (message.type === "hello" && message.peer !== null) return this.#hearProven(attachment, message, message.peer);
    this.#hear(attachment, message);
  }

  lost(socket: WebSocket): void {
    const attachment = attachmentOf(socket);
    if (attachment.kind === "session" && this.#sockets.forget(attachment.id)) {
      this.#happen({ now: this.#clock(), type: "closed", socket: attachment.id });
    }
  }

  /** The token has been revoked: what it opened is over now, and not some day. */
  closeOf(token: string): void {
    for (const socket of this.#sockets.ofToken(token)) {
      this.#sockets.close(socket, "token-revoked");
      this.#happen({ now: this.#clock(), type: "closed", socket });
    }
  }

  /** An agent says nothing more before it is answered, so that nothing overtakes its hello meanwhile. */
  async #hearProven(attachment: SessionAttachment, hello: Hello, peer: NonNullable<Hello["peer"]>): Promise<void> {
    const { node } = attachment;
    const isTrue = await isProven({ cluster: this.#clusterName(), node, incarnation: hello.incarnation }, peer);
    if (!this.#sockets.isOpen(attachment.id)) return;
    if (isTrue) this.#hear(attachment, hello);
    else this.#hangUp(attachment, "malformed");
  }

  #hear(attachment: SessionAttachment, message: AgentMessage): void {
    try {
      this.#tell(attachment, message);
    } catch (error) {
      // The brain says a fault by throwing, and then nothing has changed: one agent must not take the others with it.
      console.error(error);
      this.#hangUp(attachment, "internal");
    }
  }

  #tell({ id: socket, node }: SessionAttachment, message: AgentMessage): void {
    const now = this.#clock();
    switch (message.type) {
      case "hello":
        this.#sockets.saidHello(socket);
        this.#happen({ now, type: "hello", socket, node, nonce: crypto.randomUUID(), message });
        break;
      case "renewal":
        this.#happen({ now, type: "renewal", socket, message });
        break;
    }
  }

  #hangUp({ id: socket }: SessionAttachment, end: FrameFault | "internal"): void {
    this.#sockets.close(socket, end);
    this.#happen({ now: this.#clock(), type: "closed", socket });
  }
}

/** Nothing is granted to whom one does not understand; so what its node holds ends with its leases. */
function refuseProtocol({ kind, offered }: Exclude<ChosenProtocol, { kind: "understood" }>): Response {
  const said = `the agent speaks version ${offered} of the session, and this control plane version ${sessionProtocol}`;
  return kind === "newer"
    ? refuse("session-version-newer", `${said}: update the control plane first`)
    : refuse("session-version-older", `${said}: update the agent`);
}
