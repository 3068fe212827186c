import type { Accepted, Defined } from "../protocol/changes.ts";
import type { Paint } from "./colour.ts";
import { differenceLines } from "./difference-lines.ts";
import { noteLines } from "./note-lines.ts";
import { wrap } from "./text.ts";

/** What a dry run found: what would change, and what would happen at once. */
export function trialText(answer: Accepted | Defined, paint: Paint): string {
  const changed =
    answer.differences.length > 0
      ? differenceLines(answer.differences, paint)
      : answer.changed.map((place) => paint(`~ ${place}`, "moving"));
  const entries = answer.entries.flatMap(({ sentence }) => wrap(`  ${sentence}`, "  "));
  return [
    "Nothing was changed: this is a dry run.",
    ...(changed.length === 0
      ? ["Nothing would change."]
      : ["What would change:", ...changed.map((line) => `  ${line}`)]),
    ...noteLines(answer),
    ...(entries.length === 0 ? [] : ["What would happen at once, as the journal would tell it:", ...entries]),
  ].join("\n");
}
