import type { Socket } from "node:net";
import type { AssociationAction, AssociationInput, AssociationStep, Ending, LossCode, Opened } from "./association.ts";
import type { IncomingWork } from "./incoming.ts";
import { ProtocolFault } from "./octets.ts";
import { TransportReceiver } from "./transport.ts";

/** How long the other side has to close after the last word was sent. Longer costs a descriptor, nothing else. */
const lingerMs = 1000;
/** Silence after which TCP asks whether the other host is still there (10 probes of a second follow). */
const keepAliveMs = 10_000;

export type AssociationSocketOptions<State> = {
  readonly socket: Socket;
  readonly start: State;
  readonly step: (state: State, input: AssociationInput) => AssociationStep<State>;
  /**
   * Why nothing may be sent or believed any more, or null. It is asked before everything that is done, because a timer
   * may be late: the process was stopped, or busy.
   */
  readonly objection: () => LossCode | null;
  readonly onOpened: (opened: Opened) => void;
  /** Of an initiator: how the message under way gets on. */
  readonly onProgress?: (progress: Progress) => void;
  /** Of a responder: what is to be done with the message under way. */
  readonly onIncoming?: (work: IncomingWork) => void;
  readonly onEnded: (ending: Ending) => void;
};

export type Progress = Extract<AssociationAction, { readonly type: "secured" | "transferred" | "put-off" }>;

export type AssociationSocket = {
  /** Feeds the machine what its owner wants. */
  readonly input: (input: AssociationInput) => void;
  /** Ends it at once: a TCP reset, and nothing that was still to be sent. */
  readonly destroy: (code: LossCode, detail: string) => void;
};

/**
 * The loop around a protocol machine: octets of the socket in, octets of the machine out, one ending, always. What the
 * other side sends after the ending is read and dropped until it closes, so that our last word is not lost to a reset.
 */
export function driveAssociation<State>(options: AssociationSocketOptions<State>): AssociationSocket {
  const { socket, objection } = options;
  const receiver = new TransportReceiver();
  let state = options.start;
  let hasEnded = false;

  function input(next: AssociationInput): void {
    if (hasEnded) return;
    const code = objection();
    if (code !== null && next.type !== "lost") return destroy(code, objectionText(code));
    const step = options.step(state, next);
    state = step.state;
    for (const action of step.actions) {
      switch (action.type) {
        case "send":
          socket.write(action.octets);
          break;
        case "opened":
          options.onOpened(action);
          break;
        case "secured":
        case "transferred":
        case "put-off":
          options.onProgress?.(action);
          break;
        case "incoming":
          options.onIncoming?.(action.work);
          break;
        case "ended":
          end(action.ending);
          break;
      }
    }
  }

  function end(ending: Ending): void {
    hasEnded = true;
    if (!socket.destroyed) {
      socket.end();
      const linger = setTimeout(() => socket.destroy(), lingerMs);
      socket.once("close", () => clearTimeout(linger));
    }
    options.onEnded(ending);
  }

  function destroy(code: LossCode, detail: string): void {
    // Before the machine hears of it: whatever it does now, nothing goes out. A socket that still connects is closed
    // instead, because its reset would wait for the connection.
    if (socket.connecting || socket.destroyed) socket.destroy();
    else socket.resetAndDestroy();
    input({ type: "lost", code, detail });
  }

  function receive(chunk: Uint8Array): void {
    if (hasEnded) return;
    try {
      for (const unit of receiver.push(chunk)) input({ type: "unit", unit });
    } catch (error) {
      if (!(error instanceof ProtocolFault)) throw error;
      input({ type: "fault", fault: error });
    }
  }

  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveMs);
  socket.on("data", receive);
  socket.on("end", () => {
    if (receiver.idle) return input({ type: "lost", code: "connection-lost", detail: "the other side closed it" });
    const fault = new ProtocolFault("malformed", "the connection ended in the middle of a packet");
    input({ type: "fault", fault });
  });
  socket.on("error", (error: NodeJS.ErrnoException) => {
    input({ type: "lost", code: lossOf(error), detail: error.code ?? error.message });
  });
  socket.on("close", () => input({ type: "lost", code: "connection-lost", detail: "the connection was closed" }));
  return { input, destroy };
}

/** Why it ends, for people. */
export function objectionText(code: LossCode): string {
  switch (code) {
    case "fuse-blown":
      return "this node may no longer speak from the address";
    case "verdict-expired":
      return "the verdict ended before the association was complete";
    default:
      return code;
  }
}

function lossOf(error: NodeJS.ErrnoException): LossCode {
  switch (error.code) {
    case "EADDRNOTAVAIL":
      return "address-not-available";
    case "ECONNREFUSED":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "ETIMEDOUT":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "partner-unreachable";
    default:
      return "socket-error";
  }
}
