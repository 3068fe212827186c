/** What a partner may do wrong with octets. It is answered on the association; it never stops the process. */
export type FaultCode =
  /** The octets break the rules of their layer. */
  | "malformed"
  /** A length above the limit that the docstring of the decoder names. */
  | "too-large"
  /** Well formed, and not spoken here: another transport class, normal mode, a message transfer. */
  | "unsupported";

/** Thrown by the decoders of this folder, and caught in one place: where octets of a socket become inputs of a machine. */
export class ProtocolFault extends Error {
  override readonly name = "ProtocolFault";
  readonly code: FaultCode;

  constructor(code: FaultCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Reads octets from front to back and never beyond the end; `what` is named in the fault when they run out. */
export class OctetReader {
  readonly #octets: Uint8Array;
  readonly #what: string;
  #at = 0;

  constructor(octets: Uint8Array, what: string) {
    this.#octets = octets;
    this.#what = what;
  }

  get remaining(): number {
    return this.#octets.length - this.#at;
  }

  u8(): number {
    const octet = this.#octets[this.#at];
    if (octet === undefined) throw this.#short(1);
    this.#at += 1;
    return octet;
  }

  u16(): number {
    const high = this.u8();
    return high * 256 + this.u8();
  }

  take(length: number): Uint8Array {
    if (length > this.remaining) throw this.#short(length);
    const taken = this.#octets.subarray(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  rest(): Uint8Array {
    return this.take(this.remaining);
  }

  #short(wanted: number): ProtocolFault {
    return new ProtocolFault("malformed", `${this.#what}: ${wanted} octets announced, ${this.remaining} left`);
  }
}

/** Octets that come in pieces, copied together as they come: a piece that is kept as it is costs a hundred times what is in it. */
export class GatheredOctets {
  #memory: Buffer = Buffer.alloc(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#memory.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#length));
      larger.set(this.octets);
      this.#memory = larger;
    }
    this.#memory.set(piece, this.#length);
    this.#length = length;
  }

  /** All of them. Valid until the next is appended. */
  get octets(): Buffer {
    return this.#memory.subarray(0, this.#length);
  }

  /** All of them, to be kept; nothing is left here. */
  take(): Buffer {
    const { octets } = this;
    this.#memory = Buffer.alloc(0);
    this.#length = 0;
    return octets;
  }
}

/** Big-endian 16 bits. */
export function u16(value: number): [number, number] {
  return [(value >> 8) & 0xff, value & 0xff];
}

/** Octets of an IA5 (ASCII) text. */
export function ia5Octets(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/**
 * The IA5 text of octets. Throws `malformed` for what is not printable: names and passwords are compared and logged, so
 * nothing in them may look like something else.
 */
export function ia5Text(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString("latin1");
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  throw new ProtocolFault("malformed", "a text holds characters that cannot be printed");
}
