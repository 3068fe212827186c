import { type JournalEntry, type JournalKind, journalKinds } from "../../src/cluster/journal.ts";
import { constantBefore, literalAround, propertiesOf, returnedBy, textsOf } from "./source-text.ts";

/** What an entry of one kind says, as one place of the code writes it. */
export type WrittenNote = {
  readonly kind: JournalKind;
  readonly severities: readonly JournalEntry["severity"][];
  readonly mscsIds: readonly number[];
  /** With a name in braces where the code puts something in. */
  readonly sentences: readonly string[];
};

const severities: readonly JournalEntry["severity"][] = ["info", "warning", "error"];

/** Each place of a file that writes an entry, found by its `kind`. */
export function notesIn(file: string): WrittenNote[] {
  return [...file.matchAll(/\bkind: "([a-z]+\.[a-z-]+)"/g)].flatMap((match) => {
    const kind = journalKinds.find((known) => known === match[1]);
    if (kind === undefined) return [];
    const properties = propertiesOf(literalAround(file, match.index));
    const said = (name: string): string[] => writtenTexts(file, properties.get(name) ?? "", match.index);
    const written = severities.filter((severity) => said("severity").includes(severity));
    return [
      {
        kind,
        severities: written.length === 0 ? (["info"] as const) : written,
        mscsIds: numbersIn(file, properties.get("mscsId") ?? "", match.index),
        // A kind that stands in a table of its own is told by the one sentence of its file.
        sentences: (properties.has("sentence") ? said("sentence") : writtenTexts(file, "sentenceOf()", match.index))
          .filter((text) => /^(?:[A-Z]|\$\{)/.test(text))
          .map(formOf),
      },
    ];
  });
}

/** The texts of an expression, or of the constant or function that it names. */
function writtenTexts(file: string, expression: string, place: number): string[] {
  const [, name, isCall] = /^(\w+)(\(.*)?$/s.exec(expression) ?? [];
  if (name === undefined) return textsOf(expression);
  const named = isCall === undefined ? constantBefore(file, name, place) : returnedBy(file, name);
  return textsOf(named ?? "");
}

/** The numbers of an expression, and those of the tables that it looks into. */
function numbersIn(file: string, expression: string, place: number): number[] {
  const tables = [...expression.matchAll(/\b[a-z]\w+\b/gi)].map(([name]) => constantBefore(file, name, place) ?? "");
  const numbers = [...tables.filter((table) => table.startsWith("{")), expression].flatMap((text) =>
    [...text.matchAll(/\b\d+\b/g)].map(([number]) => Number(number)),
  );
  return [...new Set(numbers)].toSorted((a, b) => a - b);
}

/** `Node ${hold.node} is gone` is `Node {node} is gone`; what the code chooses between is `{…}`. */
function formOf(template: string): string {
  let form = "";
  for (let at = 0; at < template.length;) {
    if (!template.startsWith("${", at)) {
      form += template[at];
      at += 1;
      continue;
    }
    const end = endOfHole(template, at + 1);
    form += `{${holeName(template.slice(at + 2, end))}}`;
    at = end + 1;
  }
  return form;
}

function endOfHole(template: string, open: number): number {
  let depth = 0;
  for (let at = open; at < template.length; at += 1) {
    if (template[at] === "{") depth += 1;
    if (template[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return template.length;
}

function holeName(expression: string): string {
  if (expression.includes("?") && expression.includes(":")) return "…";
  const names = [...expression.replaceAll(/"[^"]*"/g, "").matchAll(/\b[a-z]\w*\b(?!\()/gi)].map(([name]) => name);
  return names.findLast((name) => name !== "length") ?? "…";
}
