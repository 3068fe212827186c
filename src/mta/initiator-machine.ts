import {
  ended,
  type AssociationAction,
  type AssociationInput,
  type AssociationStep,
  type Ending,
  type LossCode,
  type Peer,
} from "./association.ts";
import { proposedTpduSize } from "./cotp.ts";
import { deferralCodes, type AssociationCode, type DeferralCode } from "./log.ts";
import { ia5Octets, ProtocolFault } from "./octets.ts";
import type { Partner } from "./partners.ts";
import { decodePAccept, decodePRefuse, encodeAbortInformation, encodePConnect } from "./rts.ts";
import {
  abortKinds,
  decodeTsdu,
  encodeSpdu,
  refuseReasons,
  sessionVersion1,
  x410FunctionalUnits,
  type ConnectItem,
  type Spdu,
} from "./session.ts";
import { packetOf, packetsOf, type TransportUnit } from "./transport.ts";

/** One association as its initiator sees it. */
export type InitiatorState =
  | { readonly phase: "idle" }
  | { readonly phase: "awaiting-confirm" }
  | { readonly phase: "awaiting-accept"; readonly tpduSize: number | null }
  | { readonly phase: "open"; readonly tpduSize: number | null }
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
  }
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
  return encodeSpdu({
    type: "CONNECT",
    reference: partner.callingTsap,
    commonReference: utcTime,
    functionalUnits: x410FunctionalUnits,
    versions: sessionVersion1,
    userData: encodePConnect({ mtaName: localMtaName, password: partner.password }),
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
  return state.phase === "awaiting-accept" || state.phase === "open" || state.phase === "releasing";
}

function takeSpdu(state: Connected, spdu: Spdu, context: InitiatorContext): Step {
  const peer = peerOf(context);
  switch (spdu.type) {
    case "ACCEPT":
      if (state.phase !== "awaiting-accept") throw new ProtocolFault("malformed", "a second ACCEPT");
      return takeAccept(state, spdu, context);
    case "REFUSE":
      if (state.phase !== "awaiting-accept") throw new ProtocolFault("malformed", "a REFUSE after the ACCEPT");
      return ended(refusal("refused-by-partner", whyRefused(spdu), context));
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
      const sentence = `The MTA ${target(context)} aborted the association`;
      return ended({ type: "aborted", code: "aborted-by-partner", sentence, peer }, [acknowledgement]);
    }
    case "GIVE TOKENS":
    case "PLEASE TOKENS":
      // We keep the tokens: with nothing to transfer there is no turn to give.
      return { state, actions: [] };
    case "OTHER":
      throw new ProtocolFault(
        "unsupported",
        `SPDU ${spdu.identifier}: this MTA opens associations, it transfers no mail`,
      );
    case "CONNECT":
    case "FINISH":
    case "ABORT ACCEPT":
      throw new ProtocolFault("malformed", `the SPDU ${spdu.type} from the side that was called`);
  }
}

/** The responder proves who it is as well: under another name or password it is not the partner that was called. */
function takeAccept(state: Connected, accept: ConnectItem, context: InitiatorContext): Step {
  const bind = decodePAccept(accept.userData);
  const { partner } = context;
  if (bind?.mtaName !== partner.mtaName || bind.password !== partner.partnerPassword) {
    const what = bind?.mtaName === partner.mtaName ? "with the wrong password" : `as ${bind?.mtaName ?? "nobody"}`;
    return ended(refusal("wrong-responder", `it answered ${what}`, context), [
      abortPacket(state.tpduSize, abortKinds.byUser),
    ]);
  }
  return { state: { phase: "open", tpduSize: state.tpduSize }, actions: [{ type: "opened", peer: peerOf(context) }] };
}

function whyRefused({ reason, userData }: Extract<Spdu, { type: "REFUSE" }>): string {
  if (reason !== refuseReasons.rejectedByUser || userData.length === 0) return `session refuse, reason ${reason}`;
  return decodePRefuse(userData) ?? "no reason given";
}

function release(state: InitiatorState, context: InitiatorContext): Step {
  switch (state.phase) {
    case "open": {
      const finish = packetsOf(encodeSpdu({ type: "FINISH" }), state.tpduSize);
      return { state: { phase: "releasing", tpduSize: state.tpduSize }, actions: [{ type: "send", octets: finish }] };
    }
    case "releasing":
    case "ended":
      return { state, actions: [] };
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
  return ended(ending, isConnected(state) ? [abortPacket(state.tpduSize, abortKinds.byUser)] : []);
}

function fault(state: InitiatorState, { code, message }: ProtocolFault, context: InitiatorContext): Step {
  const packets = isConnected(state) ? [abortPacket(state.tpduSize, abortKinds.protocolError)] : [];
  if (state.phase !== "open" && state.phase !== "releasing") return ended(refusal(code, message, context), packets);
  const sentence = `The association with ${target(context)} was aborted: ${message}`;
  return ended({ type: "aborted", code, sentence, peer: peerOf(context) }, packets);
}

/** A call that ended before it was answered is a deferral: nothing was decided, so the mail waits. */
function lost(state: InitiatorState, code: LossCode, detail: string, context: InitiatorContext): Step {
  const peer = peerOf(context);
  if (state.phase === "open" || state.phase === "releasing") {
    return ended({ type: "lost", code, sentence: `The association with ${target(context)} was lost: ${detail}`, peer });
  }
  const sentence = `The call to ${target(context)} is deferred: ${detail}`;
  return ended({ type: "deferred", code: deferralOf(code), sentence, peer });
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

function abortPacket(tpduSize: number | null, transportDisconnect: number): Uint8Array {
  const reason = transportDisconnect === abortKinds.protocolError ? "protocolError" : "localSystemProblem";
  return packetsOf(
    encodeSpdu({ type: "ABORT", transportDisconnect, userData: encodeAbortInformation(reason) }),
    tpduSize,
  );
}
