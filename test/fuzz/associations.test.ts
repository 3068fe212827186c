import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AssociationInput } from "../../src/mta/association.ts";
import { initiatorStep, type InitiatorState } from "../../src/mta/initiator-machine.ts";
import { normalMode } from "../../src/mta/normal-mode.ts";
import { ProtocolFault } from "../../src/mta/octets.ts";
import { responderStart, responderStep, type ResponderState } from "../../src/mta/responder-machine.ts";
import { encodePAccept, encodePConnect } from "../../src/mta/rts.ts";
import type { ActivitySpdu } from "../../src/mta/session-activities.ts";
import { encodeSpdu, functionalUnits } from "../../src/mta/session.ts";
import { packetOf, packetsOf, TransportReceiver } from "../../src/mta/transport.ts";
import { longMessage } from "../mta/messages.ts";
import { associationWorks, rawConnection, startPeer } from "../mta/support.ts";
import { initiatorContext, responderContext, twoMachines } from "../mta/two-machines.ts";
import { always, alwaysSoon } from "./always.ts";
import { noise, piecesOf, sizes, spoilt } from "./octets.ts";

const activity = Uint8Array.of(2, 1, 5);
const link = { callingReference: "592", commonReference: "261126120000Z", activity, serial: 1 };
const activitySpdus: readonly ActivitySpdu[] = [
  { type: "ACTIVITY START", activity },
  { type: "ACTIVITY RESUME", activity, link },
  { type: "DATA", data: Uint8Array.of(0x04, 1, 65) },
  { type: "MINOR SYNC POINT", serial: 1 },
  { type: "MINOR SYNC ACK", serial: 1 },
  { type: "ACTIVITY END", serial: 1 },
  { type: "ACTIVITY END ACK", serial: 1 },
  { type: "EXCEPTION DATA", reason: 1 },
  { type: "ACTIVITY INTERRUPT", reason: 0 },
  { type: "ACTIVITY INTERRUPT ACK" },
  { type: "ACTIVITY DISCARD", reason: 0 },
  { type: "ACTIVITY DISCARD ACK" },
];
const opening = { bind: { mtaName: "EXCHVS", password: "pw1" }, checkpointSize: 16, windowSize: 3 };
const item = { reference: "r", commonReference: "261122171300Z", functionalUnits };
const spdus = [
  ...activitySpdus.map(encodeSpdu),
  encodeSpdu({ type: "CONNECT", ...item, versions: 1, userData: encodePConnect(opening) }),
  encodeSpdu({ type: "CONNECT", ...item, versions: 2, userData: normalMode.encodeConnect(opening) }),
  encodeSpdu({ type: "ACCEPT", ...item, versions: 1, userData: encodePAccept(opening) }),
  encodeSpdu({ type: "ACCEPT", ...item, versions: 2, userData: normalMode.encodeAccept(opening) }),
  encodeSpdu({ type: "FINISH", userData: new Uint8Array() }),
  encodeSpdu({ type: "DISCONNECT", userData: new Uint8Array() }),
  encodeSpdu({ type: "ABORT", transportDisconnect: 3, userData: new Uint8Array() }),
];

/** What an association may end as when its partner says something that nobody expects; the last are what a spoilt octet may make of it. */
const endings: ReadonlySet<string> = new Set([
  "malformed",
  "too-large",
  "unsupported",
  "aborted-by-partner",
  "fault-found-by-partner",
  "activity-unknown",
  "message-refused",
  "released",
]);
const hindered = { type: "not-stored", reason: "temporaryProblem", detail: "a full disk" } as const;
type Mode = "x410" | "normal";
type Moment = { readonly mode: Mode; readonly initiator: InitiatorState; readonly responder: ResponderState };

/** Both machines, each time that one of them waits for the other. */
function momentsOf(mode: Mode): Moment[] {
  const two = twoMachines(mode);
  const present = (): Moment => ({ mode, initiator: two.initiator(), responder: two.responder() });
  const idle = present();
  two.toInitiator({ type: "transfer", transfer: { activity, octets: longMessage, resume: null } });
  const transferring = present();
  two.toResponder({ type: "secured", serial: 1 });
  two.toResponder(hindered);
  const withdrawing = present();
  // Its sender has gone away, and withdraws nothing.
  const other = twoMachines(mode);
  other.toInitiator({ type: "lost", code: "connection-lost", detail: "a test" });
  other.say("initiator", { type: "ACTIVITY START", activity });
  other.toResponder(hindered);
  return [idle, transferring, withdrawing, { ...withdrawing, responder: other.responder() }];
}

const moments = [...momentsOf("x410"), ...momentsOf("normal")];

type Stepped = { readonly state: { readonly phase: string }; readonly actions: readonly { readonly type: string }[] };

/** A machine ends once, with a reason that is one; it is over then, and not before. */
function checked<T extends Stepped>(step: T, codes: ReadonlySet<string> | null): T {
  const ended = step.actions.flatMap((action) =>
    action.type === "ended" && "ending" in action ? [action.ending as { readonly code: string }] : [],
  );
  if ((step.state.phase === "ended") !== (ended.length === 1))
    throw new Error(`${ended.length} endings in ${step.state.phase}`);
  const wrong = ended.filter(({ code }) => codes !== null && !codes.has(code));
  if (wrong.length > 0) throw new Error(`it ends as ${wrong[0]?.code}`);
  return step;
}

describe("what an MTA says to another", () => {
  test("FZ9 whatever comes while an association is open is taken, or ends it with a reason", () => {
    const cases = fc.tuple(fc.constantFrom(...moments), fc.array(spoilt(spdus), { minLength: 1, maxLength: 3 }));
    always(cases, ([{ mode, ...moment }, tsdus]) => {
      let { initiator, responder } = moment;
      for (const octets of tsdus) {
        const input = { type: "unit", unit: { type: "TSDU", octets } } as const;
        if (initiator.phase !== "ended")
          initiator = checked(initiatorStep(initiator, input, initiatorContext(mode)), endings).state;
        if (responder.phase !== "ended")
          responder = checked(responderStep(responder, input, responderContext(mode)), endings).state;
      }
    });
  });

  const request = packetOf({
    type: "CR",
    destinationReference: 0,
    sourceReference: 17,
    transportClass: 0,
    callingTsap: Buffer.from("592"),
    calledTsap: Buffer.from("591"),
    tpduSize: 2_048,
  });
  const streamOf = (...units: readonly (Uint8Array | undefined)[]): Uint8Array =>
    Buffer.concat([request, ...units.map((unit) => packetsOf(unit ?? new Uint8Array(1), 2_048))]);
  const [start, , data, point, , end] = spdus;
  const calls = [
    streamOf(spdus[12], start, data, point, end, spdus[16]),
    streamOf(spdus[13], start, data, spdus[10], spdus[16]),
    streamOf(spdus[12], start, data, spdus[8], spdus[1], data),
  ];

  test("FZ9 whatever a caller sends from its first octet on, in pieces of any size, it is taken or ends with a reason", () => {
    always(fc.tuple(fc.oneof({ weight: 8, arbitrary: spoilt(calls) }, noise), sizes), ([stream, lengths]) => {
      const receiver = new TransportReceiver();
      let state: ResponderState = responderStart;
      const feed = (input: AssociationInput): void => {
        if (state.phase !== "ended") ({ state } = checked(responderStep(state, input, responderContext("x410")), null));
      };
      try {
        for (const piece of piecesOf(stream, lengths))
          for (const unit of receiver.push(piece)) feed({ type: "unit", unit });
      } catch (error) {
        if (!(error instanceof ProtocolFault)) throw error;
        feed({ type: "fault", fault: error });
        if (state.phase !== "ended") throw new Error("a fault does not end it", { cause: error });
      }
    });
  });

  test("FZ9 whatever a connection brings costs at most itself, and the next is taken", async () => {
    const served = await startPeer({
      limits: { maxAssociations: 1_000, maxAssociationsPerPartner: 1_000, handshakeTimeoutMs: 300 },
    });
    let ended = 0;
    await alwaysSoon(fc.tuple(spoilt(calls), sizes), async ([stream, lengths]) => {
      const raw = await rawConnection(served.responder.port);
      for (const piece of piecesOf(stream, lengths)) raw.socket.write(piece);
      raw.socket.end();
      await raw.closed();
      ended += 1;
    });
    expect(ended).toBeGreaterThan(0);
    expect(await associationWorks(served)).toBe(true);
  });
});
