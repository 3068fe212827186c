import { GatheredOctets, ProtocolFault, u16 } from "./octets.ts";

/**
 * TPKT, the frame of ISO transport over TCP (RFC 1006 §6): version 3, a reserved octet, and the length of the whole
 * packet in two octets, header included.
 */
const version = 3;
const headerLength = 4;
/** RFC 1006 §6: the smallest packet holds a TPDU of three octets. */
const minPacketLength = 7;
/** The field is 16 bits wide, so this is also the limit. */
export const maxPacketLength = 65_535;

/** Wraps one TPDU. Throws `too-large` for a TPDU over 65 531 octets. */
export function encodeTpkt(tpdu: Uint8Array): Uint8Array {
  const length = headerLength + tpdu.length;
  if (length > maxPacketLength) throw new ProtocolFault("too-large", `a TPKT of ${length} octets cannot be sent`);
  return Buffer.concat([Uint8Array.of(version, 0, ...u16(length)), tpdu]);
}

/** Cuts a byte stream into TPDUs. It holds at most one packet and one chunk of the stream. */
export class TpktDecoder {
  readonly #held = new GatheredOctets();

  /** True between two packets: a stream that ends elsewhere was cut off. */
  get idle(): boolean {
    return this.#held.length === 0;
  }

  /** The TPDUs that `chunk` completes, in order; to be read to the end. Throws `malformed` at the first header that is none. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.#held.append(chunk);
    let length = announcedLength(this.#held.octets);
    if (length === null || this.#held.length < length) return;
    let rest: Uint8Array = this.#held.take();
    while (length !== null && rest.length >= length) {
      yield rest.subarray(headerLength, length);
      rest = rest.subarray(length);
      length = announcedLength(rest);
    }
    this.#held.append(rest);
  }
}

function announcedLength(octets: Uint8Array): number | null {
  const [first, , high, low] = octets;
  // What is no TPKT is known by its first octet: there is nothing to wait for.
  if (first !== undefined && first !== version) throw notTpkt(first);
  if (high === undefined || low === undefined) return null;
  const length = high * 256 + low;
  if (length < minPacketLength) throw new ProtocolFault("malformed", `a TPKT cannot be ${length} octets long`);
  return length;
}

function notTpkt(octet: number): ProtocolFault {
  return new ProtocolFault("malformed", `this is no TPKT: the first octet is ${octet}, not ${version}`);
}
