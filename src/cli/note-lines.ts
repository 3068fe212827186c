import type { Accepted } from "../protocol/changes.ts";
import { wrap } from "./text.ts";

/** What was set and changes nothing here, said wherever a change is told. */
export function noteLines({ notes }: Pick<Accepted, "notes">): string[] {
  return notes.flatMap(({ sentence }) => wrap(`Note: ${sentence}`));
}

/** What comes of a change beside what was asked for, said where it has been made: a dry run tells all of its entries. */
export function sideLines({ entries }: Pick<Accepted, "entries">): string[] {
  const aside = entries.filter(({ kind, details }) => kind === "group.interrupted" || details?.["code"] === "replaced");
  return aside.flatMap(({ sentence }) => wrap(sentence));
}
