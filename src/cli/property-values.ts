import { parse } from "yaml";
import { propertyValueSchema } from "../protocol/definition.ts";
import type { ResourceRequest } from "../protocol/requests.ts";
import { usageError } from "./errors.ts";

/**
 * Properties from texts such as `Port=10102`. A value is read as in a definition: a number is a DWORD, what stands in quotes is
 * text, `[a, b]` is a list. Throws `CliError`, also for a name that is given twice: one of its values would be lost.
 *
 * @param others names that the same command line says something of
 */
export function readProperties(
  texts: readonly string[],
  others: readonly string[] = [],
): NonNullable<ResourceRequest["properties"]> {
  const read = texts.map(readProperty);
  const names = [...read.map(([name]) => name), ...others];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw usageError(`${twice} is given twice`, { hint: "Say one thing of each property." });
  return Object.fromEntries(read);
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
