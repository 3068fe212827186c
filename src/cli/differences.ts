import { stringify } from "yaml";
import type { Defined } from "../protocol/http.ts";

/** What two definitions differ in, as people read it: `+` is new, `-` goes, `~` changes. */
export function differencesText(differences: Defined["differences"]): string {
  return differences.map(lineOf).join("\n");
}

function lineOf({ path, before, after }: Defined["differences"][number]): string {
  const place = placeOf(path);
  if (before === undefined) return `+ ${place}: ${valueOf(after)}`;
  if (after === undefined) return `- ${place}`;
  return `~ ${place}: ${valueOf(before)} → ${valueOf(after)}`;
}

/** A JSON Pointer (RFC 6901) as it is spoken: names with dots between them. */
function placeOf(path: string): string {
  const parts = path.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join(".") || "(all of it)";
}

/** On one line, as YAML writes it in a file. */
function valueOf(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim();
}
