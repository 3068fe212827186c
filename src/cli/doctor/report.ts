import type { Meaning, Paint } from "../colour.ts";
import { wrap } from "../text.ts";
import type { Finding } from "./check.ts";
import type { OutcomeKind } from "./outcome.ts";

/** As a program reads it. What an outcome does not have is null. */
export type FindingDocument = {
  readonly code: string;
  readonly subject: string;
  readonly outcome: OutcomeKind;
  readonly sentence: string;
  readonly cost: string | null;
  readonly remedy: string | null;
};

export function documentOf({ code, subject, outcome }: Finding): FindingDocument {
  const { kind, sentence } = outcome;
  const cost = "cost" in outcome ? outcome.cost : null;
  const remedy = "remedy" in outcome ? outcome.remedy : null;
  return { code, subject, outcome: kind, sentence, cost, remedy };
}

const meanings: Readonly<Record<OutcomeKind, Meaning>> = {
  ok: "good",
  warning: "moving",
  failed: "bad",
  skipped: "quiet",
};
/** As wide as the longest outcome, and a gap. */
const column = 9;

/** As a person reads it: each finding with all of its sentences, those that were skipped for one reason together, and a count. */
export function reportLines(findings: readonly Finding[], width: number, paint: Paint): string[] {
  const looked = findings.filter(({ outcome }) => outcome.kind !== "skipped");
  return [
    ...looked.flatMap(({ subject, outcome }) => {
      const rest = "cost" in outcome ? [outcome.cost, outcome.remedy] : [];
      return entry(outcome.kind, [`${subject}: ${outcome.sentence}`, ...rest], width, paint);
    }),
    ...skippedTogether(findings).flatMap((texts) => entry("skipped", texts, width, paint)),
    countLine(findings),
  ];
}

function entry(kind: OutcomeKind, texts: readonly string[], width: number, paint: Paint): string[] {
  const indent = " ".repeat(column);
  const [first = "", ...more] = texts.flatMap((text) => wrap(text, indent, Math.max(width, column + 20)));
  return [`${paint(kind, meanings[kind])}${first.slice(kind.length)}`, ...more];
}

function skippedTogether(findings: readonly Finding[]): string[][] {
  const byReason = new Map<string, { readonly subjects: string[]; readonly remedy: string | null }>();
  for (const { subject, outcome } of findings) {
    if (outcome.kind !== "skipped") continue;
    const known = byReason.get(outcome.sentence);
    if (known === undefined) byReason.set(outcome.sentence, { subjects: [subject], remedy: outcome.remedy });
    else known.subjects.push(subject);
  }
  return [...byReason].map(([sentence, { subjects, remedy }]) => [
    `${[...new Set(subjects)].join(", ")}: ${sentence}`,
    ...(remedy === null ? [] : [remedy]),
  ]);
}

function countLine(findings: readonly Finding[]): string {
  const count = (kind: OutcomeKind): number => findings.filter(({ outcome }) => outcome.kind === kind).length;
  return (["ok", "warning", "failed", "skipped"] as const).map((kind) => `${count(kind)} ${kind}`).join(", ");
}
