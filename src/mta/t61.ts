/**
 * T.61, the letters of teletex (CCITT T.61 of 1988, figures 2 and 3), in which X.420 writes a subject: eight bits, with marks such as the
 * umlaut's before their letter. It has Latin letters and some signs, and it lacks some of ASCII's.
 */

/** A text holds what T.61 has no letter for. */
export class T61Error extends Error {
  override readonly name = "T61Error";
  readonly code = "not-in-t61";
  /** The first of these. */
  readonly letter: string;

  constructor(letter: string) {
    super(`T.61, in which a subject is written, has no ${JSON.stringify(letter)}`);
    this.letter = letter;
  }
}

/** As in ASCII: all that can be printed but these, of which `#` and `$` have places of their own. */
const asInAscii = /^[\x20-\x7e]$/;
const notAsInAscii = /^[#$\\^`{}~]$/;

/** From 0xa0 on, a row of sixteen each; a blank is none. Rows 0xc0 and 0xd0 are the marks, and empty. */
const rows: readonly (readonly [number, string])[] = [
  [0xa0, " ¡¢£$¥#§¤  «    "],
  [0xb0, "°±²³×µ¶·÷  »¼½¾¿"],
  [0xe0, "ΩÆÐªĦ ĲĿŁØŒºÞŦŊŉ"],
  [0xf0, "ĸæđðħıĳŀłøœßþŧŋ "],
];

/** By the mark that Unicode puts behind a letter: the octet that T.61 puts before it. */
const marks: ReadonlyMap<string, number> = new Map([
  ["\u0300", 0xc1],
  ["\u0301", 0xc2],
  ["\u0302", 0xc3],
  ["\u0303", 0xc4],
  ["\u0304", 0xc5],
  ["\u0306", 0xc6],
  ["\u0307", 0xc7],
  ["\u0308", 0xc8],
  ["\u030a", 0xca],
  ["\u0327", 0xcb],
  ["\u030b", 0xcd],
  ["\u0328", 0xce],
  ["\u030c", 0xcf],
]);

/** The letters with a mark that T.61 has are those of these blocks of Unicode (Latin-1 Supplement, Latin Extended-A), without six breves. */
const lastWithMark = 0x17f;
const notInT61 = /^[ĔĕĬĭŎŏ]$/;

const octetsOf: ReadonlyMap<string, number> = new Map([
  ...rows.flatMap(([first, letters]) =>
    [...letters].flatMap((letter, at) => (letter === " " ? [] : [[letter, first + at] as const])),
  ),
  // One sign for two letters, which differ when they are small.
  ["Đ", 0xe2],
]);

/** Throws `T61Error`. */
export function t61Octets(text: string): Uint8Array {
  return Uint8Array.from([...text.normalize("NFC")].flatMap(octetsOfLetter));
}

function octetsOfLetter(letter: string): number[] {
  if (asInAscii.test(letter) && !notAsInAscii.test(letter)) return [letter.charCodeAt(0)];
  const octet = octetsOf.get(letter);
  if (octet !== undefined) return [octet];
  const [base = "", mark = "", ...more] = letter.normalize("NFD");
  const markOctet = marks.get(mark);
  const isKnown = letter.charCodeAt(0) <= lastWithMark && !notInT61.test(letter);
  if (markOctet === undefined || more.length > 0 || !isKnown || !/^[A-Za-z]$/.test(base)) throw new T61Error(letter);
  return [markOctet, base.charCodeAt(0)];
}
