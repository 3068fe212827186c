/** A command line up to the cursor, as a shell splits it. The last word is the one that is being written; it may be empty. */
export type ShellLine = {
  readonly words: readonly string[];
  /** The quote that is open at the end, or none. */
  readonly quote: '"' | "'" | "";
  /** The last word as it is written, with quotes and backslashes. */
  readonly raw: string;
};

/** Quotes, double quotes and backslashes, as POSIX has them (Shell Command Language, section 2.2); nothing is expanded. */
export function splitLine(line: string): ShellLine {
  const words: string[] = [];
  let word = "";
  let quote: ShellLine["quote"] = "";
  let start = 0;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (quote === "" && /\s/.test(letter)) {
      if (at > start) words.push(word);
      word = "";
      start = at + 1;
    } else if (letter === "\\" && quote !== "'") {
      at += 1;
      word += line.charAt(at);
    } else if (letter === quote) quote = "";
    else if (quote === "" && (letter === '"' || letter === "'")) quote = letter;
    else word += letter;
  }
  return { words: [...words, word], quote, raw: line.slice(start) };
}
