import type { JournalEntry } from "../../../cluster/journal.ts";
import { limits } from "../../../cluster/limits.ts";

/** The newest entries as they are now; of those before them as many are kept as the journal keeps, also what the page itself no longer holds. */
export function withNewest(held: readonly JournalEntry[], live: readonly JournalEntry[]): readonly JournalEntry[] {
  const [first] = live;
  return first === undefined ? [] : [...held.filter(({ seq }) => seq < first.seq), ...live].slice(-limits.journal);
}

/** A page of the journal before what is held already; both oldest first. */
export function withEarlier(page: readonly JournalEntry[], held: readonly JournalEntry[]): readonly JournalEntry[] {
  const [first] = held;
  return first === undefined ? page : [...page.filter(({ seq }) => seq < first.seq), ...held];
}
