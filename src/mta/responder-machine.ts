import {
  ended,
  nobody,
  type AssociationAction,
  type AssociationInput,
  type AssociationStep,
  type Ending,
  type Peer,
} from "./association.ts";
import { disconnectReasons, proposedTpduSize, type ConnectionTpdu } from "./cotp.ts";
import type { AssociationCode, RefusalCode } from "./log.ts";
import { type CallerSurroundings, isTsap, judge } from "./judge-caller.ts";
import { ProtocolFault } from "./octets.ts";
import { type FromReceiver, type Incoming, secured, takeFromSender } from "./incoming.ts";
import type { Mode } from "./mode.ts";
import { readNormalConnect } from "./normal-mode.ts";
import { isNormalMode } from "./presentation.ts";
import { type AbortReason, checkpointUnit, decodePConnect, type OpenUnit, proposedTransfer } from "./rts.ts";
import {
  abortKinds,
  decodeTsdu,
  encodeSpdu,
  exceptions,
  refuseReasons,
  functionalUnits,
  type ConnectItem,
  type Spdu,
} from "./session.ts";
import { exceptionReasons } from "./session-activities.ts";
import { packetOf, packetsOf, type TransportUnit } from "./transport.ts";
import { x410Mode } from "./x410-mode.ts";

/** One association as its responder sees it. */
export type ResponderState =
  | { readonly phase: "awaiting-transport" }
  | { readonly phase: "awaiting-connect"; readonly transport: Transport }
  /** `incoming`: the message under way. */
  | {
      readonly phase: "open";
      readonly transport: Transport;
      readonly mode: Mode;
      readonly peer: Peer;
      /** Whether both sides know exceptions: without them a message that cannot be taken ends its association. */
      readonly hasExceptions: boolean;
      readonly incoming: Incoming | null;
    }
  | { readonly phase: "ended" };

type Transport = Pick<ConnectionTpdu, "callingTsap" | "calledTsap" | "tpduSize">;

/** What the machine knows of its surroundings; all of it fixed for the time of one association but `isFull`. */
export type ResponderContext = CallerSurroundings & {
  readonly localMtaName: string;
  /** UTCTime for the common reference of an ACCEPT. */
  readonly utcTime: string;
  /** Transport reference of this end, 1 to 65 535. */
  readonly reference: number;
};

export const responderStart: ResponderState = { phase: "awaiting-transport" };

type Step = AssociationStep<ResponderState>;

/** Takes one input in any state. It never throws for what a caller sends. */
export function responderStep(state: ResponderState, input: AssociationInput, context: ResponderContext): Step {
  if (state.phase === "ended") return { state, actions: [] };
  switch (input.type) {
    case "unit":
      try {
        return takeUnit(state, input.unit, context);
      } catch (error) {
        if (error instanceof ProtocolFault) return fault(state, error, context);
        throw error;
      }
    case "fault":
      return fault(state, input.fault, context);
    case "release":
    case "abort":
      return stop(state, context);
    case "lost":
      return lost(state, input, context);
    case "connected":
      return { state, actions: [] };
    case "secured": {
      // What an association that has ended had secured is of use for the next one.
      const incoming = state.phase === "open" ? secured(state.incoming, input.serial) : null;
      if (state.phase !== "open" || incoming === null) return { state, actions: [] };
      return answering({ ...state, incoming }, { type: "MINOR SYNC ACK", serial: input.serial });
    }
    case "stored": {
      if (state.phase !== "open" || state.incoming?.phase !== "taken") return { state, actions: [] };
      const serial = state.incoming.endedAs;
      if (serial === null) return { state, actions: [] };
      return answering({ ...state, incoming: null }, { type: "ACTIVITY END ACK", serial });
    }
    case "withdrawn": {
      if (state.phase !== "open" || state.incoming?.phase !== "withdrawn") return { state, actions: [] };
      const isKept = state.incoming.by === "interrupt";
      const type = isKept ? "ACTIVITY INTERRUPT ACK" : "ACTIVITY DISCARD ACK";
      return answering({ ...state, incoming: null }, { type });
    }
    case "not-stored":
      return notStored(state, input, context);
    case "transfer":
      throw new Error("a message is transferred by an initiator");
  }
}

type Open = Extract<ResponderState, { phase: "open" }>;

function answering(state: Open, spdu: FromReceiver): Step {
  return { state, actions: [{ type: "send", octets: packetsOf(encodeSpdu(spdu), state.transport.tpduSize) }] };
}

function takeUnit(
  state: Exclude<ResponderState, { phase: "ended" }>,
  unit: TransportUnit,
  context: ResponderContext,
): Step {
  switch (unit.type) {
    case "CR":
      if (state.phase !== "awaiting-transport") throw new ProtocolFault("malformed", "a second CR");
      return takeConnectionRequest(unit, context);
    case "TSDU":
      if (state.phase === "awaiting-transport") throw new ProtocolFault("malformed", "a DT before the CR");
      return takeSpdus(state, decodeTsdu(unit.octets), context);
    case "CC":
    case "DR":
    case "ER":
      throw new ProtocolFault("malformed", `a ${unit.type} from the side that called`);
  }
}

/** ISO 8073 §6.5, RFC 1006 §5: class 0, a TSAP that exists here, and a TPDU size no larger than proposed. */
function takeConnectionRequest(request: ConnectionTpdu, context: ResponderContext): Step {
  const refuse = (reason: number, code: RefusalCode, why: string): Step =>
    ended(refusal(code, why, nobody, context), [
      packetOf({ type: "DR", destinationReference: request.sourceReference, sourceReference: 0, reason }),
    ]);
  if (request.transportClass !== 0) {
    return refuse(disconnectReasons.negotiationFailed, "unsupported", `transport class ${request.transportClass}`);
  }
  const known = [...context.partners.values()].some((partner) => isTsap(request.calledTsap, partner.callingTsap));
  if (!known) return refuse(disconnectReasons.addressUnknown, "wrong-called-tsap", "unknown called TSAP");

  const { callingTsap, calledTsap } = request;
  const tpduSize = request.tpduSize === null ? null : Math.min(request.tpduSize, proposedTpduSize);
  const transport = { callingTsap, calledTsap, tpduSize };
  const confirm = packetOf({
    type: "CC",
    destinationReference: request.sourceReference,
    sourceReference: context.reference,
    transportClass: 0,
    ...transport,
  });
  return { state: { phase: "awaiting-connect", transport }, actions: [{ type: "send", octets: confirm }] };
}

type Connected = Extract<ResponderState, { phase: "awaiting-connect" | "open" }>;

function takeSpdus(start: Connected, spdus: readonly Spdu[], context: ResponderContext): Step {
  let state: ResponderState = start;
  const actions: AssociationAction[] = [];
  for (const spdu of spdus) {
    if (state.phase !== "awaiting-connect" && state.phase !== "open") break;
    const step: Step = takeSpdu(state, spdu, context);
    state = step.state;
    actions.push(...step.actions);
  }
  return { state, actions };
}

function takeSpdu(state: Connected, spdu: Spdu, context: ResponderContext): Step {
  const peer = state.phase === "open" ? state.peer : nobody;
  switch (spdu.type) {
    case "CONNECT":
      if (state.phase === "open") throw new ProtocolFault("malformed", "a second CONNECT");
      return takeConnect(state.transport, spdu, context);
    case "FINISH":
      if (state.phase !== "open") throw new ProtocolFault("malformed", "a FINISH before the CONNECT");
      return ended(
        {
          type: "released",
          code: "released",
          sentence: `The MTA ${naming(peer, context)} released its association`,
          peer,
        },
        [packetsOf(encodeSpdu({ type: "DISCONNECT", userData: state.mode.disconnect }), state.transport.tpduSize)],
      );
    case "ABORT":
      return ended(
        {
          type: "aborted",
          code: "aborted-by-partner",
          sentence: `The MTA ${naming(peer, context)} aborted its association`,
          peer,
        },
        [packetsOf(encodeSpdu({ type: "ABORT ACCEPT" }), state.transport.tpduSize)],
      );
    case "GIVE TOKENS":
    case "PLEASE TOKENS":
      // The initiator has all tokens from the start, and nothing is sent here that would need one.
      return { state, actions: [] };
    case "ACTIVITY START":
    case "ACTIVITY RESUME":
    case "DATA":
    case "MINOR SYNC POINT":
    case "ACTIVITY END":
    case "ACTIVITY INTERRUPT":
    case "ACTIVITY DISCARD": {
      if (state.phase !== "open") throw new ProtocolFault("malformed", `${spdu.type} before the CONNECT`);
      const read = spdu.type === "DATA" ? { ...spdu, data: state.mode.decodePiece(spdu.data) } : spdu;
      const { incoming, work } = takeFromSender(state.incoming, read);
      return { state: { ...state, incoming }, actions: work === null ? [] : [{ type: "incoming", work }] };
    }
    case "OTHER":
      throw new ProtocolFault("unsupported", `SPDU ${spdu.identifier}`);
    case "MINOR SYNC ACK":
    case "ACTIVITY END ACK":
    case "EXCEPTION DATA":
    case "ACTIVITY INTERRUPT ACK":
    case "ACTIVITY DISCARD ACK":
    case "ACCEPT":
    case "REFUSE":
    case "DISCONNECT":
    case "ABORT ACCEPT":
      throw new ProtocolFault("malformed", `the SPDU ${spdu.type} from the side that called`);
  }
}

function takeConnect(transport: Transport, connect: ConnectItem, context: ResponderContext): Step {
  const { mode, opening } = readConnect(connect.userData);
  if ((connect.versions & mode.sessionVersion) === 0) {
    const refuse = encodeSpdu({
      type: "REFUSE",
      reason: refuseReasons.versionsNotSupported,
      userData: new Uint8Array(),
    });
    const ending = refusal("unsupported", `session version ${mode.sessionVersion} was not proposed`, nobody, context);
    return ended(ending, [packetsOf(refuse, transport.tpduSize)]);
  }
  const { bind, ...proposed } = opening;
  const judgement = judge(bind, mode, transport, context);
  const peer = { partner: judgement.partner?.mtaName ?? null, mtaName: bind?.mtaName ?? null };
  if (judgement.verdict === "refuse") {
    const { code, why } = judgement;
    // One answer for all that was wrong: a stranger learns nothing from it. Only our log says more.
    const userData = mode.encodeRefuse(code === "too-many-associations" ? "rtsBusy" : "validationFailure");
    const refuse = encodeSpdu({ type: "REFUSE", reason: refuseReasons.rejectedByUser, userData });
    return ended(refusal(code, why, peer, context), [packetsOf(refuse, transport.tpduSize)]);
  }
  // None proposed leaves the choice to this side (X.410 clause 4.2.1).
  const agreed = {
    checkpointSize: Math.min(
      proposed.checkpointSize || proposedTransfer.checkpointSize,
      proposedTransfer.checkpointSize,
    ),
    windowSize: Math.max(1, Math.min(proposed.windowSize, proposedTransfer.windowSize)),
  };
  const agreedUnits = connect.functionalUnits & functionalUnits;
  const accept = encodeSpdu({
    type: "ACCEPT",
    reference: judgement.partner.callingTsap,
    commonReference: context.utcTime,
    functionalUnits: agreedUnits,
    versions: mode.sessionVersion,
    userData: mode.encodeAccept({
      bind: { mtaName: context.localMtaName, password: judgement.partner.password },
      ...agreed,
    }),
  });
  const terms = {
    checkpointOctets: agreed.checkpointSize === 0 ? null : agreed.checkpointSize * checkpointUnit,
    windowSize: agreed.windowSize,
  };
  const connection = { callingReference: connect.reference, commonReference: connect.commonReference };
  return {
    state: { phase: "open", transport, mode, peer, hasExceptions: (agreedUnits & exceptions) !== 0, incoming: null },
    actions: [
      { type: "send", octets: packetsOf(accept, transport.tpduSize) },
      { type: "opened", peer, terms, connection, mode },
    ],
  };
}

function readConnect(userData: Uint8Array): { readonly mode: Mode; readonly opening: OpenUnit } {
  return isNormalMode(userData) ? readNormalConnect(userData) : { mode: x410Mode, opening: decodePConnect(userData) };
}

function fault(state: ResponderState, { code, message }: ProtocolFault, context: ResponderContext): Step {
  const reason = code === "unsupported" ? "unrecognizedActivity" : "protocolError";
  switch (state.phase) {
    case "awaiting-transport":
    case "ended":
      // Who does not speak TPKT and CR would not understand an answer.
      return ended(refusal(code, message, nobody, context), []);
    case "awaiting-connect":
      return ended(refusal(code, message, nobody, context), [
        abortPacket(state.transport, x410Mode, abortKinds.protocolError, reason),
      ]);
    case "open": {
      const { peer } = state;
      const sentence = `The association of the MTA ${naming(peer, context)} was aborted: ${message}`;
      return ended({ type: "aborted", code, sentence, peer }, [
        abortPacket(state.transport, state.mode, abortKinds.protocolError, reason),
      ]);
    }
  }
}

/** The responder may not release: FINISH needs all tokens (ISO 8327 §7.10.2), and the initiator has them. It aborts. */
function stop(state: ResponderState, context: ResponderContext): Step {
  if (state.phase !== "open") {
    return ended(refusal("stopping", "this MTA stops", nobody, context), []);
  }
  const { peer } = state;
  const sentence = `The association of the MTA ${naming(peer, context)} was aborted: this MTA stops`;
  return ended({ type: "aborted", code: "stopping", sentence, peer }, [
    abortPacket(state.transport, state.mode, abortKinds.byUser, "localSystemProblem"),
  ]);
}

/**
 * What is hindered by something here is put off: the sender withdraws it, and the association goes on. Who sends what is no message, or does not
 * know where it was, loses the association, because a reason is only told with that; and so does who knows no exceptions.
 */
function notStored(
  state: ResponderState,
  { reason, detail }: Extract<AssociationInput, { type: "not-stored" }>,
  context: ResponderContext,
): Step {
  if (state.phase !== "open") return { state, actions: [] };
  if (reason === "temporaryProblem") {
    // It has been told already, or has withdrawn it by itself.
    if (state.incoming?.phase !== "taken") return { state, actions: [] };
    if (state.hasExceptions) {
      const exception = { type: "EXCEPTION DATA", reason: exceptionReasons.receivingAbilityJeopardized } as const;
      return answering({ ...state, incoming: { phase: "refused", length: 0 } }, exception);
    }
  }
  const { peer } = state;
  const sentence = `The association of the MTA ${naming(peer, context)} was aborted: its message was not taken: ${detail}`;
  return ended({ type: "aborted", code: "message-not-taken", sentence, peer }, [
    abortPacket(state.transport, state.mode, abortKinds.byUser, reason),
  ]);
}

function lost(
  state: ResponderState,
  { code, detail }: Extract<AssociationInput, { type: "lost" }>,
  context: ResponderContext,
): Step {
  if (code === "timeout" || code === "too-many-associations") return ended(refusal(code, detail, nobody, context), []);
  const peer = state.phase === "open" ? state.peer : nobody;
  const sentence = `The association of the MTA ${naming(peer, context)} was lost: ${detail}`;
  return ended({ type: "lost", code, sentence, peer }, []);
}

function refusal(code: AssociationCode, why: string, peer: Peer, context: ResponderContext): Ending {
  const sentence = `An association from the MTA ${naming(peer, context)} was refused: ${why}`;
  return { type: "refused", code, sentence, peer };
}

function naming(peer: Peer, context: ResponderContext): string {
  return `${peer.mtaName ?? "(not named)"} at ${context.callingAddress}`;
}

function abortPacket(transport: Transport, mode: Mode, transportDisconnect: number, reason: AbortReason): Uint8Array {
  const userData = mode.encodeAbort(reason);
  return packetsOf(encodeSpdu({ type: "ABORT", transportDisconnect, userData }), transport.tpduSize);
}
