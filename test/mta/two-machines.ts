import type { AssociationAction, AssociationInput } from "../../src/mta/association.ts";
import {
  type InitiatorContext,
  initiatorStart,
  initiatorStep,
  type InitiatorState,
} from "../../src/mta/initiator-machine.ts";
import type { IncomingWork } from "../../src/mta/incoming.ts";
import type { ModeName } from "../../src/mta/mode.ts";
import {
  type ResponderContext,
  responderStart,
  responderStep,
  type ResponderState,
} from "../../src/mta/responder-machine.ts";
import { decodeTsdu, encodeSpdu, type Spdu } from "../../src/mta/session.ts";
import { TransportReceiver } from "../../src/mta/transport.ts";
import { peer, peersView, virtualAddress } from "./support.ts";

const utcTime = "261126120000Z";
export const checkpointOctets = 16 * 1_024;

export const typesOf = (spdus: readonly Spdu[]): string[] =>
  spdus.map(({ type }) => type).filter((type) => !/TOKENS/.test(type));

export const initiatorContext = (mode: ModeName): InitiatorContext => ({
  localMtaName: "EXCHVS",
  partner: peer(1, { mode }),
  utcTime,
  reference: 1,
});

export const responderContext = (mode: ModeName): ResponderContext => ({
  localMtaName: "peer.test",
  partners: peersView({ mode }),
  callingAddress: virtualAddress,
  utcTime,
  reference: 2,
  isFull: () => false,
});

/** Both machines, with nothing between them but the octets that they send. */
export function twoMachines(mode: ModeName = "x410") {
  let initiator: InitiatorState = initiatorStart;
  let responder: ResponderState = responderStart;
  const atInitiator = new TransportReceiver();
  const atResponder = new TransportReceiver();
  const told: AssociationAction[] = [];
  const work: IncomingWork[] = [];
  const endings: string[] = [];
  /** What each of them sent. */
  const sent: Spdu[] = [];
  const answered: Spdu[] = [];

  function toInitiator(input: AssociationInput): void {
    const step = initiatorStep(initiator, input, initiatorContext(mode));
    initiator = step.state;
    for (const action of step.actions) {
      if (action.type !== "send") told.push(action);
      else
        for (const unit of atResponder.push(action.octets)) {
          if (unit.type === "TSDU") sent.push(...decodeTsdu(unit.octets));
          toResponder({ type: "unit", unit });
        }
    }
  }
  function toResponder(input: AssociationInput): void {
    const step = responderStep(responder, input, responderContext(mode));
    responder = step.state;
    for (const action of step.actions) {
      if (action.type === "incoming") work.push(action.work);
      else if (action.type === "ended") endings.push(action.ending.code);
      else if (action.type === "send")
        for (const unit of atInitiator.push(action.octets)) {
          if (unit.type === "TSDU") answered.push(...decodeTsdu(unit.octets));
          toInitiator({ type: "unit", unit });
        }
    }
  }
  toInitiator({ type: "connected" });
  return {
    toInitiator,
    toResponder,
    work,
    sent,
    answered,
    /** As if the one of them had said this. */
    say: (from: "initiator" | "responder", spdu: Parameters<typeof encodeSpdu>[0]): void => {
      const unit = { type: "TSDU", octets: encodeSpdu(spdu) } as const;
      if (from === "initiator") toResponder({ type: "unit", unit });
      else toInitiator({ type: "unit", unit });
    },
    /** What the responder did, other than to say something: how it ended. */
    endings: (): string[] => endings,
    told: () => told.map(textOf),
    secured: () => told.flatMap((action) => (action.type === "secured" ? [action.checkpoint] : [])),
    initiator: () => initiator,
    responder: () => responder,
  };
}

/** Does what it is told, and says so, until nothing more comes. Resolves with the octets that came. */
export function storeAll({ work, toResponder }: ReturnType<typeof twoMachines>): Buffer {
  const data: Uint8Array[] = [];
  for (let next = work.shift(); next !== undefined; next = work.shift()) {
    if (next.kind === "data") data.push(next.data);
    else if (next.kind === "secure") toResponder({ type: "secured", serial: next.serial });
    else if (next.kind === "end") toResponder({ type: "stored" });
    else if (next.kind === "interrupt" || next.kind === "discard") toResponder({ type: "withdrawn" });
  }
  return Buffer.concat(data);
}

function textOf(action: AssociationAction): string {
  if (action.type === "ended") return `ended ${action.ending.code}`;
  return action.type === "put-off" ? action.why.type : action.type;
}
