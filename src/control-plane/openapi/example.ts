import type { JsonSchema } from "./types.ts";

/** How deep an example goes at most: a schema may refer to itself. */
const depth = 8;

/**
 * What a request might look like, made from its schema: its own example where it has one, else its default, else the
 * simplest value. What may be left out and has no default is left out.
 */
export function exampleOf(schema: JsonSchema, follow: (reference: string) => JsonSchema, level = 0): unknown {
  const [example] = schema.examples ?? [];
  if (example !== undefined) return example;
  if (schema.default !== undefined) return schema.default;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum?.[0] !== undefined) return schema.enum[0];
  if (level > depth) return null;
  const inner = (part: JsonSchema): unknown => exampleOf(part, follow, level + 1);
  if (schema.$ref !== undefined) return inner(follow(schema.$ref));
  const [branch] = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  if (branch !== undefined) return inner(branch);
  switch (schema.type) {
    case "object":
      return objectOf(schema, inner);
    case "array":
      return isSchema(schema.items) ? [inner(schema.items)] : [];
    case "integer":
    case "number":
      return schema.minimum ?? 1;
    case "boolean":
      return true;
    case "null":
      return null;
    default:
      return "text";
  }
}

function objectOf({ properties = {}, required = [] }: JsonSchema, inner: (part: JsonSchema) => unknown): unknown {
  const shown = Object.entries(properties).filter(
    ([name, part]) => isSchema(part) && (required.includes(name) || part.default !== undefined || part.examples),
  );
  return Object.fromEntries(shown.map(([name, part]) => [name, isSchema(part) ? inner(part) : null]));
}

export function isSchema(part: unknown): part is JsonSchema {
  return typeof part === "object" && part !== null && !Array.isArray(part);
}
