export type OutputFormat = "table" | "json";
export type Row = Readonly<Record<string, string | number | null>>;

/** Terminals are eighty columns wide; so is a table, whatever a name or a reason is long. */
export const textWidth = 80;
const columnGap = "  ";

/**
 * Prints what a command found: the document as JSON for programs, or for people its rows as a table, or a text of its own.
 */
export function print(
  format: OutputFormat,
  document: unknown,
  rows: readonly Row[],
  text: () => string = () => table(rows),
): void {
  write(format === "json" ? JSON.stringify(document, null, 2) : text());
}

export function write(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Rows under the names of the first one's columns. Columns that do not fit give up width, the widest first. */
export function table(rows: readonly Row[]): string {
  const [first] = rows;
  if (first === undefined) return "(none)";
  const names = Object.keys(first);
  const lines = [names.map((name) => name.toUpperCase()), ...rows.map((row) => names.map((name) => cell(row[name])))];
  const widths = fit(names.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))));
  return lines
    .map((line) =>
      line
        .map((text, column) => clip(text, widths[column] ?? 0))
        .join(columnGap)
        .trimEnd(),
    )
    .join("\n");
}

/** Facts about one thing, a line each; what is null is left out. */
export function facts(of: Readonly<Record<string, string | number | null>>): string {
  const known = Object.entries(of).filter(([, value]) => value !== null && value !== "");
  const width = Math.max(0, ...known.map(([name]) => name.length)) + columnGap.length;
  return known.map(([name, value]) => name.padEnd(width) + wrapped(String(value), width, width)).join("\n");
}

/**
 * A text in lines of eighty columns at most, of which `begun` are taken in the first; those after it are indented. A word
 * that is longer stays whole.
 */
export function wrapped(text: string, indent = 0, begun = 0): string {
  const lines: string[] = [];
  let line = "";
  let room = textWidth - begun;
  for (const word of text.split(/(?<=\S) +(?=\S)/)) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
      room = textWidth - indent;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line].map((part, index) => (index === 0 ? part : " ".repeat(indent) + part)).join("\n");
}

function cell(value: string | number | null | undefined): string {
  return value === null || value === undefined || value === "" ? "-" : String(value).replaceAll("\n", " ");
}

function fit(widths: readonly number[]): number[] {
  const room = textWidth - columnGap.length * (widths.length - 1);
  const fitted = [...widths];
  for (let excess = fitted.reduce((sum, width) => sum + width, -room); excess > 0; excess -= 1) {
    const widest = fitted.indexOf(Math.max(...fitted));
    fitted[widest] = Math.max(1, (fitted[widest] ?? 1) - 1);
  }
  return fitted;
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
