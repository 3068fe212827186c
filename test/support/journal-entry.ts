import type { JournalEntry } from "../../src/cluster/journal.ts";

/** An entry of a journal, whatever it says. */
export function entry(seq: number, more: Partial<JournalEntry> = {}): JournalEntry {
  const nothing = { mscsId: null, epoch: null, node: null, group: null, resource: null, details: null };
  const what = { kind: "group.owned", severity: "info", sentence: `Sentence ${seq}.`, actor: "cluster" } as const;
  return { seq, at: 0, ...nothing, ...what, ...more };
}
