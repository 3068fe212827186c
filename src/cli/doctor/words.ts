/** Letters of somebody else's words that are repeated. */
const mostRepeated = 200;

/** Somebody else's words on somebody's terminal: what replies, records and names have is ASCII, and nothing else is repeated of them. */
export function printable(words: string): string {
  const text = words.replaceAll(/[^ -~]+/g, "?");
  return text.length > mostRepeated ? `${text.slice(0, mostRepeated - 3)}...` : text;
}
