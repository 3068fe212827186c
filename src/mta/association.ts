import type { IncomingWork } from "./incoming.ts";
import type { AssociationCode, AssociationEventType } from "./log.ts";
import type { ProtocolFault } from "./octets.ts";
import type { Mode } from "./mode.ts";
import type { Checkpoint, Transfer, TransferTerms } from "./outgoing.ts";
import type { AbortReason } from "./rts.ts";
import type { TransportUnit } from "./transport.ts";

/**
 * What the two protocol machines, initiator and responder, have in common. A machine is a function of state and input;
 * `association-socket.ts` is the loop around it: carry out the actions in order, then feed the next input.
 */
export type AssociationStep<State> = { readonly state: State; readonly actions: readonly AssociationAction[] };

export type AssociationInput =
  /** The TCP connection is there. */
  | { readonly type: "connected" }
  | { readonly type: "unit"; readonly unit: TransportUnit }
  /** The octets received break the protocol of a layer below the machine. */
  | { readonly type: "fault"; readonly fault: ProtocolFault }
  /** The owner wants an orderly end (initiator), or an end (responder, which may not release: it has no tokens). */
  | { readonly type: "release" }
  | { readonly type: "abort"; readonly code: "aborted-by-us" | "stopping" }
  /** Of an initiator: a message is to be transferred. One at a time; another one, and one after the release, is not heard. */
  | { readonly type: "transfer"; readonly transfer: Transfer }
  /** Of a responder: who stores the message under way has secured it up to this point, or has stored it whole. */
  | { readonly type: "secured"; readonly serial: number }
  | { readonly type: "stored" }
  /** Of a responder: what was withdrawn is put away. */
  | { readonly type: "withdrawn" }
  /** Of a responder: it cannot be stored, for this reason of X.410. */
  | { readonly type: "not-stored"; readonly reason: AbortReason; readonly detail: string }
  /** The connection is gone, or is destroyed because of `code`: nothing can be sent any more. */
  | { readonly type: "lost"; readonly code: LossCode; readonly detail: string };

export type LossCode =
  | "connection-lost"
  | "socket-error"
  | "address-not-available"
  | "partner-unreachable"
  | "verdict-expired"
  | "fuse-blown"
  | "timeout"
  | "cancelled"
  | "too-many-associations";

export type AssociationAction =
  | { readonly type: "send"; readonly octets: Uint8Array }
  | ({ readonly type: "opened" } & Opened)
  /** Of an initiator: the partner has secured the message under way up to here, or has it whole. */
  | { readonly type: "secured"; readonly checkpoint: Checkpoint }
  | { readonly type: "transferred" }
  /** Of an initiator: the partner cannot take the message under way now. The association stays open. */
  | { readonly type: "put-off"; readonly why: PutOff }
  /** Of a responder: what is to be done with the message under way. */
  | { readonly type: "incoming"; readonly work: IncomingWork }
  /** The last action of an association: flush, then close the connection. */
  | { readonly type: "ended"; readonly ending: Ending };

/** An association that is open. */
export type Opened = {
  readonly peer: Peer;
  /** How messages are transferred over it. */
  readonly terms: TransferTerms;
  /** The references by which its session is known to both sides, also when it has ended. */
  readonly connection: SessionReferences;
  readonly mode: Mode;
};

export type SessionReferences = { readonly callingReference: string; readonly commonReference: string };

/** Who is at the other end, as far as it is known. */
export type Peer = {
  /** The MTA name under which the partner is configured; null for a caller that is no partner. */
  readonly partner: string | null;
  /** The MTA name as given on the wire; null before it was. */
  readonly mtaName: string | null;
};

export const nobody: Peer = { partner: null, mtaName: null };

export type Ending = {
  readonly type: Exclude<AssociationEventType, "accepted">;
  readonly code: AssociationCode;
  readonly sentence: string;
  readonly peer: Peer;
};

/** A message that its receiver could not take now. */
export type PutOff = {
  /** It goes on from what is secured, or begins again. */
  readonly type: "interrupted" | "discarded";
  readonly code: "put-off-by-partner";
  readonly sentence: string;
};

/** Why a message was not transferred: its receiver could not take it, or the association has ended. */
export type NotTransferred = PutOff | Ending;

/** The end of an association: what is still to be sent, and then why it ended. */
export function ended(
  ending: Ending,
  packets: readonly Uint8Array[] = [],
): AssociationStep<{ readonly phase: "ended" }> {
  const sends = packets.map((octets): AssociationAction => ({ type: "send", octets }));
  return { state: { phase: "ended" }, actions: [...sends, { type: "ended", ending }] };
}
