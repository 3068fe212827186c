import type { Accepted } from "../protocol/changes.ts";
import { wrap } from "./text.ts";

/** What was set and changes nothing here, said wherever a change is told. */
export function noteLines({ notes }: Pick<Accepted, "notes">): string[] {
  return notes.flatMap(({ sentence }) => wrap(`Note: ${sentence}`));
}
