import { ia5Octets, ProtocolFault } from "./octets.ts";
import { type Found, parameters, parseGroup, referenceOf, referenceUnits, unit } from "./session-parameters.ts";

/** What transfers a message: an activity, its data, and the points up to which the receiver has secured them (ISO 8327 §7.25–7.32). */
export type ActivitySpdu =
  | { readonly type: "ACTIVITY START"; readonly activity: Uint8Array }
  | { readonly type: "ACTIVITY RESUME"; readonly activity: Uint8Array; readonly link: ActivityLink }
  | { readonly type: "DATA"; readonly data: Uint8Array }
  | { readonly type: "MINOR SYNC POINT"; readonly serial: number }
  | { readonly type: "MINOR SYNC ACK"; readonly serial: number }
  | { readonly type: "ACTIVITY END"; readonly serial: number }
  | { readonly type: "ACTIVITY END ACK"; readonly serial: number }
  /** The receiver cannot go on with it: its sender ends it in one of the two ways that follow, and the session goes on. */
  | { readonly type: "EXCEPTION DATA"; readonly reason: number }
  /** It is resumed later. */
  | { readonly type: "ACTIVITY INTERRUPT"; readonly reason: number }
  | { readonly type: "ACTIVITY INTERRUPT ACK" }
  /** It never was. */
  | { readonly type: "ACTIVITY DISCARD"; readonly reason: number }
  | { readonly type: "ACTIVITY DISCARD ACK" };

/** Reasons of the exception, the interrupt and the discard (ISO 8327 §8.3.24, §8.3.26, §8.3.28), an octet each. */
export const exceptionReasons = {
  nonSpecific: 0,
  receivingAbilityJeopardized: 1,
  sequenceError: 3,
  localUserError: 5,
  unrecoverableProcedureError: 6,
  demandDataToken: 128,
} as const;

/** Where an activity was when it was interrupted, or its session ended (ISO 8327 §8.3.20.3). */
export type ActivityLink = {
  /** References of the old session connection, as IA5; empty, both of them, where that is this one. */
  readonly callingReference: string;
  readonly commonReference: string;
  readonly activity: Uint8Array;
  /** The last synchronization point that the receiver is known to have secured. */
  readonly serial: number;
};

/** Alone it is a GIVE TOKENS; behind one of those two it is DATA. */
export const dataOrGiveTokens = 0x01;
export const pleaseTokens = 0x02;

const identifiers = {
  // Behind GIVE TOKENS or PLEASE TOKENS these two are what ABORT and ABORT ACCEPT are alone.
  "ACTIVITY INTERRUPT": 0x19,
  "ACTIVITY INTERRUPT ACK": 0x1a,
  "ACTIVITY RESUME": 0x1d,
  // As a MAJOR SYNC POINT and its acknowledgement; without a sync type item they end an activity.
  "ACTIVITY END": 0x29,
  "ACTIVITY END ACK": 0x2a,
  "ACTIVITY START": 0x2d,
  "EXCEPTION DATA": 0x30,
  "MINOR SYNC POINT": 0x31,
  "MINOR SYNC ACK": 0x32,
  "ACTIVITY DISCARD": 0x39,
  "ACTIVITY DISCARD ACK": 0x3a,
} as const;

const behindGiveTokens = Uint8Array.of(dataOrGiveTokens, 0);
const behindPleaseTokens = Uint8Array.of(pleaseTokens, 0);

/** Category 2: behind a GIVE TOKENS of the side that has them, or a PLEASE TOKENS of the other, neither of which names any. */
export function encodeActivitySpdu(spdu: ActivitySpdu): Uint8Array {
  switch (spdu.type) {
    case "DATA":
      return Buffer.concat([behindGiveTokens, Uint8Array.of(dataOrGiveTokens, 0), spdu.data]);
    case "ACTIVITY START":
      return behind(behindGiveTokens, spdu.type, [activityUnit(spdu.activity)]);
    case "ACTIVITY RESUME":
      return behind(behindGiveTokens, spdu.type, [linkUnit(spdu.link), activityUnit(spdu.activity)]);
    case "MINOR SYNC POINT":
    case "ACTIVITY END":
      return behind(behindGiveTokens, spdu.type, [serialUnit(spdu.serial)]);
    case "MINOR SYNC ACK":
    case "ACTIVITY END ACK":
      return behind(behindPleaseTokens, spdu.type, [serialUnit(spdu.serial)]);
    case "EXCEPTION DATA":
      return behind(behindPleaseTokens, spdu.type, [reasonUnit(spdu.reason)]);
    case "ACTIVITY INTERRUPT":
    case "ACTIVITY DISCARD":
      return behind(behindGiveTokens, spdu.type, [reasonUnit(spdu.reason)]);
    case "ACTIVITY INTERRUPT ACK":
    case "ACTIVITY DISCARD ACK":
      return behind(behindPleaseTokens, spdu.type, []);
  }
}

function behind(first: Uint8Array, type: keyof typeof identifiers, values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([first, unit(identifiers[type], values)]);
}

function activityUnit(identifier: Uint8Array): Uint8Array {
  return unit(parameters.activityIdentifier, [identifier]);
}

/** In decimal digits (ISO 8327 §8.3.16.3). */
function serialUnit(serial: number): Uint8Array {
  return unit(parameters.serialNumber, [ia5Octets(String(serial))]);
}

function reasonUnit(reason: number): Uint8Array {
  return unit(parameters.reason, [Uint8Array.of(reason)]);
}

function linkUnit({ callingReference, commonReference, activity, serial }: ActivityLink): Uint8Array {
  const isOfThisSession = callingReference === "" && commonReference === "";
  return unit(parameters.linkingInformation, [
    ...(isOfThisSession ? [] : referenceUnits(parameters.callingReference, callingReference, commonReference)),
    activityUnit(activity),
    serialUnit(serial),
  ]);
}

/** Reads one other than DATA, as it is behind its tokens; null: it is none of these. Throws `malformed`. */
export function decodeActivitySpdu(identifier: number, found: Found): ActivitySpdu | null {
  switch (identifier) {
    case identifiers["ACTIVITY START"]:
      return { type: "ACTIVITY START", activity: activityIn(found) };
    case identifiers["ACTIVITY RESUME"]:
      return { type: "ACTIVITY RESUME", activity: activityIn(found), link: linkIn(found) };
    case identifiers["MINOR SYNC POINT"]:
      return { type: "MINOR SYNC POINT", serial: serialIn(found) };
    case identifiers["MINOR SYNC ACK"]:
      return { type: "MINOR SYNC ACK", serial: serialIn(found) };
    case identifiers["ACTIVITY END"]:
      return { type: "ACTIVITY END", serial: serialIn(found) };
    case identifiers["ACTIVITY END ACK"]:
      return { type: "ACTIVITY END ACK", serial: serialIn(found) };
    case identifiers["EXCEPTION DATA"]:
      return { type: "EXCEPTION DATA", reason: reasonIn(found) };
    case identifiers["ACTIVITY INTERRUPT"]:
      return { type: "ACTIVITY INTERRUPT", reason: reasonIn(found) };
    case identifiers["ACTIVITY INTERRUPT ACK"]:
      return { type: "ACTIVITY INTERRUPT ACK" };
    case identifiers["ACTIVITY DISCARD"]:
      return { type: "ACTIVITY DISCARD", reason: reasonIn(found) };
    case identifiers["ACTIVITY DISCARD ACK"]:
      return { type: "ACTIVITY DISCARD ACK" };
    default:
      return null;
  }
}

/** ISO 8327 §8.3.19.3: at most six octets. */
const maxActivityLength = 6;
/** ISO 8327 §8.3.16.3: serial numbers are below a million. */
const maxSerial = 999_999;

function activityIn(found: Found): Uint8Array {
  const activity = found.get(parameters.activityIdentifier);
  if (activity === undefined || activity.length === 0 || activity.length > maxActivityLength) {
    throw new ProtocolFault("malformed", "an activity without an identifier of one to six octets");
  }
  return activity;
}

function serialIn(found: Found): number {
  const digits = Buffer.from(found.get(parameters.serialNumber) ?? []).toString("latin1");
  const serial = /^[0-9]{1,6}$/.test(digits) ? Number(digits) : null;
  if (serial === null || serial > maxSerial) throw new ProtocolFault("malformed", "a serial number that is none");
  return serial;
}

/** Without one it is any. */
function reasonIn(found: Found): number {
  return found.get(parameters.reason)?.[0] ?? exceptionReasons.nonSpecific;
}

function linkIn(found: Found): ActivityLink {
  const link = parseGroup(found.get(parameters.linkingInformation) ?? new Uint8Array());
  return {
    callingReference: referenceOf(link.get(parameters.callingReference)),
    commonReference: referenceOf(link.get(parameters.commonReference)),
    activity: activityIn(link),
    serial: serialIn(link),
  };
}
