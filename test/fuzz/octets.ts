import * as fc from "fast-check";

/** What comes from a network: noise, messages that are spoilt, and what announces more than it brings. */

const oddOctets = [
  0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x24, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xa0, 0xff,
] as const;

/** One of these messages, spoilt in a few places, or not at all. */
export function spoilt(messages: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc.tuple(fc.nat(messages.length - 1), fc.array(harm, { maxLength: 4 })).map(([index, harms]) => {
    return harms.reduce(applied, messages[index] ?? new Uint8Array());
  });
}

/** In one of these ways; places and lengths are taken modulo what there is. */
type Harm = {
  readonly kind: "flip" | "set" | "cut" | "drop" | "insert" | "repeat" | "swap";
  readonly at: number;
  readonly length: number;
  readonly octet: number;
};
const harm: fc.Arbitrary<Harm> = fc.record({
  kind: fc.constantFrom("flip", "set", "cut", "drop", "insert", "repeat", "swap"),
  at: fc.nat(1_000_000),
  length: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 600 })),
  octet: fc.oneof(fc.constantFrom(...oddOctets), fc.nat(255)),
});

function applied(octets: Uint8Array, { kind, at: where, length, octet }: Harm): Uint8Array {
  const at = octets.length === 0 ? 0 : where % octets.length;
  const [before, after] = [octets.subarray(0, at), octets.subarray(at)];
  switch (kind) {
    case "flip":
    case "set": {
      const copy = Uint8Array.from(octets);
      if (at < copy.length) copy[at] = kind === "set" ? octet : (copy[at] ?? 0) ^ (1 << (octet % 8));
      return copy;
    }
    case "cut":
      return before;
    case "drop":
      return Buffer.concat([before, after.subarray(length)]);
    case "insert":
      return Buffer.concat([before, new Uint8Array(length).fill(octet), after]);
    case "repeat":
      return Buffer.concat([before, after.subarray(0, length), after]);
    case "swap":
      return Buffer.concat([after, before]);
  }
}

/** Elements of BER that are deep, or say that they are long: constructed ones within each other, ended, unended or of a length that nobody has. */
export const bombs: fc.Arbitrary<Uint8Array> = fc
  .record({
    tags: fc.array(fc.constantFrom(0x24, 0x30, 0x31, 0x60, 0x7f, 0xa0, 0xa1, 0x61), { minLength: 1, maxLength: 4 }),
    depth: fc.oneof(
      { weight: 30, arbitrary: fc.nat(60) },
      { weight: 1, arbitrary: fc.constantFrom(1_000, 10_000, 30_000) },
    ),
    length: fc.constantFrom("indefinite", "2 to the 32nd", "2 to the 63rd", "126 octets of length", "rest"),
    isEnded: fc.boolean(),
    inner: fc.constantFrom(
      "",
      "0500",
      "040141",
      "1600",
      "0204ffffffff",
      "170d3939393939393939393939395a",
      "0606ffffffffff7f",
      "1f8180ffffff7f00",
    ),
  })
  .map(({ tags, depth, length, isEnded, inner }) => {
    const heart = Buffer.from(inner, "hex");
    const parts = Array.from({ length: depth }, (_, level) =>
      header(tags[level % tags.length] ?? 0x30, length, depth - level, heart.length),
    );
    const ends = isEnded && length === "indefinite" ? Buffer.alloc(2 * depth) : Buffer.alloc(0);
    return Buffer.concat([...parts, heart, ends]);
  });

function header(tag: number, length: string, levels: number, heart: number): Uint8Array {
  switch (length) {
    case "indefinite":
      return Uint8Array.of(tag, 0x80);
    case "2 to the 32nd":
      return Uint8Array.of(tag, 0x84, 0xff, 0xff, 0xff, 0xff);
    case "2 to the 63rd":
      return Uint8Array.of(tag, 0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
    case "126 octets of length":
      return Buffer.concat([Uint8Array.of(tag, 0xfe), Buffer.alloc(126, 0x7f)]);
    default: {
      const rest = (levels - 1) * 5 + heart;
      return Uint8Array.of(tag, 0x83, (rest >> 16) & 0xff, (rest >> 8) & 0xff, rest & 0xff);
    }
  }
}

export const noise: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 120 });

/** A stream in pieces: sizes that are used in turn, over and over. */
export const sizes: fc.Arbitrary<readonly number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3_000 })),
  { minLength: 1, maxLength: 4 },
);

export function* piecesOf(octets: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < octets.length; turn += 1) {
    const length = lengths[turn % lengths.length] ?? octets.length;
    yield octets.subarray(at, at + length);
    at += length;
  }
}

/** What was read, with its octets in digits: whether they are a Buffer or not is nobody's matter. */
export function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString("hex");
    return isShownBuffer(inner) ? Buffer.from(inner.data).toString("hex") : inner;
  });
}

/** Far quicker than `expect`, which matters where there are many. */
export function same(one: unknown, other: unknown): void {
  if (shown(one) !== shown(other)) throw new Error(`these differ:\n${shown(one)}\n${shown(other)}`);
}

/** A Buffer has said itself what it is before anybody is asked. */
function isShownBuffer(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === "object" && value !== null && "type" in value && value.type === "Buffer" && "data" in value;
}
