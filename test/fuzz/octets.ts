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

/** Lengths of BER that nobody has, or only who counts on. */
const lengths: Readonly<Record<string, Uint8Array>> = {
  indefinite: Uint8Array.of(0x80),
  "2 to the 32nd": Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff),
  "2 to the 63rd": Uint8Array.of(0x88, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
  "126 octets of length": Buffer.concat([Uint8Array.of(0xfe), Buffer.alloc(126, 0x7f)]),
};

/** Elements of BER that are deep, or say that they are long: constructed ones within each other, ended, unended or of a length that nobody has. */
export const bombs: fc.Arbitrary<Uint8Array> = fc
  .record({
    tags: fc.array(fc.constantFrom(0x24, 0x30, 0x31, 0x60, 0x7f, 0xa0, 0xa1, 0x61), { minLength: 1, maxLength: 4 }),
    depth: fc.oneof(
      { weight: 200, arbitrary: fc.nat(60) },
      { weight: 1, arbitrary: fc.constantFrom(1_000, 10_000, 30_000) },
    ),
    length: fc.constantFrom(...Object.keys(lengths), "rest"),
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
    const same = lengths[length];
    const size = 1 + (same?.length ?? 4);
    const bomb = Buffer.alloc(depth * size + heart.length + (isEnded && length === "indefinite" ? 2 * depth : 0));
    for (let level = 0; level < depth; level += 1) {
      const at = level * size;
      bomb[at] = tags[level % tags.length] ?? 0x30;
      if (same === undefined) bomb.writeUInt32BE(0x83_00_00_00 + (depth - level - 1) * size + heart.length, at + 1);
      else bomb.set(same, at + 1);
    }
    bomb.set(heart, depth * size);
    return bomb;
  });

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

/** What was read twice is alike; whether its octets are a Buffer or not is nobody's matter. Far quicker than `expect`. */
export function same(one: unknown, other: unknown): void {
  if (!isAlike(one, other)) throw new Error(`these differ:\n${JSON.stringify(one)}\n${JSON.stringify(other)}`);
}

function isAlike(one: unknown, other: unknown): boolean {
  if (one instanceof Uint8Array) return other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null) return one === other;
  const [entries, others] = [Object.entries(one), Object.entries(other)];
  return entries.length === others.length && entries.every(([key, inner]) => isAlike(inner, Reflect.get(other, key)));
}
