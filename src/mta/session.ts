import { ia5Octets, OctetReader, ProtocolFault, u16 } from "./octets.ts";

/**
 * Session protocol, version 1 (ISO 8327, X.225), as X.400 stacks of 1984 use it: an association is one session
 * connection whose user data, of at most 512 octets, is that of the reliable transfer server.
 */
export type Spdu =
  | ({ readonly type: "CONNECT" } & ConnectItem)
  | ({ readonly type: "ACCEPT" } & ConnectItem)
  | { readonly type: "REFUSE"; readonly reason: number; readonly userData: Uint8Array }
  | { readonly type: "FINISH" }
  | { readonly type: "DISCONNECT" }
  | { readonly type: "ABORT"; readonly transportDisconnect: number; readonly userData: Uint8Array }
  | { readonly type: "ABORT ACCEPT" }
  | { readonly type: "GIVE TOKENS" }
  | { readonly type: "PLEASE TOKENS" }
  /** What belongs to the transfer of messages, or to nothing known: its SPDU identifier. */
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

/** Half duplex, minor synchronise, activity management, exceptions: what X.410-1984 needs and real stacks propose. */
export const x410FunctionalUnits = 0x0249;
export const sessionVersion1 = 1;

/** Reasons of a REFUSE that are used here (ISO 8327 §8.3.3.9). */
export const refuseReasons = { rejectedByUser: 2, versionsNotSupported: 0x84 } as const;
/** Transport disconnect of an ABORT (ISO 8327 §8.3.7.2), with "transport connection is released" in each. */
export const abortKinds = { byUser: 0x03, protocolError: 0x05, noReason: 0x09 } as const;

/** Session version 1 carries no more (ISO 8327 §8.3.1.18). */
export const maxUserDataLength = 512;

const identifiers = {
  dataOrGiveTokens: 0x01,
  pleaseTokens: 0x02,
  FINISH: 0x09,
  DISCONNECT: 0x0a,
  REFUSE: 0x0c,
  CONNECT: 0x0d,
  ACCEPT: 0x0e,
  ABORT: 0x19,
  "ABORT ACCEPT": 0x1a,
} as const;

/** Parameters and parameter groups; a group holds parameters (ISO 8327 §8.2.3). */
const parameters = {
  connectionIdentifier: 0x01,
  connectItem: 0x05,
  calledReference: 0x09,
  callingReference: 0x0a,
  commonReference: 0x0b,
  transportDisconnect: 0x11,
  protocolOptions: 0x13,
  functionalUnits: 0x14,
  versions: 0x16,
  tokenSetting: 0x1a,
  reason: 0x32,
  userData: 0xc1,
} as const;

const asn1Types = { t61String: 0x14, utcTime: 0x17 } as const;
/** ISO 8327 §8.3.1.16: what a CONNECT without the parameter proposes. */
const defaultFunctionalUnits = 0x0349;

/** The octets of an SPDU, which is a whole TSDU here: none that is sent may be concatenated (ISO 8327 §6.3.7). */
export function encodeSpdu(spdu: Exclude<Spdu, { type: "OTHER" | "GIVE TOKENS" | "PLEASE TOKENS" }>): Uint8Array {
  return unit(identifiers[spdu.type], encodeParameters(spdu));
}

function encodeParameters(spdu: Parameters<typeof encodeSpdu>[0]): Uint8Array[] {
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
      return [unit(parameters.transportDisconnect, [Uint8Array.of(1)])];
    case "ABORT":
      return [
        unit(parameters.transportDisconnect, [Uint8Array.of(spdu.transportDisconnect)]),
        ...(spdu.userData.length > 0 ? [unit(parameters.userData, [spdu.userData])] : []),
      ];
    case "DISCONNECT":
    case "ABORT ACCEPT":
      return [];
  }
}

function encodeConnectItem(item: ConnectItem, referenceParameter: number): Uint8Array[] {
  return [
    unit(parameters.connectionIdentifier, [
      unit(referenceParameter, [unit(asn1Types.t61String, [ia5Octets(item.reference)])]),
      unit(parameters.commonReference, [unit(asn1Types.utcTime, [ia5Octets(item.commonReference)])]),
    ]),
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
 * concatenation, ISO 8327 §6.3.7). Throws `malformed`, or `too-large` for user data over 512 octets.
 */
export function decodeTsdu(tsdu: Uint8Array): Spdu[] {
  const reader = new OctetReader(tsdu, "SPDU");
  const spdus: Spdu[] = [];
  do {
    const identifier = reader.u8();
    const body = reader.take(lengthIndicator(reader));
    if (identifier === identifiers.pleaseTokens) spdus.push({ type: "PLEASE TOKENS" });
    else if (identifier === identifiers.dataOrGiveTokens && spdus.length === 0) spdus.push({ type: "GIVE TOKENS" });
    else if (identifier === identifiers.dataOrGiveTokens) return [...spdus, { type: "OTHER", identifier }];
    else spdus.push(decodeBody(identifier, parseParameters(body)));
  } while (reader.remaining > 0);
  return spdus;
}

function decodeBody(identifier: number, found: ReadonlyMap<number, Uint8Array>): Spdu {
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
      return { type: "FINISH" };
    case identifiers.DISCONNECT:
      return { type: "DISCONNECT" };
    case identifiers.ABORT:
      return {
        type: "ABORT",
        transportDisconnect: found.get(parameters.transportDisconnect)?.[0] ?? abortKinds.noReason,
        userData: userDataOf(found),
      };
    case identifiers["ABORT ACCEPT"]:
      return { type: "ABORT ACCEPT" };
    default:
      return { type: "OTHER", identifier };
  }
}

function decodeConnectItem(found: ReadonlyMap<number, Uint8Array>, referenceParameter: number): ConnectItem {
  const units = found.get(parameters.functionalUnits);
  return {
    reference: stringOf(found.get(referenceParameter)),
    commonReference: stringOf(found.get(parameters.commonReference)),
    functionalUnits: units === undefined ? defaultFunctionalUnits : new OctetReader(units, "functional units").u16(),
    versions: found.get(parameters.versions)?.[0] ?? sessionVersion1,
    userData: userDataOf(found),
  };
}

/** All parameters, those in groups too, by their code: no code has two meanings in the SPDUs read here. */
function parseParameters(body: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  const reader = new OctetReader(body, "SPDU parameters");
  while (reader.remaining > 0) {
    const code = reader.u8();
    const value = reader.take(lengthIndicator(reader));
    if (code === parameters.connectionIdentifier || code === parameters.connectItem) {
      for (const [inner, innerValue] of parseInner(value)) found.set(inner, innerValue);
    } else {
      found.set(code, value);
    }
  }
  return found;
}

/** The parameters of a group. Groups hold no groups. */
function parseInner(group: Uint8Array): [number, Uint8Array][] {
  const found: [number, Uint8Array][] = [];
  const reader = new OctetReader(group, "SPDU parameter group");
  while (reader.remaining > 0) found.push([reader.u8(), reader.take(lengthIndicator(reader))]);
  return found;
}

/** ISO 8327 §8.2.5: one octet, or 255 and two octets. */
function lengthIndicator(reader: OctetReader): number {
  const length = reader.u8();
  return length === 255 ? reader.u16() : length;
}

function unit(code: number, values: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(values);
  const length = value.length < 255 ? [value.length] : [255, ...u16(value.length)];
  return Buffer.concat([Uint8Array.of(code, ...length), value]);
}

/**
 * The text of a T61String or UTCTime element. References are only for the record: T.61 letters are shown as dots, and
 * an element that is neither reads as empty.
 */
function stringOf(element: Uint8Array | undefined): string {
  if (element === undefined || element.length < 2) return "";
  return Buffer.from(element.subarray(2))
    .toString("latin1")
    .replace(/[^\x20-\x7e]/g, ".");
}

function userDataOf(found: ReadonlyMap<number, Uint8Array>): Uint8Array {
  return limited(found.get(parameters.userData) ?? new Uint8Array());
}

function limited(userData: Uint8Array): Uint8Array {
  if (userData.length <= maxUserDataLength) return userData;
  throw new ProtocolFault(
    "too-large",
    `session user data of ${userData.length} octets; ${maxUserDataLength} are allowed`,
  );
}
