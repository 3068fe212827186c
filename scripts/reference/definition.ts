import { stringify } from "yaml";
import * as z from "zod";
import { leasePresets } from "../../src/cluster/lease/lease.ts";
import { definitionSchema } from "../../src/protocol/definition.ts";
import { code, pageOf, sentence, tableOf } from "./markdown.ts";
import { madeFrom, type MadePage } from "./page.ts";

type Schema = z.core.JSONSchema.BaseSchema;

const presets = Object.entries(leasePresets)
  .map(([name, { ttlMs, renewMs }]) => `\`${name}\` is \`{ ttlMs: ${ttlMs}, renewMs: ${renewMs} }\``)
  .join(", ");

const head = `# The definition of a cluster

${madeFrom("the schema in `src/protocol/definition.ts`")}

A YAML or JSON document that says what a cluster is. \`bridgehead cluster apply -f FILE\` makes the cluster so, \`--dry-run\` shows what that would change, and
\`bridgehead cluster export\` prints the one in force. It is read strictly: a key that is not here is refused, with its place.
Lengths are characters. Of leases, ${presets}.`;

/** The fields of the document and of each part of it that has a name. */
export function definitionPage(): MadePage {
  const whole = z.toJSONSchema(definitionSchema, { io: "input", unrepresentable: "any" });
  const { $defs = {}, ...root } = whole;
  const own = root.$ref === undefined ? root : ($defs[nameOf(root.$ref)] ?? {});
  const parts: (readonly [string, Schema])[] = Object.entries($defs).filter(
    ([name, { properties }]) => properties !== undefined && name !== "Definition",
  );
  const faults: string[] = [];
  const tables = [["Definition", own] as const, ...parts].map(([name, schema]) => {
    const rows = fieldsOf(schema).map(([field, property, required]) => {
      const target = property.$ref === undefined ? {} : ($defs[nameOf(property.$ref)] ?? {});
      const what = property.description ?? target.description;
      if (what === undefined) faults.push(`src/protocol/definition.ts: ${name}.${field} has no description`);
      return [code(field), typeOf(property), defaultOf(property, required), sentence(what ?? "")];
    });
    return `## ${name}\n\n${tableOf(["field", "type and range", "default", "what it says"], rows)}`;
  });
  const example = firstOf(z.globalRegistry.get(definitionSchema)?.["examples"]);
  const shown = `## Example\n\n\`\`\`yaml\n${stringify(example)}\`\`\``;
  return { path: "docs/reference/definition.md", text: pageOf([head, ...tables, shown]), faults };
}

function firstOf(examples: unknown): unknown {
  return Array.isArray(examples) ? examples[0] : undefined;
}

function fieldsOf({ properties = {}, required = [] }: Schema): (readonly [string, Schema, boolean])[] {
  return Object.entries(properties).flatMap(([name, property]) =>
    typeof property === "boolean" ? [] : [[name, property, required.includes(name)] as const],
  );
}

function nameOf(reference: string): string {
  return reference.slice(reference.lastIndexOf("/") + 1);
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = nameOf(schema.$ref);
    return name === "Name" ? "name" : `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => code(String(value))).join(", ");
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return branches.map(typeOf).join(" or ");
  switch (schema.type) {
    case "array":
      return `list (${typeof schema.items === "object" && !Array.isArray(schema.items) ? typeOf(schema.items) : "anything"})${bounds(schema.minItems, schema.maxItems)}`;
    case "object":
      return ofObject(schema);
    case "integer":
      return `whole number${bounds(schema.minimum, schema.maximum)}`;
    case "string":
      return `text${bounds(schema.minLength, schema.maxLength)}`;
    default:
      return String(schema.type ?? "any value");
  }
}

function ofObject(schema: Schema): string {
  const fields = fieldsOf(schema);
  if (fields.length > 0) return `{ ${fields.map(([name, field]) => `\`${name}\`: ${typeOf(field)}`).join(", ")} }`;
  const { additionalProperties: value } = schema;
  return typeof value === "object" ? `by name: ${typeOf(value)}` : "object";
}

/** What JavaScript can count to is no bound that anybody meets. */
function bounds(least: number | undefined, most: number | undefined): string {
  const low = least === undefined || least <= 0 ? null : least;
  const high = most === undefined || most >= Number.MAX_SAFE_INTEGER ? null : most;
  if (low !== null) return high === null ? ` of ${low} or more` : ` of ${low} to ${high}`;
  return high === null ? "" : ` of ${high} at most`;
}

function defaultOf(schema: Schema, required: boolean): string {
  if (required) return "**required**";
  const value: unknown = schema.default;
  // What is transformed when it is read has no default that could be written; there it is nothing.
  return typeof value === "string" ? code(value) : "none";
}
