import { meaningOf, type Paint, paintFor, plain } from "./colour.ts";
import { textWidth, wrap } from "./text.ts";

export type OutputFormat = "table" | "json";
export type Row = Readonly<Record<string, string | number | null>>;

const columnGap = "  ";

/** Prints what a command found: the document as JSON for programs, or its rows as a table for people. */
export function print(format: OutputFormat, document: unknown, rows: readonly Row[]): void {
  if (format === "json") write(JSON.stringify(document, null, 2));
  else writeTable(rows);
}

export function writeTable(rows: readonly Row[]): void {
  write(table(rows, outputWidth(), paintFor(process.stdout)));
}

/** As wide as the terminal; elsewhere as COLUMNS says (`COLUMNS=1000` cuts nothing), else as a terminal of eighty columns. */
export function outputWidth(): number {
  const asked = Number(process.env["COLUMNS"]);
  return process.stdout.columns || (Number.isSafeInteger(asked) && asked > 0 ? asked : textWidth);
}

/** Prints one thing: the document as JSON, or what there is to say of it, a line each. */
export function printOne(format: OutputFormat, document: unknown, sheet: Row): void {
  write(format === "json" ? JSON.stringify(document, null, 2) : sheetText(sheet));
}

export function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

/**
 * Rows under the names of the first one's columns. Columns that do not fit into `width` give some up, the widest first; half an id or half a
 * time is of no use, so those keep theirs.
 */
export function table(rows: readonly Row[], width: number, paint: Paint = plain): string {
  const [first] = rows;
  if (first === undefined) return "(none)";
  const names = Object.keys(first);
  const lines = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = fit(
    width,
    names.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))),
    names.map((_, column) => lines.slice(1).every((line) => isWhole(line[column] ?? ""))),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) => {
          const meaning = names[column] === "state" ? meaningOf(text) : null;
          return paint(clip(text, widths[column] ?? 0), meaning);
        })
        .join(columnGap)
        .trimEnd(),
    )
    .join("\n");
}

/** What there is to say of one thing: names in line, values beside them, as long as they are. Nothing is left out. */
export function sheetText(sheet: Row): string {
  const told = Object.entries(sheet).filter(([, value]) => value !== null && value !== "");
  const width = Math.max(...told.map(([name]) => name.length));
  return told
    .flatMap(([name, value]) => {
      const [line = "", ...more] = wrap(String(value), " ".repeat(width + columnGap.length));
      return [`${name.padEnd(width)}${line.slice(width)}`, ...more];
    })
    .join("\n");
}

function cell(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === "" ? "-" : String(value).replaceAll("\n", " ");
}

/** An id or a time, or nothing. */
function isWhole(text: string): boolean {
  return /^(?:-|[0-9a-f]{16}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)$/.test(text);
}

/** A column that is narrower than this shows nothing any more. */
const narrowest = 4;

/** @param whole columns that keep their width as long as the others can give some */
function fit(width: number, widths: readonly number[], whole: readonly boolean[]): number[] {
  const room = width - columnGap.length * (widths.length - 1);
  const fitted = [...widths];
  for (let excess = fitted.reduce((sum, one) => sum + one, -room); excess > 0; excess -= 1) {
    const others = fitted.map((one, column) => (whole[column] === true ? 0 : one));
    const from = Math.max(...others) > narrowest ? others : fitted;
    const widest = from.indexOf(Math.max(...from));
    fitted[widest] = Math.max(1, (fitted[widest] ?? 1) - 1);
  }
  return fitted;
}

/** Exactly so wide. */
export function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
