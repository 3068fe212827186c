import * as fc from "fast-check";
import type * as z from "zod";

function internalsOf({ _zod: internals }: z.core.$ZodType): z.core.$ZodType["_zod"] {
  return internals;
}

type Definition = z.core.$ZodTypes["_zod"]["def"];

function definitionOf(schema: z.core.$ZodType): Definition {
  return internalsOf(schema).def as Definition;
}

/** Values that a schema takes, made from what it says of itself. Where a rule of its own is beyond that, some are not taken. */
export function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const def = definitionOf(schema);
  switch (def.type) {
    case "string":
      return textsOf(schema);
    case "number":
      return taken(schema, numbers);
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "unknown":
    case "any":
      return fc.constantFrom<unknown[]>(null, 0, "text", [1], { a: 1 });
    case "literal":
      return fc.constantFrom<unknown[]>(...def.values);
    case "enum":
      return fc.constantFrom<unknown[]>(...Object.values(def.entries));
    case "nullable":
      return fc.option(valuesOf(def.innerType), { nil: null });
    case "optional":
    case "default":
    case "readonly":
      return valuesOf(def.innerType);
    case "pipe":
      return isText(def.in) ? textsOf(schema) : valuesOf(def.in);
    case "union":
      return fc.oneof(...def.options.map(valuesOf));
    case "tuple":
      return fc.tuple(...def.items.map(valuesOf));
    case "array":
      return fc.array(valuesOf(def.element), { minLength: bound(schema, "minimum") ?? 0, maxLength: most(schema) });
    case "record":
      return fc.dictionary(textsOf(def.keyType), valuesOf(def.valueType), { maxKeys: 3 });
    case "object":
      return objectsOf(def.shape);
    default:
      throw new Error(`values of ${def.type} cannot be made yet: add it to test/fuzz/of-schema.ts`);
  }
}

const mostElements = 3;

function most(schema: z.core.$ZodType): number {
  const least = bound(schema, "minimum") ?? 0;
  return Math.max(least, Math.min(bound(schema, "maximum") ?? mostElements, least + mostElements));
}

function bound(schema: z.core.$ZodType, name: "minimum" | "maximum"): number | null {
  const value: unknown = internalsOf(schema).bag[name];
  return typeof value === "number" ? value : null;
}

function objectsOf(shape: Readonly<Record<string, z.core.$ZodType>>): fc.Arbitrary<unknown> {
  const entries = Object.entries(shape);
  const requiredKeys = entries.flatMap(([key, inner]) => (internalsOf(inner).optin === "optional" ? [] : [key]));
  const model = Object.fromEntries(entries.map(([key, inner]) => [key, valuesOf(inner)]));
  return fc.record(model, { requiredKeys, noNullPrototype: true });
}

const numbers = [0, 1, 2, 7, -1, 0.5, 60, 1_000, 65_535, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER] as const;
/** What some pattern or format takes. */
const texts = [
  "",
  " ",
  "a",
  "NODE1",
  "Exchange IP",
  "a.b-c:d_e",
  "x".repeat(63),
  "7",
  "30000",
  "0".repeat(15),
  "true",
  "false",
  "0123456789abcdef",
  "0123456789abcdef".repeat(2),
  "0123456789abcdef".repeat(4),
  "YWJj",
  "REG",
  "a/b/c",
  "äöü",
  "€",
  "2026-11-26T12:00:00Z",
  "1969-12-31T23:59:59Z",
  "2026-11-26T12:00:00.5+01:00",
  "0001-01-01T00:00:00-23:59",
  "https://hooks.test/a?b",
  "http://127.0.0.1:8080/",
  "127.0.1.100",
  "2001:db8::1",
  "127.0.1.0/24",
  "[Exchange IP]",
  "([a] or [b]) and [c]",
  "IP Address",
  "GROUP/Exchange",
  "NODE,GROUP",
  "__proto__",
  "constructor",
  "Europe/Berlin",
  "NODE1 - client",
  "k".repeat(43),
  "p".repeat(86),
];

function textsOf(schema: z.core.$ZodType): fc.Arbitrary<string> {
  const known = [...texts, ...defaultOf(schema)].filter((text) => takes(schema, text));
  const def = definitionOf(schema);
  if (def.type === "enum") return fc.constantFrom(...Object.values(def.entries).map(String));
  if (known.length === 0) return patternOf(schema);
  // Any text, where the schema takes it, and now and then a known one; the filter would else have nothing to choose from.
  const others = fc
    .string({ unit: "binary", maxLength: 20 })
    .map((text) => (takes(schema, text) ? text : (known[text.length % known.length] ?? "")));
  return fc.oneof(fc.constantFrom(...known), others);
}

function defaultOf(schema: z.core.$ZodType): string[] {
  const def = definitionOf(schema);
  if (def.type === "pipe") return defaultOf(def.in);
  return def.type === "default" && typeof def.defaultValue === "string" ? [def.defaultValue] : [];
}

/** Of one pattern alone; what looks elsewhere as well needs a text above. */
function patternOf(schema: z.core.$ZodType): fc.Arbitrary<string> {
  const [pattern] = (internalsOf(schema).bag["patterns"] ?? []) as Iterable<RegExp>;
  if (pattern === undefined)
    throw new Error("no text is known that this schema takes: add one to test/fuzz/of-schema.ts");
  return fc.stringMatching(pattern).filter((text) => takes(schema, text));
}

function taken(schema: z.core.$ZodType, values: readonly unknown[]): fc.Arbitrary<unknown> {
  const known = values.filter((value) => takes(schema, value));
  return fc.constantFrom(...known);
}

function takes(schema: z.core.$ZodType, value: unknown): boolean {
  const result = internalsOf(schema).run({ value, issues: [] }, { async: false });
  return !(result instanceof Promise) && result.issues.length === 0;
}

function isText(schema: z.core.$ZodType): boolean {
  const def = definitionOf(schema);
  if (def.type === "pipe") return isText(def.in);
  return def.type === "default" ? isText(def.innerType) : def.type === "string" || def.type === "enum";
}
