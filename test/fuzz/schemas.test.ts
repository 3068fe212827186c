import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { protocolLimits } from "../../src/protocol/limits.ts";
import { moveRequestSchema } from "../../src/protocol/requests.ts";
import { parse } from "../../src/protocol/shape.ts";
import { always } from "./always.ts";
import { edited, edits, odd, oddNames, repeatsMore } from "./json.ts";
import { valuesOf } from "./of-schema.ts";

/** Every schema that a file of `src/protocol` exports: one that is added is tried, too. */
/** What a query says is text that means something else: it is not taken again. */
const ofText = /Query|^(?:flag|force|dryRun|wholeNumber)/;
const folder = fileURLToPath(new URL("../../src/protocol/", import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
const modules = await Promise.all(
  files.map(async (name) => (await import(`${folder}${name}`)) as Record<string, unknown>),
);
const schemas = modules.flatMap((exports, index) =>
  Object.entries(exports).flatMap(([name, schema]) =>
    schema instanceof z.ZodType
      ? [{ name: `${files[index]} ${name}`, schema, values: valuesOf(schema), isOfText: ofText.test(name) }]
      : [],
  ),
);
type Tried = (typeof schemas)[number];

function at(index: number): Tried {
  const schema = schemas[index];
  if (schema === undefined) throw new Error(`there is no schema ${index}`);
  return schema;
}

const ofSchemas = fc.nat(schemas.length - 1);
/** One of the schemas, and what it should take. */
const documents = ofSchemas.chain((index) => at(index).values.map((document) => ({ index, document })));

/** Reads it and holds what came of it to what is true of everything that is read. Whether it was taken. */
function read({ name, schema, isOfText }: Tried, document: unknown): boolean {
  const parsed = parse(schema, document);
  if (parsed.ok) {
    const again = parse(schema, parsed.value);
    const isTheSame = again.ok && isDeepStrictEqual(again.value, parsed.value);
    if (!isTheSame && !(isOfText && !again.ok)) throw new Error(`${name} does not take what it has made`);
    return true;
  }
  const { problems } = parsed;
  if (problems.length === 0 || problems.length > protocolLimits.problemsNamed)
    throw new Error(`${problems.length} problems`);
  for (const { path, code, sentence } of problems) {
    if (!/^(?:\/|$)/.test(path)) throw new Error(`${path} is no JSON Pointer`);
    if (!/^[a-z]+(?:-[a-z]+)*$/.test(code)) throw new Error(`${code} is no code`);
    if (sentence === "" || repeatsMore(sentence) || /\n\s+at /.test(sentence))
      throw new Error(`the sentence ${sentence}`);
  }
  return false;
}

describe("what is read by the schemas of the protocol", () => {
  test("FZ1 every exported schema is found", () => {
    expect(schemas.length).toBeGreaterThan(130);
  });

  test("FZ1 any document at all is taken, or refused by its places", () => {
    always(fc.tuple(ofSchemas, fc.jsonValue({ maxDepth: 3, stringUnit: "binary" })), ([index, document]) => {
      read(at(index), document);
    });
  });

  test.each(oddNames)("FZ1 %s is taken by each schema, or refused by its places", (name) => {
    for (const schema of schemas) read(schema, odd(name));
  });

  test("FZ1 a moment before 1970 is none, however it is written", () => {
    for (const moment of [-1_000, "1969-12-31T23:59:59Z"])
      expect(parse(moveRequestSchema, { at: moment }).ok).toBe(false);
    expect(parse(moveRequestSchema, { at: "1970-01-01T00:00:00Z" })).toMatchObject({ value: { at: 0 } });
  });

  test("FZ1 what is nearly right is taken, or refused by its places", () => {
    always(fc.tuple(documents, edits), ([{ index, document }, done]) => void read(at(index), edited(document, done)));
  });

  test("FZ2 every schema takes what it says of itself", () => {
    const taken = new Set<string>();
    always(documents, ({ index, document }) => {
      const schema = at(index);
      if (read(schema, document)) taken.add(schema.name);
    });
    const rare = schemas.filter((schema) => !taken.has(schema.name));
    const never = rare.filter((schema) => !fc.sample(schema.values, 2_000).some((document) => read(schema, document)));
    expect(never.map(({ name }) => name)).toEqual([]);
  });
});
