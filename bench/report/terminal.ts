import type { Measure } from "../measure.ts";
import type { Goal, Table } from "../measured.ts";
import type { Result } from "../results.ts";
import { machineText } from "./machine-text.ts";
import { ratioText, spreadText } from "./numbers.ts";

/** One measurement for a terminal: its tables, ratios and goals. */
export function terminalText({ name, title }: Measure, { machine, measured }: Result): string {
  const { tables, ratios, goals, notes, skipped } = measured;
  const ratioRows = ratios.map((ratio) => [ratio.name, ratioText(ratio)]);
  return [
    `\n${name}: ${title}`,
    machineText(machine),
    ...tables.flatMap((table) => ["", aligned(textsOf(table))]),
    ...(ratios.length === 0 ? [] : ["", aligned([["ratio", "median (least to most)"], ...ratioRows])]),
    "",
    ...goals.map(goalText),
    ...skipped.map(({ name: peer, why }) => `skipped: ${peer}: ${why}`),
    ...notes,
  ].join("\n");
}

export function goalText(goal: Goal): string {
  switch (goal.kind) {
    case "met":
      return `met: ${goal.what}: ${goal.measured}`;
    case "missed":
      return `NOT MET: ${goal.what}: ${goal.measured}. ${goal.because}`;
    case "unmeasured":
      return `not measured: ${goal.what}: ${goal.because}`;
  }
}

/** A table's texts, its head first. */
export function textsOf({ of, columns, rows }: Table): string[][] {
  const cell = (cells: Table["rows"][number]["cells"], at: number): string => {
    const unit = columns[at]?.unit;
    return unit === undefined ? "" : spreadText(cells[at] ?? [], unit);
  };
  return [
    [of, ...columns.map(({ name }) => name)],
    ...rows.map(({ name, cells }) => [name, ...columns.map((_, at) => cell(cells, at))]),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? "").length)));
  const line = (row: readonly string[]): string =>
    row.map((text, at) => (at === 0 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0))).join("   ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
