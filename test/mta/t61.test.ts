import { expect, test } from "vitest";
import { encodeTextMessage } from "../../src/mta/p2.ts";
import { T61Error, t61Octets } from "../../src/mta/t61.ts";
import { originator, recipient } from "./messages.ts";
import { hexOf } from "./support.ts";

const letterOf = (text: string): string => {
  try {
    return `none: ${hexOf(t61Octets(text))}`;
  } catch (error) {
    if (error instanceof T61Error) return error.letter;
    throw error;
  }
};

// What is expected was written by the GNU C library: iconv -f UTF-8 -t T.61-8BIT.
test.each([
  ["A test, 5 < 7 & [x] | y_z", "4120746573742c2035203c20372026205b785d207c20795f7a"],
  ["Grüße", "4772c875fb65"],
  ["#1 $2", "a63120a432"],
  ["Łódź, Šárka, Ærø", "e8c26f64c27a2c20cf53c261726b612c20e172f9"],
  ["naïve façade 20 °C ½ µ", "6e61c8697665206661cb6361646520323020b04320bd20b5"],
  ["ģ Ő ą ž", "cb6720cd4f20ce6120cf7a"],
])("MT37 a subject is written in T.61: %s", (text, expected) => {
  expect(hexOf(t61Octets(text))).toBe(expected);
});

test("MT37 a letter and its mark are one, however they are written", () => {
  expect(hexOf(t61Octets("u\u0308"))).toBe("c875");
  // The sign for an ohm and the Greek letter are one in Unicode's normal form.
  expect(hexOf(t61Octets("\u2126"))).toBe("e0");
});

test.each([
  "{",
  "}",
  "\\",
  "^",
  "~",
  "`",
  "\n",
  "\u007f",
  "\u00a0",
  "\u0085",
  "ĕ",
  "ș",
  "ấ",
  "Ж",
  "漢",
  "€",
  "—",
  "🙂",
])("MT37 what T.61 has not is refused, and never another letter: %j", (letter) => {
  expect(letterOf(`A ${letter}`)).toBe(letter);
});

test("MT37 a content has these octets, as a T61String, or there is none", () => {
  const message = { originator, recipients: [recipient], identifier: "1", body: "text" };
  expect(hexOf(encodeTextMessage({ ...message, subject: "Grüße" }))).toContain("a80814064772c875fb65");
  expect(() => encodeTextMessage({ ...message, subject: "a — b" })).toThrow(
    'T.61, in which a subject is written, has no "—"',
  );
});
