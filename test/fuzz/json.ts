import * as fc from "fast-check";
import { limits } from "../../src/cluster/limits.ts";

/** Documents that are nearly right: one that is, with one place of it changed. */

/** Stands in what is submitted, and must not come back: no name has an asterisk. Nor must the rest of what is too long for a name. */
export const marker = "*never*to*come*back*";
const longName = "n".repeat(2_000);

/** Whether what is said repeats more of what was submitted than a name. */
export function repeatsMore(said: string): boolean {
  return said.includes("*never") || said.includes("never*") || said.includes("n".repeat(limits.nameLength + 1));
}

type Json = unknown;

function nested(depth: number, around: (inner: Json) => Json): Json {
  let value: Json = marker;
  for (let level = 0; level < depth; level += 1) value = around(value);
  return value;
}

/** By their names, which is what a failure shows. A function makes what is large anew, for nothing else needs it. */
const small: Readonly<Record<string, Json>> = {
  nothing: undefined,
  null: null,
  true: true,
  zero: 0,
  "minus zero": -0,
  "minus one": -1,
  half: 0.5,
  "2 to the 32nd": 2 ** 32,
  "2 to the 53rd": 2 ** 53,
  "1e308": 1e308,
  "no number": Number.NaN,
  infinity: Number.POSITIVE_INFINITY,
  "empty text": "",
  blank: " ",
  "a zero octet": "\0",
  "half a pair": "\ud800",
  "the other half": "a\udc00",
  "a mark": marker,
  "a mark after a name": `Name${marker}`,
  "a name without end": longName,
  "a number as text": "7",
  "a long number as text": "9".repeat(400),
  "a date before all": "0000-01-01T00:00:00Z",
  "a date after all": "9999-12-31T23:59:59.999999999-23:59",
  "a day that is none": "2026-02-30T00:00:00Z",
  "a path": "../../etc/passwd",
  "a way in": "/~1~0/",
  percent: "%00%",
  unknown: "Unknown",
  prototype: "__proto__",
  expression: "(([a] or [b]",
  "empty list": [],
  "a list": [marker, 1, null],
  "lists in lists": [[[[marker]]]],
  "empty object": {},
  "an object": { [marker]: marker },
  "a prototype": JSON.parse(`{"__proto__": {"type": "${marker}"}}`),
  constructors: { constructor: { prototype: 1 }, toString: 1, hasOwnProperty: 1, length: 2 ** 32 },
  "keys that are no names": { [longName]: marker, [`Name${marker}`]: longName },
};

const large: Readonly<Record<string, () => Json>> = {
  "a long text": () => marker.repeat(2_000),
  "a huge text": () => "a".repeat(1_000_000),
  "many brackets": () => "(".repeat(4_000),
  "many blanks and none": () => `${" ".repeat(100_000)}x`,
  "many letters and a bang": () => `${"a".repeat(60_000)}!`,
  "many levels of a list": () => nested(40, (inner) => [inner]),
  "levels without end": () => nested(3_000, (inner) => [inner]),
  "objects without end": () => nested(3_000, (inner) => ({ a: inner })),
  "a wide list": () => Array<Json>(200_000).fill(0),
  "a wide list of lists": () => Array<Json>(50_000).fill([]),
  "a wide list of objects": () => Array<Json>(20_000).fill({ a: 1 }),
  "a wide object": () => Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, marker])),
};

/** All of them but the large ones. */
export const oddNames: readonly string[] = Object.keys(small);
const oddName = fc.constantFrom(...oddNames);
/** Large ones are few: they cost what a thousand others do. */
const oddOrLargeName = fc.oneof(
  { weight: 500, arbitrary: oddName },
  { weight: 1, arbitrary: fc.constantFrom(...Object.keys(large)) },
);

export function odd(name: string): Json {
  return Object.hasOwn(large, name) ? large[name]?.() : small[name];
}

const kinds = ["replace", "remove", "double", "add"] as const;
/** What is done to a document, and where: the place is counted, and taken modulo their number. */
export type Edit = { readonly kind: (typeof kinds)[number]; readonly place: number; readonly with: string };
const editWith = (name: fc.Arbitrary<string>): fc.Arbitrary<Edit> =>
  fc.record({ kind: fc.constantFrom("replace", ...kinds), place: fc.nat(500), with: name });

/** None of them brings anything large. */
export const smallEdits: fc.Arbitrary<readonly Edit[]> = fc.array(editWith(oddName), { minLength: 1, maxLength: 2 });

/** One or two, of which only the last brings something large. */
export const edits: fc.Arbitrary<readonly Edit[]> = fc
  .tuple(fc.array(editWith(oddName), { maxLength: 1 }), editWith(oddOrLargeName))
  .map(([first, last]) => [...first, last]);

export function edited(document: Json, done: readonly Edit[]): Json {
  return done.reduce<Json>((before, { kind, place, with: name }) => {
    return changed(before, pathTo(before, place % countOf(before)) ?? [], kind, odd(name));
  }, document);
}

/** Places of a document: itself, and those within it. */
function countOf(value: Json): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + countOf(inner), 1);
}

function pathTo(value: Json, place: number): string[] | null {
  if (place === 0 || typeof value !== "object" || value === null) return place === 0 ? [] : null;
  let left = place - 1;
  for (const [key, inner] of Object.entries(value)) {
    const count = countOf(inner);
    if (left < count) return [key, ...(pathTo(inner, left) ?? [])];
    left -= count;
  }
  return null;
}

function changed(value: Json, path: readonly string[], kind: Edit["kind"], other: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return kind === "add" ? added(value, other) : kind === "double" ? [value, value] : other;
  if (Array.isArray(value)) return changedList(value, Number(key), rest, kind, other);
  const entries = Object.entries(value as object).flatMap(([name, inner]): [string, Json][] => {
    if (name !== key) return [[name, inner]];
    if (rest.length > 0 || kind === "replace" || kind === "add") return [[name, changed(inner, rest, kind, other)]];
    // Names are unique without regard to case, and some are taken for the same then.
    return kind === "remove"
      ? []
      : [
          [name, inner],
          [name.toUpperCase(), inner],
          [`${name} 2`, inner],
        ];
  });
  return fromEntries(entries);
}

function changedList(
  list: readonly Json[],
  at: number,
  rest: readonly string[],
  kind: Edit["kind"],
  other: Json,
): Json {
  return list.flatMap((inner, index) => {
    if (index !== at) return [inner];
    if (rest.length > 0 || kind === "replace" || kind === "add") return [changed(inner, rest, kind, other)];
    return kind === "remove" ? [] : [inner, inner];
  });
}

function added(value: Json, other: Json): Json {
  if (Array.isArray(value)) return [...(value as Json[]), other];
  if (typeof value === "object" && value !== null) return fromEntries([...Object.entries(value), ["__proto__", other]]);
  return other;
}

/** With a key of the name `__proto__`, as `JSON.parse` makes it. */
function fromEntries(entries: readonly (readonly [string, Json])[]): Json {
  return Object.fromEntries(entries);
}
