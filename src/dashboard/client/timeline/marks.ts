import { groupBy } from "../../../cluster/group-by.ts";
import type { JournalEntry } from "../../../cluster/journal.ts";
import type { Window } from "./window.ts";

/** Where on the chart something happened: what lies on one pixel is one mark. */
export type Mark = {
  readonly key: string;
  readonly x: number;
  readonly severity: JournalEntry["severity"];
  readonly said: string;
};

export function marksOf(entries: readonly JournalEntry[], window: Window, xOf: (at: number) => number): Mark[] {
  const seen = entries.filter(({ at }) => at >= window.from && at <= window.to);
  const onePixel = groupBy(seen, ({ at, severity }) => `${severity} ${Math.round(xOf(at))}`);
  return [...onePixel].flatMap(([key, [first, ...more]]) => {
    if (first === undefined) return [];
    const { at, severity, sentence } = first;
    const said = more.length === 0 ? sentence : `${sentence} And ${more.length} more.`;
    return [{ key, x: Math.round(xOf(at)), severity, said }];
  });
}
