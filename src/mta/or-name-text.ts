import type { OrName } from "./or-name.ts";

/** What is wrong with an O/R name that somebody has written. */
export class OrNameError extends Error {
  override readonly name = "OrNameError";
  readonly code = "no-or-name";
}

/** Labels of F.401 annex B; the order is that in which they are written. */
const labels = ["C", "A", "P", "O", "OU1", "OU2", "OU3", "OU4", "S", "G", "I"] as const;
type Label = (typeof labels)[number];
/** ub-domain-name-length and the rest of X.411 annex B. */
const longest: Readonly<Record<Label, number>> = {
  C: 2,
  A: 16,
  P: 16,
  O: 64,
  OU1: 32,
  OU2: 32,
  OU3: 32,
  OU4: 32,
  S: 40,
  G: 16,
  I: 5,
};

/** PrintableString (X.680 section 41.4). */
const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

/** Reads `C=GB; A= ; P=EXAMPLE; O=Test; OU1=Mail; S=Sender; G=Ann`. Throws `OrNameError`. */
export function parseOrName(written: string): OrName {
  const found = new Map<string, string>();
  for (const part of written.split(";").filter((one) => one.trim() !== "")) {
    const [, label = "", value = ""] = /^\s*([A-Za-z0-9]+)=(.*)$/.exec(part) ?? [];
    const known = labels.find((one) => one === label.toUpperCase());
    if (known === undefined)
      throw new OrNameError(`${part.trim()}: none of ${labels.map((one) => `${one}=`).join(" ")}`);
    if (found.has(known)) throw new OrNameError(`${known}= is there twice`);
    if (!printable.test(value) || value.length > longest[known]) {
      throw new OrNameError(`${part.trim()}: at most ${longest[known]} characters of letters, digits, and '()+,-./:=?`);
    }
    // A blank is a value of an ADMD's (F.401): any.
    found.set(known, known === "A" && value.trim() === "" ? " " : value.trim());
  }
  const optional = (label: Label): string | null => found.get(label) || null;
  const country = optional("C");
  const admd = optional("A");
  if (country === null || admd === null)
    throw new OrNameError("C= and A= are needed; a blank stands for any ADMD: A= ");
  if (optional("S") === null && optional("O") === null && optional("P") === null) {
    throw new OrNameError("whom it names is missing: S=, O= or P=");
  }
  return {
    country,
    admd,
    prmd: optional("P"),
    organization: optional("O"),
    orgUnits: (["OU1", "OU2", "OU3", "OU4"] as const).flatMap((label) => optional(label) ?? []),
    surname: optional("S"),
    givenName: optional("G"),
    initials: optional("I"),
  };
}
