import { readFileSync } from "node:fs";
import type { ClusterDefinition } from "../cluster/definition/definition.ts";
import type { Problem } from "../cluster/events.ts";
import { parseDefinition } from "../protocol/definition.ts";
import { CliError, exitCodes, messageOf } from "./errors.ts";
import { parseYaml, type YamlFile } from "./yaml-file.ts";

/**
 * Reads and judges a definition, YAML or JSON, before anything is sent; `-` is standard input. Throws `CliError` with the
 * line of each problem.
 */
export function loadDefinition(file: string): ClusterDefinition {
  const shown = file === "-" ? "standard input" : file;
  return definitionIn(readText(file, shown), shown);
}

/** The same of a text; `shown` names it. */
export function definitionIn(text: string, shown: string): ClusterDefinition {
  const yaml = parseYaml(text, shown);
  const parsed = parseDefinition(yaml.value);
  if (parsed.ok) return parsed.definition;
  throw new CliError("invalid-definition", `${shown} cannot be applied`, exitCodes.failed, {
    problems: parsed.problems.map((problem) => ({ ...problem, path: placeOf(yaml, problem) })),
    hint: "Mend what is named above, and try it with --dry-run.",
  });
}

function readText(file: string, shown: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new CliError("file-unreadable", `${shown} cannot be read`, exitCodes.failed, { detail: messageOf(error) });
  }
}

/** A JSON Pointer (RFC 6901) as the line where it points. */
function placeOf(yaml: YamlFile, { path }: Problem): string {
  const parts = path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return yaml.placeOf(parts);
}
