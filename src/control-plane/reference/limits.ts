import type { JsonSchema } from "../openapi/types.ts";

/** What bounds a value, in words; code in quotes, as `plain` reads it. Empty when nothing does. */
export function limitsOf(schema: JsonSchema): string {
  // What has a name needs no pattern beside it.
  const patterns =
    schema.format === undefined ? [schema.pattern, ...(schema.allOf ?? []).map(({ pattern }) => pattern)] : [];
  return [
    schema.format ?? "",
    range(schema.minimum, schema.maximum, ""),
    range(schema.minLength, schema.maxLength, " characters"),
    range(schema.minItems, schema.maxItems, " of them"),
    ...patterns.flatMap((pattern) => (pattern === undefined ? [] : [`like \`${pattern}\``])),
  ]
    .filter((limit) => limit !== "")
    .join(", ");
}

function range(least: number | undefined, most: number | undefined, of: string): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${of}`;
  if (least !== undefined) return `at least ${least}${of}`;
  return most === undefined ? "" : `at most ${most}${of}`;
}
