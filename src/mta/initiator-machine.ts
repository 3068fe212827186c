import {
  ended,
  type AssociationAction,
  type AssociationInput,
  type AssociationStep,
  type Ending,
  type LossCode,
  type PutOff,
  type SessionReferences,
  type Peer,
} from "./association.ts";
import { proposedTpduSize } from "./cotp.ts";
import { deferralCodes, type AssociationCode, type DeferralCode } from "./log.ts";
import { ia5Octets, ProtocolFault } from "./octets.ts";
import type { Partner } from "./partners.ts";
import {
  beginTransfer,
  exceptionText,
  type Outgoing,
  type OutgoingStep,
  takeEndAck,
  takeSyncAck,
  type Transfer,
  type TransferTerms,
  type Withdrawal,
  withdrawalOf,
  withdrawing,
} from "./outgoing.ts";
import type { Mode } from "./mode.ts";
import { normalMode } from "./normal-mode.ts";
import { type AbortReason, checkpointUnit, proposedTransfer } from "./rts.ts";
import {
  abortKinds,
  decodeTsdu,
  encodeSpdu,
  refuseReasons,
  functionalUnits,
  type ConnectItem,
  type Spdu,
} from "./session.ts";
import { packetOf, packetsOf, type TransportUnit } from "./transport.ts";
import { x410Mode } from "./x410-mode.ts";

/** One association as its initiator sees it. */
export type InitiatorState =
  | { readonly phase: "idle" }
  | { readonly phase: "awaiting-confirm" }
  | { readonly phase: "awaiting-accept"; readonly tpduSize: number | null }
  /** `outgoing`: the message under way. */
  | {
      readonly phase: "open";
      readonly tpduSize: number | null;
      readonly terms: TransferTerms;
      readonly outgoing: Outgoing | null;
    }
  /** The partner cannot take the message under way, which was withdrawn: `open` again when the partner has acknowledged that. */
  | {
      readonly phase: "withdrawing";
      readonly tpduSize: number | null;
      readonly terms: TransferTerms;
      readonly by: Withdrawal;
      readonly why: PutOff;
    }
  | { readonly phase: "releasing"; readonly tpduSize: number | null }
  | { readonly phase: "ended" };

export type InitiatorContext = {
  /** The name to speak under: the virtual server's. */
  readonly localMtaName: string;
  readonly partner: Partner;
  /** UTCTime for the common reference of the CONNECT. */
  readonly utcTime: string;
  /** Transport reference of this end, 1 to 65 535. */
  readonly reference: number;
};

export const initiatorStart: InitiatorState = { phase: "idle" };

type Step = AssociationStep<InitiatorState>;

/** Takes one input in any state. It never throws for what a partner sends. */
export function initiatorStep(state: InitiatorState, input: AssociationInput, context: InitiatorContext): Step {
  if (state.phase === "ended") return { state, actions: [] };
  switch (input.type) {
    case "connected":
      return { state: { phase: "awaiting-confirm" }, actions: [{ type: "send", octets: connectionRequest(context) }] };
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
      return release(state, context);
    case "abort":
      return abort(state, input.code, `this MTA gave it up`, context);
    case "lost":
      return lost(state, input.code, input.detail, context);
    case "transfer":
      if (state.phase !== "open" || state.outgoing !== null) return { state, actions: [] };
      return giving(state, begin(state, input.transfer, context), context);
    case "secured":
    case "stored":
    case "withdrawn":
    case "not-stored":
      throw new Error(`${input.type} is said to a responder`);
  }
}

type Open = Extract<InitiatorState, { phase: "open" }>;

function begin({ terms }: Open, transfer: Transfer, context: InitiatorContext): OutgoingStep {
  return beginTransfer(transfer, modeOf(context.partner), terms, connectionOf(context));
}

/** The state with what is under way now, and the octets of what it sends. */
function giving(
  state: Open,
  { outgoing, spdus }: OutgoingStep,
  { partner }: InitiatorContext,
  before: readonly AssociationAction[] = [],
): Step {
  const mode = modeOf(partner);
  const sends = spdus.map((spdu): AssociationAction => {
    const sent = spdu.type === "DATA" ? { ...spdu, data: mode.encodePiece(spdu.data) } : spdu;
    return { type: "send", octets: packetsOf(encodeSpdu(sent), state.tpduSize) };
  });
  return { state: { ...state, outgoing }, actions: [...before, ...sends] };
}

function connectionRequest({ partner, reference }: InitiatorContext): Uint8Array {
  return packetOf({
    type: "CR",
    destinationReference: 0,
    sourceReference: reference,
    transportClass: 0,
    callingTsap: ia5Octets(partner.callingTsap),
    calledTsap: ia5Octets(partner.calledTsap),
    tpduSize: proposedTpduSize,
  });
}

function takeUnit(state: InitiatorState, unit: TransportUnit, context: InitiatorContext): Step {
  switch (unit.type) {
    case "CC": {
      if (state.phase !== "awaiting-confirm") throw new ProtocolFault("malformed", "a CC that nothing asked for");
      if (unit.transportClass !== 0) throw new ProtocolFault("unsupported", `transport class ${unit.transportClass}`);
      // Silence agrees to what was proposed; more than that nobody may choose (ISO 8073 §6.5.4).
      const tpduSize = Math.min(unit.tpduSize ?? proposedTpduSize, proposedTpduSize);
      const actions: AssociationAction[] = [{ type: "send", octets: packetsOf(sessionConnect(context), tpduSize) }];
      return { state: { phase: "awaiting-accept", tpduSize }, actions };
    }
    case "DR":
      return ended(refusal("refused-by-partner", `transport disconnect, reason ${unit.reason}`, context));
    case "ER":
      return ended(refusal("refused-by-partner", `transport error, cause ${unit.rejectCause}`, context));
    case "TSDU":
      if (state.phase === "idle" || state.phase === "awaiting-confirm" || state.phase === "ended") {
        throw new ProtocolFault("malformed", "a DT before the CC");
      }
      return takeSpdus(state, decodeTsdu(unit.octets), context);
    case "CR":
      throw new ProtocolFault("malformed", "a CR from the side that was called");
  }
}

function sessionConnect({ localMtaName, partner, utcTime }: InitiatorContext): Uint8Array {
  const mode = modeOf(partner);
  return encodeSpdu({
    type: "CONNECT",
    reference: partner.callingTsap,
    commonReference: utcTime,
    functionalUnits,
    versions: mode.sessionVersion,
    userData: mode.encodeConnect({ bind: { mtaName: localMtaName, password: partner.password }, ...proposedTransfer }),
  });
}

type Connected = Extract<InitiatorState, { tpduSize: number | null }>;

function takeSpdus(start: Connected, spdus: readonly Spdu[], context: InitiatorContext): Step {
  let state: InitiatorState = start;
  const actions: AssociationAction[] = [];
  for (const spdu of spdus) {
    if (!isConnected(state)) break;
    const step: Step = takeSpdu(state, spdu, context);
    state = step.state;
    actions.push(...step.actions);
  }
  return { state, actions };
}

function isConnected(state: InitiatorState): state is Connected {
  return state.phase !== "idle" && state.phase !== "awaiting-confirm" && state.phase !== "ended";
}

function takeSpdu(state: Connected, spdu: Spdu, context: InitiatorContext): Step {
  const peer = peerOf(context);
  switch (spdu.type) {
    case "ACCEPT":
      if (state.phase !== "awaiting-accept") throw new ProtocolFault("malformed", "a second ACCEPT");
      return takeAccept(state, spdu, context);
    case "REFUSE":
      if (state.phase !== "awaiting-accept") throw new ProtocolFault("malformed", "a REFUSE after the ACCEPT");
      return ended(refusal("refused-by-partner", whyRefused(spdu, modeOf(context.partner)), context));
    case "DISCONNECT":
      if (state.phase !== "releasing") throw new ProtocolFault("malformed", "a DISCONNECT without a FINISH");
      return ended({
        type: "released",
        code: "released",
        sentence: `The association with ${target(context)} was released`,
        peer,
      });
    case "ABORT": {
      const acknowledgement = packetsOf(encodeSpdu({ type: "ABORT ACCEPT" }), state.tpduSize);
      if (state.phase === "awaiting-accept")
        return ended(refusal("refused-by-partner", "aborted", context), [acknowledgement]);
      const reason = modeOf(context.partner).decodeAbort(spdu.userData);
      const sentence = `The MTA ${target(context)} aborted the association: ${reason ?? "no reason given"}`;
      const code = abortCodes[reason ?? "localSystemProblem"] ?? "aborted-by-partner";
      return ended({ type: "aborted", code, sentence, peer }, [acknowledgement]);
    }
    case "GIVE TOKENS":
    case "PLEASE TOKENS":
      // We keep the tokens: a message of the partner's comes over an association of its own.
      return { state, actions: [] };
    case "EXCEPTION DATA":
      // What it said before it heard of the withdrawal changes nothing.
      if (state.phase === "withdrawing") return { state, actions: [] };
      return withdraw(transferring(state, spdu.type), spdu.reason, context);
    case "ACTIVITY INTERRUPT ACK":
      return withdrawn(state, "interrupt", spdu.type);
    case "ACTIVITY DISCARD ACK":
      return withdrawn(state, "discard", spdu.type);
    case "MINOR SYNC ACK": {
      if (state.phase === "withdrawing") return { state, actions: [] };
      const open = transferring(state, spdu.type);
      const step = takeSyncAck(open.outgoing, spdu.serial);
      return giving(open, step, context, [{ type: "secured", checkpoint: step.secured }]);
    }
    case "ACTIVITY END ACK": {
      const open = transferring(state, spdu.type);
      takeEndAck(open.outgoing, spdu.serial);
      return { state: { ...open, outgoing: null }, actions: [{ type: "transferred" }] };
    }
    case "OTHER":
      throw new ProtocolFault("unsupported", `SPDU ${spdu.identifier}`);
    case "CONNECT":
    case "FINISH":
    case "ABORT ACCEPT":
    case "ACTIVITY START":
    case "ACTIVITY RESUME":
    case "ACTIVITY INTERRUPT":
    case "ACTIVITY DISCARD":
    case "DATA":
    case "MINOR SYNC POINT":
    case "ACTIVITY END":
      throw new ProtocolFault("malformed", `the SPDU ${spdu.type} from the side that was called`);
  }
}

/** What an abort says of the message that was under way. */
const abortCodes: Partial<Record<AbortReason, AssociationCode>> = {
  unrecognizedActivity: "activity-unknown",
  invalidParameter: "message-refused",
  protocolError: "fault-found-by-partner",
};

function transferring(state: Connected, what: string): Open & { readonly outgoing: Outgoing } {
  if (state.phase === "open" && state.outgoing !== null) return { ...state, outgoing: state.outgoing };
  throw new ProtocolFault("malformed", `${what} without a message under way`);
}

/** The partner cannot take it now. It is withdrawn, and the association is there for the next one (X.410 clause 4.3.4). */
function withdraw(
  { tpduSize, terms, outgoing }: ReturnType<typeof transferring>,
  reason: number,
  context: InitiatorContext,
): Step {
  const by = withdrawalOf(outgoing, reason);
  const next = by === "interrupt" ? "it goes on later from what is secured" : "it begins again later";
  const why: PutOff = {
    type: by === "interrupt" ? "interrupted" : "discarded",
    code: "put-off-by-partner",
    sentence: `The MTA ${target(context)} cannot take the message now (${exceptionText(reason)}): ${next}`,
  };
  return {
    state: { phase: "withdrawing", tpduSize, terms, by, why },
    actions: [{ type: "send", octets: packetsOf(encodeSpdu(withdrawing(by)), tpduSize) }],
  };
}

function withdrawn(state: Connected, by: Withdrawal, what: string): Step {
  if (state.phase !== "withdrawing" || state.by !== by) {
    throw new ProtocolFault("malformed", `${what} that nothing asked for`);
  }
  const { tpduSize, terms, why } = state;
  return { state: { phase: "open", tpduSize, terms, outgoing: null }, actions: [{ type: "put-off", why }] };
}

/** The responder proves who it is as well: under another name or password it is not the partner that was called. */
function takeAccept(state: Connected, accept: ConnectItem, context: InitiatorContext): Step {
  const { partner } = context;
  const { bind, checkpointSize, windowSize } = modeOf(partner).decodeAccept(accept.userData);
  if (bind?.mtaName !== partner.mtaName || bind.password !== partner.partnerPassword) {
    const what = bind?.mtaName === partner.mtaName ? "with the wrong password" : `as ${bind?.mtaName ?? "nobody"}`;
    return ended(refusal("wrong-responder", `it answered ${what}`, context), [
      abortPacket(state, abortKinds.byUser, modeOf(partner)),
    ]);
  }
  const terms: TransferTerms = {
    checkpointOctets:
      checkpointSize === 0 ? null : Math.min(checkpointSize, proposedTransfer.checkpointSize) * checkpointUnit,
    windowSize: Math.max(1, Math.min(windowSize, proposedTransfer.windowSize)),
  };
  const connection = connectionOf(context);
  return {
    state: { phase: "open", tpduSize: state.tpduSize, terms, outgoing: null },
    actions: [{ type: "opened", peer: peerOf(context), terms, connection, mode: modeOf(partner) }],
  };
}

function connectionOf({ partner, utcTime }: InitiatorContext): SessionReferences {
  return { callingReference: partner.callingTsap, commonReference: utcTime };
}

function whyRefused({ reason, userData }: Extract<Spdu, { type: "REFUSE" }>, mode: Mode): string {
  if (reason !== refuseReasons.rejectedByUser || userData.length === 0) return `session refuse, reason ${reason}`;
  return mode.decodeRefuse(userData) ?? "no reason given";
}

function release(state: InitiatorState, context: InitiatorContext): Step {
  switch (state.phase) {
    case "open": {
      // A session is not finished within an activity (ISO 8327 §7.10): what is secured of it is the next association's to go on from.
      if (state.outgoing !== null) return abort(state, "aborted-by-us", "a message is under way", context);
      const userData = modeOf(context.partner).finish;
      const finish = packetsOf(encodeSpdu({ type: "FINISH", userData }), state.tpduSize);
      return { state: { phase: "releasing", tpduSize: state.tpduSize }, actions: [{ type: "send", octets: finish }] };
    }
    case "releasing":
    case "ended":
      return { state, actions: [] };
    case "withdrawing":
      return abort(state, "aborted-by-us", "a message is under way", context);
    case "idle":
    case "awaiting-confirm":
    case "awaiting-accept":
      // What is not open cannot be released.
      return abort(state, "aborted-by-us", "this MTA gave it up", context);
  }
}

function abort(
  state: InitiatorState,
  code: "aborted-by-us" | "stopping" | ProtocolFault["code"],
  why: string,
  context: InitiatorContext,
): Step {
  const sentence = `The association with ${target(context)} was aborted: ${why}`;
  const ending: Ending = { type: "aborted", code, sentence, peer: peerOf(context) };
  return ended(ending, isConnected(state) ? [abortPacket(state, abortKinds.byUser, modeOf(context.partner))] : []);
}

function fault(state: InitiatorState, { code, message }: ProtocolFault, context: InitiatorContext): Step {
  const packets = isConnected(state) ? [abortPacket(state, abortKinds.protocolError, modeOf(context.partner))] : [];
  if (!wasAccepted(state)) return ended(refusal(code, message, context), packets);
  const sentence = `The association with ${target(context)} was aborted: ${message}`;
  return ended({ type: "aborted", code, sentence, peer: peerOf(context) }, packets);
}

/** A call that ended before it was answered is a deferral: nothing was decided, so the mail waits. */
function lost(state: InitiatorState, code: LossCode, detail: string, context: InitiatorContext): Step {
  const peer = peerOf(context);
  if (wasAccepted(state)) {
    return ended({ type: "lost", code, sentence: `The association with ${target(context)} was lost: ${detail}`, peer });
  }
  const sentence = `The call to ${target(context)} is deferred: ${detail}`;
  return ended({ type: "deferred", code: deferralOf(code), sentence, peer });
}

function wasAccepted(state: InitiatorState): boolean {
  return isConnected(state) && state.phase !== "awaiting-accept";
}

function deferralOf(code: LossCode): DeferralCode | "fuse-blown" {
  if (code === "fuse-blown") return code;
  return deferralCodes.find((known) => known === code) ?? "partner-unreachable";
}

function refusal(code: AssociationCode, why: string, context: InitiatorContext): Ending {
  const sentence = `The MTA ${target(context)} refused the association: ${why}`;
  return { type: "refused", code, sentence, peer: peerOf(context) };
}

function target({ partner }: InitiatorContext): string {
  return `${partner.mtaName} at ${partner.host}`;
}

function peerOf({ partner, localMtaName }: InitiatorContext): Peer {
  return { partner: partner.mtaName, mtaName: localMtaName };
}

function abortPacket({ tpduSize }: Connected, transportDisconnect: number, mode: Mode): Uint8Array {
  const reason = transportDisconnect === abortKinds.protocolError ? "protocolError" : "localSystemProblem";
  return packetsOf(encodeSpdu({ type: "ABORT", transportDisconnect, userData: mode.encodeAbort(reason) }), tpduSize);
}

function modeOf({ mode }: Partner): Mode {
  return mode === "normal" ? normalMode : x410Mode;
}
