import { limits } from "./limits.ts";

/** What names are made of (`nameSchema`), whatever they begin with. */
const ofNames = /^[A-Za-z0-9._:-]+(?: [A-Za-z0-9._:-]+)*/;

/**
 * A text that was submitted, as a refusal may repeat it where a name belongs: all of what could be one, and of anything else what
 * comes before its first character that no name has. That tells whoever submitted it which is meant, and takes nothing else of it back.
 */
export function shownName(text: string): string {
  const [shown = ""] = ofNames.exec(text.slice(0, limits.nameLength)) ?? [];
  return shown === text ? text : `${shown}…`;
}
