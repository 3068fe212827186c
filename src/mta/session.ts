import { ia5Octets, OctetReader, ProtocolFault, u16 } from "./octets.ts";

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

/** What transfers a message: an activity, its data, and the points up to which the receiver has secured them (ISO 8327 §7.25–7.32). */
export type ActivitySpdu =
  | { readonly type: "ACTIVITY START"; readonly activity: Uint8Array }
  | { readonly type: "ACTIVITY RESUME"; readonly activity: Uint8Array; readonly link: ActivityLink }
  | { readonly type: "DATA"; readonly data: Uint8Array }
  | { readonly type: "MINOR SYNC POINT"; readonly serial: number }
  | { readonly type: "MINOR SYNC ACK"; readonly serial: number }
  | { readonly type: "ACTIVITY END"; readonly serial: number }
  | { readonly type: "ACTIVITY END ACK"; readonly serial: number };

/** Where an activity was when its session ended (ISO 8327 §8.3.20.3). */
export type ActivityLink = {
  /** References of the old session connection, as IA5. */
  readonly callingReference: string;
  readonly commonReference: string;
  readonly activity: Uint8Array;
  /** The last synchronization point that the receiver is known to have secured. */
  readonly serial: number;
};

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
export const sessionVersion1 = 1;
export const sessionVersion2 = 2;

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
  "ACTIVITY RESUME": 0x1d,
  // As a MAJOR SYNC POINT and its acknowledgement; without a sync type item they end an activity.
  "ACTIVITY END": 0x29,
  "ACTIVITY END ACK": 0x2a,
  "ACTIVITY START": 0x2d,
  "MINOR SYNC POINT": 0x31,
  "MINOR SYNC ACK": 0x32,
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
  linkingInformation: 0x21,
  activityIdentifier: 0x29,
  serialNumber: 0x2a,
  reason: 0x32,
  userData: 0xc1,
} as const;

const asn1Types = { t61String: 0x14, utcTime: 0x17 } as const;
/** ISO 8327 §8.3.1.16: what a CONNECT without the parameter proposes. */
const defaultFunctionalUnits = 0x0349;

/** Those that are a whole TSDU by themselves (ISO 8327 §6.3.7, category 1). */
type WholeSpdu = Exclude<Spdu, ActivitySpdu | { type: "OTHER" | "GIVE TOKENS" | "PLEASE TOKENS" }>;

/** The octets of a TSDU with this SPDU. */
export function encodeSpdu(spdu: WholeSpdu | ActivitySpdu): Uint8Array {
  return isOfActivity(spdu) ? encodeActivitySpdu(spdu) : unit(identifiers[spdu.type], encodeParameters(spdu));
}

function isOfActivity(spdu: WholeSpdu | ActivitySpdu): spdu is ActivitySpdu {
  return spdu.type === "DATA" || /^(?:ACTIVITY|MINOR) /.test(spdu.type);
}

/** Category 2: behind a GIVE TOKENS of the side that has them, or a PLEASE TOKENS of the other, neither of which names any. */
function encodeActivitySpdu(spdu: ActivitySpdu): Uint8Array {
  switch (spdu.type) {
    case "DATA":
      return Buffer.concat([giveTokens, Uint8Array.of(identifiers.dataOrGiveTokens, 0), spdu.data]);
    case "ACTIVITY START":
      return behind(giveTokens, spdu.type, [activityOf(spdu.activity)]);
    case "ACTIVITY RESUME": {
      const { callingReference, commonReference, activity, serial } = spdu.link;
      const link = unit(parameters.linkingInformation, [
        ...connectionReferences(callingReference, commonReference),
        activityOf(activity),
        serialOf(serial),
      ]);
      return behind(giveTokens, spdu.type, [link, activityOf(spdu.activity)]);
    }
    case "MINOR SYNC POINT":
    case "ACTIVITY END":
      return behind(giveTokens, spdu.type, [serialOf(spdu.serial)]);
    case "MINOR SYNC ACK":
    case "ACTIVITY END ACK":
      return behind(pleaseTokens, spdu.type, [serialOf(spdu.serial)]);
  }
}

const giveTokens = Uint8Array.of(identifiers.dataOrGiveTokens, 0);
const pleaseTokens = Uint8Array.of(identifiers.pleaseTokens, 0);

function behind(
  first: Uint8Array,
  type: Exclude<ActivitySpdu["type"], "DATA">,
  values: readonly Uint8Array[],
): Uint8Array {
  return Buffer.concat([first, unit(identifiers[type], values)]);
}

function activityOf(identifier: Uint8Array): Uint8Array {
  return unit(parameters.activityIdentifier, [identifier]);
}

/** In decimal digits (ISO 8327 §8.3.16.3). */
function serialOf(serial: number): Uint8Array {
  return unit(parameters.serialNumber, [ia5Octets(String(serial))]);
}

function connectionReferences(callingReference: string, commonReference: string): Uint8Array[] {
  return [
    unit(parameters.callingReference, [unit(asn1Types.t61String, [ia5Octets(callingReference)])]),
    unit(parameters.commonReference, [unit(asn1Types.utcTime, [ia5Octets(commonReference)])]),
  ];
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
      return [unit(parameters.transportDisconnect, [Uint8Array.of(1)]), ...userDataUnit(spdu.userData)];
    case "ABORT":
      return [
        unit(parameters.transportDisconnect, [Uint8Array.of(spdu.transportDisconnect)]),
        ...userDataUnit(spdu.userData),
      ];
    case "DISCONNECT":
      return userDataUnit(spdu.userData);
    case "ABORT ACCEPT":
      return [];
  }
}

function userDataUnit(userData: Uint8Array): Uint8Array[] {
  return userData.length === 0 ? [] : [unit(parameters.userData, [limited(userData)])];
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
 * concatenation, ISO 8327 §6.3.7); data is the rest of the TSDU. Throws `malformed`, or `too-large` for user data over 512 octets.
 */
export function decodeTsdu(tsdu: Uint8Array): Spdu[] {
  const reader = new OctetReader(tsdu, "SPDU");
  const spdus: Spdu[] = [];
  do {
    const identifier = reader.u8();
    const body = reader.take(lengthIndicator(reader));
    if (identifier === identifiers.pleaseTokens) spdus.push({ type: "PLEASE TOKENS" });
    else if (identifier === identifiers.dataOrGiveTokens && spdus.length === 0) spdus.push({ type: "GIVE TOKENS" });
    else if (identifier === identifiers.dataOrGiveTokens) return [...spdus, { type: "DATA", data: reader.rest() }];
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
    default:
      return { type: "OTHER", identifier };
  }
}

/** ISO 8327 §8.3.19.3: at most six octets. */
const maxActivityLength = 6;
/** ISO 8327 §8.3.16.3: serial numbers are below a million. */
const maxSerial = 999_999;

function activityIn(found: ReadonlyMap<number, Uint8Array>): Uint8Array {
  const activity = found.get(parameters.activityIdentifier);
  if (activity === undefined || activity.length === 0 || activity.length > maxActivityLength) {
    throw new ProtocolFault("malformed", "an activity without an identifier of one to six octets");
  }
  return activity;
}

function serialIn(found: ReadonlyMap<number, Uint8Array>): number {
  const digits = Buffer.from(found.get(parameters.serialNumber) ?? []).toString("latin1");
  const serial = /^[0-9]{1,6}$/.test(digits) ? Number(digits) : null;
  if (serial === null || serial > maxSerial) throw new ProtocolFault("malformed", "a serial number that is none");
  return serial;
}

function linkIn(found: ReadonlyMap<number, Uint8Array>): ActivityLink {
  const link = new Map(parseInner(found.get(parameters.linkingInformation) ?? new Uint8Array()));
  return {
    callingReference: stringOf(link.get(parameters.callingReference)),
    commonReference: stringOf(link.get(parameters.commonReference)),
    activity: activityIn(link),
    serial: serialIn(link),
  };
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
