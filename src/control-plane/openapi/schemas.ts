import * as z from "zod";
import type { JsonSchema } from "./types.ts";

/** What is taken and what is answered may differ: a default may be left out of the one and is always there in the other. */
export type Direction = "input" | "output";

const referencePattern = /^#\/(input|output)\/(.+)$/;

type Definitions = Map<string, JsonSchema>;

/**
 * The schemas of a document. One that has a name, `.meta({ id })`, is said once among the components, wherever it is used;
 * the rest stand where they are used. Where a named one is taken in another shape than it is answered, the name of the
 * former ends with `Input`. That is known when all of them have been seen, so references get their names at the end.
 */
export class Schemas {
  readonly #definitions: Readonly<Record<Direction, Definitions>> = { input: new Map(), output: new Map() };

  /** @throws when two schemas have one name: a mistake in the source */
  of(schema: z.ZodType, direction: Direction): JsonSchema {
    const whole = z.toJSONSchema(schema, { io: direction, unrepresentable: "any", override: tidy });
    const converted = withReferences(whole, (reference) => reference.replace("#/$defs/", `#/${direction}/`));
    const { $schema: _, $defs = {}, ...root } = converted;
    const known = this.#definitions[direction];
    for (const [name, definition] of Object.entries($defs)) {
      const before = known.get(name);
      if (before !== undefined && !isSame(before, definition)) throw new Error(`two schemas are called ${name}`);
      known.set(name, definition);
    }
    return root;
  }

  /** What a reference stands for, while it has no name yet. */
  follow(reference: string): JsonSchema {
    const [, direction, name = ""] = referencePattern.exec(reference) ?? [];
    return this.#definitions[direction === "input" ? "input" : "output"].get(name) ?? {};
  }

  /** The components, in the order of the alphabet, and the document with references to them. */
  finish<T extends object>(document: T): { readonly document: T; readonly components: Record<string, JsonSchema> } {
    const named = <U extends object>(part: U): U =>
      withReferences(part, (reference) => {
        const [, direction, name = ""] = referencePattern.exec(reference) ?? [];
        return direction === undefined ? reference : `#/components/schemas/${this.#nameOf(name, direction)}`;
      });
    const components = Object.entries(this.#definitions).flatMap(([direction, definitions]) =>
      Array.from(definitions, ([name, schema]) => [this.#nameOf(name, direction), named(schema)] as const),
    );
    return {
      document: named(document),
      components: Object.fromEntries(components.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  #nameOf(name: string, direction: string): string {
    const { input, output } = this.#definitions;
    const differs = output.has(name) && closureOf(name, input) !== closureOf(name, output);
    return direction === "input" && differs ? `${name}Input` : name;
  }
}

/**
 * Zod leaves out the examples of what is transformed when it is read; they are written as it is taken, so they fit. And it
 * says of each whole number that it is one that JavaScript can count to, which nobody doubts.
 */
function tidy({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: JsonSchema }): void {
  const examples = z.globalRegistry.get(zodSchema)?.["examples"];
  if (Array.isArray(examples)) jsonSchema.examples = examples;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

/** A definition and all that it refers to, as text. */
function closureOf(name: string, definitions: Definitions, seen = new Set<string>()): string {
  if (seen.has(name)) return "";
  seen.add(name);
  const text = JSON.stringify(definitions.get(name) ?? null).replaceAll(/#\/(?:input|output)\//g, "#/");
  const below = Array.from(text.matchAll(/"\$ref":"#\/([^"]+)"/g), ([, other = ""]) =>
    closureOf(other, definitions, seen),
  );
  return [text, ...below].join();
}

function withReferences<T extends object>(part: T, change: (reference: string) => string): T {
  return JSON.parse(
    JSON.stringify(part, (key, value: unknown) =>
      key === "$ref" && typeof value === "string" ? change(value) : value,
    ),
  ) as T;
}

function isSame(a: JsonSchema, b: JsonSchema): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
