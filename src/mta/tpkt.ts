import { ProtocolFault, u16 } from "./octets.ts";

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

/**
 * Cuts a byte stream into TPDUs. It holds at most one packet and one chunk of the stream, and joins the chunks of a
 * packet once, so that a packet that comes octet by octet costs no more than one that comes whole.
 */
export class TpktDecoder {
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** True between two packets: a stream that ends elsewhere was cut off. */
  get idle(): boolean {
    return this.#length === 0;
  }

  /** The TPDUs that `chunk` completes, in order. Throws `malformed` at the first header that is none. */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      const packetLength = this.#announcedLength();
      if (packetLength === null || this.#length < packetLength) return;
      const octets = this.#joined();
      this.#chunks = octets.length > packetLength ? [octets.subarray(packetLength)] : [];
      this.#length = octets.length - packetLength;
      yield octets.subarray(headerLength, packetLength);
    }
  }

  #announcedLength(): number | null {
    if (this.#length < headerLength) {
      // What is no TPKT is known by its first octet: there is nothing to wait for.
      const first = this.#chunks.find((chunk) => chunk.length > 0)?.[0];
      if (first !== undefined && first !== version) throw notTpkt(first);
      return null;
    }
    const [octet = 0, , high = 0, low = 0] = this.#header();
    if (octet !== version) throw notTpkt(octet);
    const length = high * 256 + low;
    if (length < minPacketLength) throw new ProtocolFault("malformed", `a TPKT cannot be ${length} octets long`);
    return length;
  }

  #header(): Uint8Array {
    const first = this.#chunks[0];
    return first !== undefined && first.length >= headerLength ? first : this.#joined();
  }

  #joined(): Uint8Array {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    // Twice for a packet at most: once for its header, once when it is whole.
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}

function notTpkt(octet: number): ProtocolFault {
  return new ProtocolFault("malformed", `this is no TPKT: the first octet is ${octet}, not ${version}`);
}
