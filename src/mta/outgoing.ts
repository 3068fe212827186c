import type { SessionReferences } from "./association.ts";
import type { Mode, ModeName } from "./mode.ts";
import { ProtocolFault } from "./octets.ts";
import { type ActivityLink, type ActivitySpdu, exceptionReasons } from "./session-activities.ts";

/** How a message is transferred over one association: what its two sides have agreed upon (X.410 clause 4.2.1). */
export type TransferTerms = {
  /** Octets between two checkpoints; null: there are none. */
  readonly checkpointOctets: number | null;
  /** How many checkpoints may be on their way. */
  readonly windowSize: number;
};

/** A message that is to be transferred. */
export type Transfer = {
  /** The encoding of an INTEGER, of at most six octets. */
  readonly activity: Uint8Array;
  readonly octets: Uint8Array;
  /** Where it was, in the octets of this mode, when its last session ended; null: it begins. */
  readonly resume: { readonly link: ActivityLink; readonly offset: number; readonly mode: ModeName } | null;
};

/** A transfer under way, as its sender sees it (X.410 clause 4.3, X.228 clause 7.6). */
export type Outgoing = {
  readonly octets: Uint8Array;
  readonly terms: TransferTerms;
  /** How much of it has been given to the session. */
  readonly sent: number;
  /** By serial number, oldest first: how much had been given when it was set. */
  readonly unconfirmed: readonly Checkpoint[];
  /** That of the next synchronization point. */
  readonly serial: number;
  /** The end has been told, under this serial number. */
  readonly endedAs: number | null;
  /** The receiver has secured something of it, over this association or one before. */
  readonly isSecured: boolean;
};

export type Checkpoint = { readonly serial: number; readonly offset: number };

export type OutgoingStep = { readonly outgoing: Outgoing; readonly spdus: readonly ActivitySpdu[] };

/** An activity begins with serial number 1 (ISO 8327 §7.26.2). */
const firstSerial = 1;

export function beginTransfer(
  { activity, octets: message, resume: before }: Transfer,
  mode: Mode,
  terms: TransferTerms,
  connection: SessionReferences,
): OutgoingStep {
  const octets = mode.wrap(message);
  // In another mode other octets were sent: it begins again.
  const resume = before?.mode === mode.name ? before : null;
  const first: ActivitySpdu =
    resume === null
      ? { type: "ACTIVITY START", activity }
      : { type: "ACTIVITY RESUME", activity, link: linkFrom(connection, resume.link) };
  const outgoing: Outgoing = {
    octets,
    terms,
    sent: resume?.offset ?? 0,
    unconfirmed: [],
    serial: resume === null ? firstSerial : resume.link.serial + 1,
    endedAs: null,
    isSecured: resume !== null,
  };
  const { outgoing: next, spdus } = proceed(outgoing);
  return { outgoing: next, spdus: [first, ...spdus] };
}

/** A session names itself to itself by saying nothing (ISO 8327 §8.3.20.3). */
function linkFrom({ callingReference, commonReference }: SessionReferences, link: ActivityLink): ActivityLink {
  const isOfThisSession = link.callingReference === callingReference && link.commonReference === commonReference;
  return isOfThisSession ? { ...link, callingReference: "", commonReference: "" } : link;
}

/** What may be sent now: data and checkpoints as far as the window goes, and the end behind the last of it. */
function proceed(start: Outgoing): OutgoingStep {
  const spdus: ActivitySpdu[] = [];
  const unconfirmed = [...start.unconfirmed];
  let { sent, serial, endedAs } = start;
  const { octets, terms } = start;
  while (endedAs === null && unconfirmed.length < terms.windowSize) {
    const end = Math.min(octets.length, sent + (terms.checkpointOctets ?? octets.length));
    spdus.push({ type: "DATA", data: octets.subarray(sent, end) });
    sent = end;
    if (sent === octets.length) {
      spdus.push({ type: "ACTIVITY END", serial });
      endedAs = serial;
    } else {
      spdus.push({ type: "MINOR SYNC POINT", serial });
      unconfirmed.push({ serial, offset: sent });
    }
    serial += 1;
  }
  return { outgoing: { ...start, sent, serial, unconfirmed, endedAs }, spdus };
}

/** The receiver has secured all up to this point, and with it all before. Throws `malformed` for one that was not set. */
export function takeSyncAck(outgoing: Outgoing, serial: number): OutgoingStep & { readonly secured: Checkpoint } {
  const secured = outgoing.unconfirmed.find((checkpoint) => checkpoint.serial === serial);
  if (secured === undefined) throw new ProtocolFault("malformed", `the synchronization point ${serial} was not set`);
  const unconfirmed = outgoing.unconfirmed.filter((checkpoint) => checkpoint.serial > serial);
  return { ...proceed({ ...outgoing, unconfirmed, isSecured: true }), secured };
}

/** The receiver has it all. Throws `malformed` when it was not told the end. */
export function takeEndAck(outgoing: Outgoing, serial: number): void {
  if (outgoing.endedAs === serial) return;
  throw new ProtocolFault("malformed", `the end of an activity is acknowledged as ${serial}, and was not told so`);
}

/** How a sender ends an activity that its receiver cannot go on with. */
export type Withdrawal = "interrupt" | "discard";

/** These say that what the receiver has of it is of no use. */
const discarding: ReadonlySet<number> = new Set([
  exceptionReasons.sequenceError,
  exceptionReasons.unrecoverableProcedureError,
]);

/** What is secured is worth keeping, and nothing else is (X.410 clause 4.3.4, X.228 clause 7.8). */
export function withdrawalOf({ isSecured }: Outgoing, reason: number): Withdrawal {
  return isSecured && !discarding.has(reason) ? "interrupt" : "discard";
}

export function withdrawing(by: Withdrawal): ActivitySpdu {
  const reason = exceptionReasons.nonSpecific;
  return by === "interrupt" ? { type: "ACTIVITY INTERRUPT", reason } : { type: "ACTIVITY DISCARD", reason };
}

/** What a receiver says of a message with such a reason, for people. */
export function exceptionText(reason: number): string {
  switch (reason) {
    case exceptionReasons.receivingAbilityJeopardized:
      return "its ability to receive is jeopardized";
    case exceptionReasons.sequenceError:
      return "a sequence error";
    case exceptionReasons.localUserError:
      return "an error of its own";
    case exceptionReasons.unrecoverableProcedureError:
      return "an error that it cannot recover from";
    default:
      return "no reason given";
  }
}
