import type { Measure } from "../measure.ts";
import type { Goal, Plot } from "../measured.ts";
import type { Result, Results } from "../results.ts";
import { machineText } from "./machine-text.ts";
import { ratioText } from "./numbers.ts";
import { textsOf } from "./terminal.ts";

/** Relative to docs/. */
export function plotFileOf(measure: string, plot: Plot): string {
  return `performance/${measure}-${plot.name}.svg`;
}

/** docs/performance.md: what falls short first, then each measurement. */
export function documentText(measures: readonly Measure[], results: Results): string {
  const measured = measures.flatMap((measure) => {
    const result = results[measure.name];
    return result === undefined ? [] : [{ measure, result }];
  });
  const goals = measured.flatMap(({ measure, result }) =>
    result.measured.goals.map((goal) => ({ measure: measure.name, goal })),
  );
  const ofKind = (kind: Goal["kind"]): string[] =>
    goals
      .filter(({ goal }) => goal.kind === kind)
      .map(({ measure, goal }) => `- [${measure}](#${measure}): ${said(goal)}`);
  const sections = [
    head,
    ["## Where it falls short", ...listOr(ofKind("missed"), "Every goal that was measured is met.")].join("\n\n"),
    ["## What is met", ...listOr(ofKind("met"), "Nothing was measured.")].join("\n\n"),
    ...(ofKind("unmeasured").length === 0
      ? []
      : [["## What was not measured", ofKind("unmeasured").join("\n")].join("\n\n")]),
    ...measured.map(({ measure, result }) => section(measure, result)),
  ];
  return `${sections.join("\n\n")}\n`;
}

const head = `# Performance

Written by \`npm run bench -- --write\`, from what bench/results.json keeps; \`npm run bench -- --check\` compares a run with it. Figures are **least / median / most**
of the rounds. Those who are compared are measured in the same run, in alternating rounds on one machine, so that ratios say more than figures: a
ratio is taken round by round. [bench/RESULTS.md](../bench/RESULTS.md) has failovers of more rounds, mail through them, and live faults.`;

function listOr(lines: readonly string[], otherwise: string): string[] {
  return [lines.length === 0 ? otherwise : lines.join("\n")];
}

function said(goal: Goal): string {
  switch (goal.kind) {
    case "met":
      return `${goal.what}: ${goal.measured}`;
    case "missed":
      return `**${goal.what}**: ${goal.measured}. Why: ${goal.because}.`;
    case "unmeasured":
      return `${goal.what}: ${goal.because}`;
  }
}

function section({ name, title, what }: Measure, { machine, rounds, quick, measured }: Result): string {
  const { tables, ratios, plots, notes, skipped } = measured;
  const ratioRows = ratios.map((ratio) => [ratio.name, ratioText(ratio), `${ratio.better} is better`]);
  const parts = [
    `<a id="${name}"></a>\n## ${title}`,
    what,
    `*${machineText(machine)}; ${rounds} rounds${quick ? ", a quick run" : ""}.*`,
    ...tables.map((table) => `**${table.title}**\n\n${markdownTable(textsOf(table))}`),
    ...(ratios.length === 0 ? [] : [markdownTable([["ratio", "median (least to most)", ""], ...ratioRows])]),
    ...plots.map((plot) => `![${plot.title}](${plotFileOf(name, plot)})`),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${note}`).join("\n")]),
    ...skipped.map(({ name: peer, why }) => `Skipped: ${peer}: ${why}.`),
  ];
  return parts.join("\n\n");
}

/** Figures stand at the right, under each other. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [first = [], ...others] = rows;
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(first),
    `|---|${first
      .slice(1)
      .map(() => "---:|")
      .join("")}`,
    ...others.map(line),
  ].join("\n");
}
