import { OctetReader, ProtocolFault, u16 } from "./octets.ts";

/**
 * Transport protocol class 0 (ISO 8073, X.224), the subset that RFC 1006 uses: a connection is requested, confirmed or
 * refused, carries data, and ends with its TCP connection.
 */
export type Tpdu =
  | ({ readonly type: "CR" } & ConnectionTpdu)
  | ({ readonly type: "CC" } & ConnectionTpdu)
  | {
      readonly type: "DR";
      readonly destinationReference: number;
      readonly sourceReference: number;
      readonly reason: number;
    }
  | { readonly type: "DT"; readonly endOfTsdu: boolean; readonly data: Uint8Array }
  | { readonly type: "ER"; readonly destinationReference: number; readonly rejectCause: number };

/** What CR and CC have in common (ISO 8073 §13.3, §13.4). */
export type ConnectionTpdu = {
  readonly destinationReference: number;
  readonly sourceReference: number;
  /** The class asked for or chosen, 0–4. RFC 1006 knows 0 only. */
  readonly transportClass: number;
  /** TSAP identifiers, absent when the TPDU has none. */
  readonly callingTsap: Uint8Array | null;
  readonly calledTsap: Uint8Array | null;
  /** Octets of a TPDU, header included; a power of two. Absent: nothing proposed. */
  readonly tpduSize: number | null;
};

/** Reasons of a DR that are used here (ISO 8073 §13.5.3). */
export const disconnectReasons = {
  notSpecified: 0,
  congestion: 1,
  addressUnknown: 3,
  negotiationFailed: 0x82,
} as const;

/** What these MTAs propose: 2 048 octets, the largest that class 0 of ISO 8073 has (§13.3.4). */
export const proposedTpduSize = 2048;
/**
 * What is sent at most when the other side proposed nothing. ISO 8073 says 128 then, RFC 1006 says 65 531: the smaller
 * is right under either reading, and costs a few headers.
 */
export const unnegotiatedTpduSize = 128;

const codes = { CR: 0xe0, CC: 0xd0, DR: 0x80, DT: 0xf0, ER: 0x70 } as const;
const parameters = { tpduSize: 0xc0, callingTsap: 0xc1, calledTsap: 0xc2 } as const;
const maxTsapLength = 32;
/** Length indicator, code, and the end-of-TSDU mark. */
const dataHeaderLength = 3;

/** The octets of a TPDU. */
export function encodeTpdu(tpdu: Tpdu): Uint8Array {
  switch (tpdu.type) {
    case "CR":
    case "CC":
      return encodeConnection(tpdu);
    case "DR":
      return withLengthIndicator([
        codes.DR,
        ...u16(tpdu.destinationReference),
        ...u16(tpdu.sourceReference),
        tpdu.reason,
      ]);
    case "DT":
      return Buffer.concat([Uint8Array.of(2, codes.DT, tpdu.endOfTsdu ? 0x80 : 0), tpdu.data]);
    case "ER":
      return withLengthIndicator([codes.ER, ...u16(tpdu.destinationReference), tpdu.rejectCause]);
  }
}

/** Reads one TPDU. Throws `malformed` for wrong lengths and unknown codes. */
export function decodeTpdu(octets: Uint8Array): Tpdu {
  const whole = new OctetReader(octets, "TPDU");
  const header = new OctetReader(whole.take(whole.u8()), "TPDU header");
  const code = header.u8();
  switch (code & 0xf0) {
    case codes.CR:
      return { type: "CR", ...decodeConnection(header) };
    case codes.CC:
      return { type: "CC", ...decodeConnection(header) };
    case codes.DR:
      return { type: "DR", destinationReference: header.u16(), sourceReference: header.u16(), reason: header.u8() };
    case codes.DT:
      return { type: "DT", endOfTsdu: (header.u8() & 0x80) !== 0, data: whole.rest() };
    case codes.ER:
      return { type: "ER", destinationReference: header.u16(), rejectCause: header.u8() };
    default:
      throw new ProtocolFault("malformed", `a TPDU of code 0x${code.toString(16)} does not exist in class 0`);
  }
}

/** Cuts a TSDU into DT TPDUs of at most `tpduSize` octets; the last one carries the end mark. */
export function segment(tsdu: Uint8Array, tpduSize: number): Tpdu[] {
  const room = tpduSize - dataHeaderLength;
  const count = Math.max(1, Math.ceil(tsdu.length / room));
  return Array.from({ length: count }, (_, index) => ({
    type: "DT",
    endOfTsdu: index === count - 1,
    data: tsdu.subarray(index * room, (index + 1) * room),
  }));
}

function encodeConnection(tpdu: ConnectionTpdu & { readonly type: "CR" | "CC" }): Uint8Array {
  return withLengthIndicator([
    codes[tpdu.type],
    ...u16(tpdu.destinationReference),
    ...u16(tpdu.sourceReference),
    tpdu.transportClass << 4,
    ...parameter(parameters.callingTsap, tpdu.callingTsap),
    ...parameter(parameters.calledTsap, tpdu.calledTsap),
    ...parameter(parameters.tpduSize, tpdu.tpduSize === null ? null : [Math.log2(tpdu.tpduSize)]),
  ]);
}

function decodeConnection(header: OctetReader): ConnectionTpdu {
  const destinationReference = header.u16();
  const sourceReference = header.u16();
  const transportClass = header.u8() >> 4;
  let callingTsap: Uint8Array | null = null;
  let calledTsap: Uint8Array | null = null;
  let tpduSize: number | null = null;
  // In any order; what is not known is skipped, as ISO 8073 §13.2.3 asks of a receiver of CR.
  while (header.remaining > 0) {
    const code = header.u8();
    const value = header.take(header.u8());
    if (code === parameters.callingTsap) callingTsap = checkedTsap(value);
    else if (code === parameters.calledTsap) calledTsap = checkedTsap(value);
    else if (code === parameters.tpduSize) tpduSize = decodeTpduSize(value);
  }
  return { destinationReference, sourceReference, transportClass, callingTsap, calledTsap, tpduSize };
}

function checkedTsap(value: Uint8Array): Uint8Array {
  if (value.length > maxTsapLength) throw new ProtocolFault("too-large", `a TSAP identifier of ${value.length} octets`);
  return value;
}

function decodeTpduSize(value: Uint8Array): number {
  const [exponent] = value;
  // 7 to 13: 128 octets to 8 192 (ISO 8073 §13.3.4 b).
  if (value.length !== 1 || exponent === undefined || exponent < 7 || exponent > 13) {
    throw new ProtocolFault("malformed", "the TPDU size is none that ISO 8073 has");
  }
  return 2 ** exponent;
}

function parameter(code: number, value: Iterable<number> | null): number[] {
  if (value === null) return [];
  const octets = [...value];
  return [code, octets.length, ...octets];
}

function withLengthIndicator(header: number[]): Uint8Array {
  return Uint8Array.of(header.length, ...header);
}
