import type { Candidate } from "./candidates.ts";
import type { ShellLine } from "./shell-words.ts";

/** Said instead of candidates where the shell completes names of files by itself. */
export const filesInstead = ":files";

/** For shells that split, quote and describe by themselves: a candidate a line, a tab, and what it is about. */
export function answerForWords(candidates: readonly Candidate[], current: string, attached: string): string[] {
  return candidates
    .map(({ word, about }) => ({ word: attached + word, about }))
    .filter(({ word }) => word.startsWith(current))
    .map(({ word, about }) => (about === "" ? word : `${word}\t${about}`));
}

/**
 * For bash, which puts in what it is given as it is: quoted as the word is that was begun. Bash takes what stands behind the
 * last `:` or `=` for the word that it completes, so that is all that is said.
 */
export function answerForLine(candidates: readonly Candidate[], { words, quote, raw }: ShellLine, attached: string) {
  const current = words.at(-1) ?? "";
  const written = raw.slice(0, Math.max(raw.lastIndexOf(":"), raw.lastIndexOf("=")) + 1);
  return candidates
    .map(({ word }) => attached + word)
    .filter((word) => word.startsWith(current))
    .map((word) => (quote === "" ? quoted(word) : word))
    .map((word) => (quote === "" && word.startsWith(written) ? word.slice(written.length) : word));
}

function quoted(word: string): string {
  return word.replaceAll(/[^\w\-.:=/,@%+]/g, (letter) => `\\${letter}`);
}
