import { parse } from "yaml";
import { propertyValueSchema } from "../protocol/definition.ts";
import type { ResourceRequest } from "../protocol/requests.ts";
import { usageError } from "./errors.ts";

/**
 * Properties from texts such as `Port=10102`. A value is read as in a definition: a number is a DWORD, what stands in quotes is
 * text, `[a, b]` is a list. Throws `CliError`.
 */
export function readProperties(texts: readonly string[]): NonNullable<ResourceRequest["properties"]> {
  return Object.fromEntries(texts.map(readProperty));
}

function readProperty(text: string) {
  const [, name = "", value = ""] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  const read = propertyValueSchema.safeParse(yamlOf(value));
  if (name !== "" && read.success) return [name, read.data] as const;
  throw usageError(`${text} is no property`, { hint: "It should be NAME=VALUE, with a number, a text or a list." });
}

function yamlOf(value: string): unknown {
  try {
    return parse(value) ?? "";
  } catch {
    return value;
  }
}
