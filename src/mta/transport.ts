import { decodeTpdu, encodeTpdu, segment, unnegotiatedTpduSize, type Tpdu } from "./cotp.ts";
import { GatheredOctets, ProtocolFault } from "./octets.ts";
import { encodeTpkt, TpktDecoder } from "./tpkt.ts";

/** What comes up from the transport: its own TPDUs, and whole TSDUs, reassembled. */
export type TransportUnit = Exclude<Tpdu, { type: "DT" }> | { readonly type: "TSDU"; readonly octets: Uint8Array };

/** An SPDU of an association is far smaller. Segments of a TSDU are held until the last, so there must be an end. */
export const maxTsduLength = 64 * 1024;

/** The receiving half of a transport connection: bytes of the stream in, units out. It does no I/O. */
export class TransportReceiver {
  readonly #packets = new TpktDecoder();
  readonly #segments = new GatheredOctets();

  /** True when nothing is half received: a stream that ends elsewhere was cut off. */
  get idle(): boolean {
    return this.#packets.idle && this.#segments.length === 0;
  }

  /** The units that `chunk` completes, in order. Throws `ProtocolFault` after the last good one. */
  *push(chunk: Uint8Array): Generator<TransportUnit> {
    for (const octets of this.#packets.push(chunk)) {
      const tpdu = decodeTpdu(octets);
      if (tpdu.type !== "DT") yield tpdu;
      else {
        this.#append(tpdu.data);
        if (tpdu.endOfTsdu) yield { type: "TSDU", octets: this.#segments.take() };
      }
    }
  }

  #append(data: Uint8Array): void {
    // An empty segment that is not the last says nothing, and a stream of them would never end.
    if (data.length === 0) throw new ProtocolFault("malformed", "a DT without data");
    if (this.#segments.length + data.length > maxTsduLength) {
      throw new ProtocolFault("too-large", `a TSDU over ${maxTsduLength} octets`);
    }
    this.#segments.append(data);
  }
}

/** A TPDU in its TPKT, ready for the socket. */
export function packetOf(tpdu: Tpdu): Uint8Array {
  return encodeTpkt(encodeTpdu(tpdu));
}

/** A TSDU as the packets that carry it under the negotiated TPDU size. */
export function packetsOf(tsdu: Uint8Array, tpduSize: number | null): Uint8Array {
  return Buffer.concat(segment(tsdu, tpduSize ?? unnegotiatedTpduSize).map(packetOf));
}
