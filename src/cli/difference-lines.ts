import type { Defined } from "../protocol/changes.ts";
import type { Meaning, Paint } from "./colour.ts";
import { textWidth } from "./text.ts";
import { definitionYaml, inlineYaml } from "./yaml-text.ts";

type Difference = Defined["differences"][number];

/** How far a value is indented below its place. */
const below = "    ";

/** What differs, place by place: `+` comes, `-` goes, `~` becomes something else. */
export function differenceLines(differences: readonly Difference[], paint: Paint): string[] {
  return differences.flatMap((difference) => {
    const { sign, meaning } = kindOf(difference);
    return linesOf(difference).map((line, index) => paint(`${index === 0 ? sign : " "} ${line}`, meaning));
  });
}

function kindOf(difference: Difference): { readonly sign: string; readonly meaning: Meaning } {
  if (!("before" in difference)) return { sign: "+", meaning: "good" };
  return "after" in difference ? { sign: "~", meaning: "moving" } : { sign: "-", meaning: "bad" };
}

function linesOf(difference: Difference): string[] {
  const place = placeOf(difference.path);
  if ("before" in difference && "after" in difference) {
    const [before, after] = [inlineYaml(difference.before), inlineYaml(difference.after)];
    const line = `${place}: ${before} -> ${after}`;
    return fits(line) ? [line] : [`${place}:`, `${below}${before}`, ` -> ${after}`];
  }
  // What goes is named; what it was stands in the definition that is in force.
  if ("before" in difference) return [place];
  const value = withoutEmpty(difference.after);
  const line = `${place}: ${inlineYaml(value)}`;
  if (fits(line)) return [line];
  return [
    `${place}:`,
    ...definitionYaml(value, textWidth - 8)
      .trimEnd()

      .split("\n")
      .map((text) => `${below}${text}`),
  ];
}

/** With the two columns of the list that it stands in, and the sign before it. */
function fits(line: string): boolean {
  return line.length + 4 <= textWidth;
}

/** A JSON Pointer (RFC 6901) as people write a place; a name that could be mistaken stands in quotes. */
function placeOf(path: string): string {
  if (path === "") return "(the whole definition)";
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part) => (/^[\w -]+$/.test(part) ? part : JSON.stringify(part)))
    .join(".");
}

/** What is empty says nothing: it is the default. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const);
  return Object.fromEntries(kept.filter(([, inner]) => !isEmpty(inner)));
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
