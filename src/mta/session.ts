import { OctetReader, u16 } from "./octets.ts";
import {
  type ActivitySpdu,
  dataOrGiveTokens,
  decodeActivitySpdu,
  encodeActivitySpdu,
  pleaseTokens,
} from "./session-activities.ts";
import {
  type Found,
  lengthIndicator,
  limited,
  parameters,
  parseParameters,
  referenceOf,
  referenceUnits,
  unit,
  userDataOf,
  userDataUnits,
} from "./session-parameters.ts";

/**
 * Session protocol, version 1 (ISO 8327, X.225), as X.400 stacks of 1984 use it: an association is one session
 * connection whose user data, of at most 512 octets, is that of the reliable transfer server.
 */
export type Spdu =
  | ({ readonly type: "CONNECT" } & ConnectItem)
  | ({ readonly type: "ACCEPT" } & ConnectItem)
  | { readonly type: "REFUSE"; readonly reason: number; readonly userData: Uint8Array }
  | { readonly type: "FINISH"; readonly userData: Uint8Array }
  | { readonly type: "DISCONNECT"; readonly userData: Uint8Array }
  | { readonly type: "ABORT"; readonly transportDisconnect: number; readonly userData: Uint8Array }
  | { readonly type: "ABORT ACCEPT" }
  | { readonly type: "GIVE TOKENS" }
  | { readonly type: "PLEASE TOKENS" }
  | ActivitySpdu
  /** Nothing that is known here: its SPDU identifier. */
  | { readonly type: "OTHER"; readonly identifier: number };

/** What CONNECT and ACCEPT have in common (ISO 8327 §8.3.1, §8.3.2). */
export type ConnectItem = {
  /** SS-user reference, as IA5. Empty when the SPDU has none. */
  readonly reference: string;
  /** Common reference: UTCTime, `YYMMDDhhmmssZ`. Empty when the SPDU has none. */
  readonly commonReference: string;
  /** Functional units, a bit each (ISO 8327 §8.3.1.16). */
  readonly functionalUnits: number;
  /** Protocol versions, a bit each: 1 for version 1, 2 for version 2. */
  readonly versions: number;
  readonly userData: Uint8Array;
};

/** Half duplex, minor synchronise, activity management, exceptions: what a transfer needs, and real stacks propose. */
export const functionalUnits = 0x0249;
/** The last of these. */
export const exceptions = 0x0200;
export const sessionVersion1 = 1;
export const sessionVersion2 = 2;

/** Reasons of a REFUSE that are used here (ISO 8327 §8.3.3.9). */
export const refuseReasons = { rejectedByUser: 2, versionsNotSupported: 0x84 } as const;
/** Transport disconnect of an ABORT (ISO 8327 §8.3.7.2), with "transport connection is released" in each. */
export const abortKinds = { byUser: 0x03, protocolError: 0x05, noReason: 0x09 } as const;

const identifiers = {
  FINISH: 0x09,
  DISCONNECT: 0x0a,
  REFUSE: 0x0c,
  CONNECT: 0x0d,
  ACCEPT: 0x0e,
  ABORT: 0x19,
  "ABORT ACCEPT": 0x1a,
} as const;

/** ISO 8327 §8.3.1.16: what a CONNECT without the parameter proposes. */
const defaultFunctionalUnits = 0x0349;

/** Those that are a whole TSDU by themselves (ISO 8327 §6.3.7, category 1). */
type WholeSpdu = Exclude<Spdu, ActivitySpdu | { type: "OTHER" | "GIVE TOKENS" | "PLEASE TOKENS" }>;

/** The octets of a TSDU with this SPDU. */
export function encodeSpdu(spdu: WholeSpdu | ActivitySpdu): Uint8Array {
  return isOfActivity(spdu) ? encodeActivitySpdu(spdu) : unit(identifiers[spdu.type], encodeParameters(spdu));
}

function isOfActivity(spdu: WholeSpdu | ActivitySpdu): spdu is ActivitySpdu {
  return spdu.type === "DATA" || /^(?:ACTIVITY|EXCEPTION|MINOR) /.test(spdu.type);
}

function encodeParameters(spdu: WholeSpdu): Uint8Array[] {
  switch (spdu.type) {
    case "CONNECT":
      return encodeConnectItem(spdu, parameters.callingReference);
    case "ACCEPT":
      return encodeConnectItem(spdu, parameters.calledReference);
    case "REFUSE":
      return [
        unit(parameters.transportDisconnect, [Uint8Array.of(1)]),
        unit(parameters.reason, [Uint8Array.of(spdu.reason), limited(spdu.userData)]),
      ];
    case "FINISH":
      return [unit(parameters.transportDisconnect, [Uint8Array.of(1)]), ...userDataUnits(spdu.userData)];
    case "ABORT":
      return [
        unit(parameters.transportDisconnect, [Uint8Array.of(spdu.transportDisconnect)]),
        ...userDataUnits(spdu.userData),
      ];
    case "DISCONNECT":
      return userDataUnits(spdu.userData);
    case "ABORT ACCEPT":
      return [];
  }
}

function encodeConnectItem(item: ConnectItem, referenceParameter: number): Uint8Array[] {
  return [
    unit(parameters.connectionIdentifier, referenceUnits(referenceParameter, item.reference, item.commonReference)),
    unit(parameters.connectItem, [
      unit(parameters.protocolOptions, [Uint8Array.of(0)]),
      unit(parameters.versions, [Uint8Array.of(item.versions)]),
      // All tokens at the initiator's side: it alone sends, and it alone may end the session with a FINISH.
      unit(parameters.tokenSetting, [Uint8Array.of(0)]),
    ]),
    unit(parameters.functionalUnits, [Uint8Array.from(u16(item.functionalUnits))]),
    unit(parameters.userData, [limited(item.userData)]),
  ];
}

/**
 * The SPDUs of one TSDU. A leading GIVE TOKENS or PLEASE TOKENS may be followed by another SPDU (basic
 * concatenation, ISO 8327 §6.3.7); data is the rest of the TSDU. Throws `malformed`, or `too-large` for user data over 512 octets.
 */
export function decodeTsdu(tsdu: Uint8Array): Spdu[] {
  const reader = new OctetReader(tsdu, "SPDU");
  const spdus: Spdu[] = [];
  do {
    const identifier = reader.u8();
    const body = reader.take(lengthIndicator(reader));
    if (identifier === pleaseTokens) spdus.push({ type: "PLEASE TOKENS" });
    else if (identifier === dataOrGiveTokens && spdus.length === 0) spdus.push({ type: "GIVE TOKENS" });
    else if (identifier === dataOrGiveTokens) return [...spdus, { type: "DATA", data: reader.rest() }];
    else spdus.push(decodeBody(identifier, parseParameters(body), spdus.length > 0));
  } while (reader.remaining > 0);
  return spdus;
}

/** What is behind its tokens is of category 2 where an identifier has two meanings; some stacks leave the tokens away where it has one. */
function decodeBody(identifier: number, found: Found, isBehindTokens: boolean): Spdu {
  const ofActivity = (): Spdu | null => decodeActivitySpdu(identifier, found);
  const ofConnection = (): Spdu | null => decodeConnectionSpdu(identifier, found);
  const spdu = isBehindTokens ? (ofActivity() ?? ofConnection()) : (ofConnection() ?? ofActivity());
  return spdu ?? { type: "OTHER", identifier };
}

function decodeConnectionSpdu(identifier: number, found: Found): Spdu | null {
  switch (identifier) {
    case identifiers.CONNECT:
      return { type: "CONNECT", ...decodeConnectItem(found, parameters.callingReference) };
    case identifiers.ACCEPT:
      return { type: "ACCEPT", ...decodeConnectItem(found, parameters.calledReference) };
    case identifiers.REFUSE: {
      const [reason = 0, ...userData] = found.get(parameters.reason) ?? [];
      return { type: "REFUSE", reason, userData: limited(Uint8Array.from(userData)) };
    }
    case identifiers.FINISH:
      return { type: "FINISH", userData: userDataOf(found) };
    case identifiers.DISCONNECT:
      return { type: "DISCONNECT", userData: userDataOf(found) };
    case identifiers.ABORT:
      return {
        type: "ABORT",
        transportDisconnect: found.get(parameters.transportDisconnect)?.[0] ?? abortKinds.noReason,
        userData: userDataOf(found),
      };
    case identifiers["ABORT ACCEPT"]:
      return { type: "ABORT ACCEPT" };
    default:
      return null;
  }
}

function decodeConnectItem(found: Found, referenceParameter: number): ConnectItem {
  const units = found.get(parameters.functionalUnits);
  return {
    reference: referenceOf(found.get(referenceParameter)),
    commonReference: referenceOf(found.get(parameters.commonReference)),
    functionalUnits: units === undefined ? defaultFunctionalUnits : new OctetReader(units, "functional units").u16(),
    versions: found.get(parameters.versions)?.[0] ?? sessionVersion1,
    userData: userDataOf(found),
  };
}
