/** What a word means, and with it its colour. The word says it by itself: a colour is never the only sign. */
export type Meaning = "good" | "bad" | "moving" | "quiet";

const sequences: Readonly<Record<Meaning, string>> = {
  good: "\u001b[32m",
  bad: "\u001b[31m",
  moving: "\u001b[33m",
  quiet: "\u001b[2m",
};
const reset = "\u001b[0m";

export type Paint = (text: string, meaning: Meaning | null) => string;

export const plain: Paint = (text) => text;
export const coloured: Paint = (text, meaning) => (meaning === null ? text : `${sequences[meaning]}${text}${reset}`);

/** Colour only where somebody looks, and has not said otherwise (https://no-color.org: any value that is not empty). */
export function paintFor(stream: { readonly isTTY?: boolean }, noColor = process.env["NO_COLOR"]): Paint {
  return stream.isTTY === true && (noColor === undefined || noColor === "") ? coloured : plain;
}

/** States of nodes, groups, resources and operations. */
export function meaningOf(state: string): Meaning | null {
  if (["Up", "Online", "Completed"].includes(state)) return "good";
  if (["Down", "Failed", "Unknown", "Cancelled"].includes(state)) return "bad";
  if (/Pending|Partial|Joining|Paused/.test(state)) return "moving";
  return state === "Offline" ? "quiet" : null;
}
