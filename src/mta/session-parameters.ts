import { ia5Octets, OctetReader, ProtocolFault, u16 } from "./octets.ts";

/**
 * What all SPDUs are made of (ISO 8327 §8.2): an identifier, a length, and parameters, which may be groups of parameters; each is coded alike.
 */
export const parameters = {
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

/** Parameters by their code. */
export type Found = ReadonlyMap<number, Uint8Array>;

/** Session version 1 carries no more (ISO 8327 §8.3.1.18). */
export const maxUserDataLength = 512;

/** An SPDU, a group or a parameter: its code, its length, and its value in parts. */
export function unit(code: number, values: readonly Uint8Array[]): Uint8Array {
  const value = Buffer.concat(values);
  const length = value.length < 255 ? [value.length] : [255, ...u16(value.length)];
  return Buffer.concat([Uint8Array.of(code, ...length), value]);
}

/** ISO 8327 §8.2.5: one octet, or 255 and two octets. */
export function lengthIndicator(reader: OctetReader): number {
  const length = reader.u8();
  return length === 255 ? reader.u16() : length;
}

/** All parameters, those in groups too, by their code: no code has two meanings in the SPDUs read here. */
export function parseParameters(body: Uint8Array): Found {
  const found = new Map<number, Uint8Array>();
  const reader = new OctetReader(body, "SPDU parameters");
  while (reader.remaining > 0) {
    const code = reader.u8();
    const value = reader.take(lengthIndicator(reader));
    if (code === parameters.connectionIdentifier || code === parameters.connectItem) {
      for (const [inner, innerValue] of parseGroup(value)) found.set(inner, innerValue);
    } else {
      found.set(code, value);
    }
  }
  return found;
}

/** The parameters of a group. Groups hold no groups. */
export function parseGroup(group: Uint8Array): Found {
  const found = new Map<number, Uint8Array>();
  const reader = new OctetReader(group, "SPDU parameter group");
  while (reader.remaining > 0) found.set(reader.u8(), reader.take(lengthIndicator(reader)));
  return found;
}

/** The reference of an SS-user, under the code of its side, and the common one. */
export function referenceUnits(code: number, reference: string, commonReference: string): Uint8Array[] {
  return [
    unit(code, [unit(asn1Types.t61String, [ia5Octets(reference)])]),
    unit(parameters.commonReference, [unit(asn1Types.utcTime, [ia5Octets(commonReference)])]),
  ];
}

/**
 * The text of a T61String or UTCTime element. References are only for the record: T.61 letters are shown as dots, and
 * an element that is neither reads as empty.
 */
export function referenceOf(element: Uint8Array | undefined): string {
  if (element === undefined || element.length < 2) return "";
  return Buffer.from(element.subarray(2))
    .toString("latin1")
    .replace(/[^\x20-\x7e]/g, ".");
}

/** Nothing at all where there is none. Throws `too-large`. */
export function userDataUnits(userData: Uint8Array): Uint8Array[] {
  return userData.length === 0 ? [] : [unit(parameters.userData, [limited(userData)])];
}

export function userDataOf(found: Found): Uint8Array {
  return limited(found.get(parameters.userData) ?? new Uint8Array());
}

export function limited(userData: Uint8Array): Uint8Array {
  if (userData.length <= maxUserDataLength) return userData;
  throw new ProtocolFault(
    "too-large",
    `session user data of ${userData.length} octets; ${maxUserDataLength} are allowed`,
  );
}
