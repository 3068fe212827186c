import type { Lack } from "../../agent/linux/lacks.ts";

/**
 * What a check came to. `warning`: it works, and costs something; `failed`: it does not work, or breaks what is guaranteed;
 * `skipped`: nobody has looked, and why.
 */
export type Outcome =
  | { readonly kind: "ok"; readonly sentence: string }
  | { readonly kind: "warning" | "failed"; readonly sentence: string; readonly cost: string; readonly remedy: string }
  | { readonly kind: "skipped"; readonly sentence: string; readonly remedy: string | null };

export type OutcomeKind = Outcome["kind"];

export const ok = (what: string): Outcome => ({ kind: "ok", sentence: asSentence(what) });
export const warning = (lack: Lack): Outcome => lacking("warning", lack);
export const failed = (lack: Lack): Outcome => lacking("failed", lack);
export const skipped = (why: string, remedy: string | null = null): Outcome => ({
  kind: "skipped",
  sentence: asSentence(why),
  remedy: remedy === null ? null : asSentence(remedy),
});

function lacking(kind: "warning" | "failed", { what, cost, remedy }: Lack): Outcome {
  return { kind, sentence: asSentence(what), cost: asSentence(cost), remedy: asSentence(remedy) };
}

/** Programs that a sentence begins with are written as they are typed. */
const programs: ReadonlySet<string> = new Set([
  "arping",
  "ip",
  "iproute2",
  "ndptool",
  "nft",
  "ss",
  "sysctl",
  "systemctl",
  "systemd",
]);

/** A sentence begins with a capital, ends, and moves no cursor: some of its words are somebody else's. What is no plain word (a path, an address, a setting) stays as it is written. */
function asSentence(words: string): string {
  const text = words.replaceAll(/\s+/g, " ").replaceAll(/\p{C}+/gu, "?");
  const [first = ""] = /^[a-z]+(?=[ ,.:;]|$)/.exec(text) ?? [];
  const isWord = first !== "" && !programs.has(first) && !/^\w+[.:]\S/.test(text);
  const begun = isWord ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
