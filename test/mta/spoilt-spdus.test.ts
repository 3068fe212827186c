import { describe, expect, test } from "vitest";
import { type InitiatorState, initiatorStep } from "../../src/mta/initiator-machine.ts";
import { responderStep, type ResponderState } from "../../src/mta/responder-machine.ts";
import type { ActivitySpdu } from "../../src/mta/session-activities.ts";
import { encodeSpdu } from "../../src/mta/session.ts";
import { longMessage } from "./messages.ts";
import { initiatorContext, responderContext, twoMachines } from "./two-machines.ts";

const activity = Uint8Array.of(2, 1, 5);
const link = { callingReference: "592", commonReference: "261126120000Z", activity, serial: 1 };
const spdus: readonly ActivitySpdu[] = [
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

/** The SPDU itself, each of its beginnings, and all that one bit or a whole octet may make of it. */
function* spoilt(spdu: ActivitySpdu): Generator<Uint8Array> {
  const good = encodeSpdu(spdu);
  yield good;
  for (const [at, octet] of good.entries()) {
    yield good.subarray(0, at);
    for (const mask of [1, 2, 4, 8, 16, 32, 64, 128, 255]) {
      const copy = Buffer.from(good);
      copy[at] = octet ^ mask;
      yield copy;
    }
  }
}

describe.each(["x410", "normal"] as const)("MT12 what is said of a message, spoilt (%s)", (mode) => {
  type Moment = { readonly initiator: InitiatorState; readonly responder: ResponderState };

  /** Both machines, each time that one of them waits for the other. */
  function moments(): Moment[] {
    const two = twoMachines(mode);
    const present = (): Moment => ({ initiator: two.initiator(), responder: two.responder() });
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

  test.each(spdus)("MT12 $type, at every moment, is taken or ends the association with a reason", (spdu) => {
    const codes = new Set<string>();
    const phases = new Set<string>();
    for (const { initiator, responder } of moments()) {
      for (const octets of spoilt(spdu)) {
        const input = { type: "unit", unit: { type: "TSDU", octets } } as const;
        for (const { state, actions } of [
          initiatorStep(initiator, input, initiatorContext(mode)),
          responderStep(responder, input, responderContext(mode)),
        ]) {
          phases.add(state.phase);
          for (const action of actions) if (action.type === "ended") codes.add(action.ending.code);
          if ((state.phase === "ended") !== actions.some(({ type }) => type === "ended")) phases.add("inconsistent");
        }
      }
    }
    expect([...codes].filter((code) => !endings.has(code))).toEqual([]);
    expect(codes).toContain("malformed");
    expect([...phases].filter((phase) => !["open", "withdrawing", "ended"].includes(phase))).toEqual([]);
  });
});
