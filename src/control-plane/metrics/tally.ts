import type { JournalEntry } from "../../cluster/journal.ts";

/** How often something happened, by what it is. */
export type Counts = Readonly<Record<string, number>>;
export type Tallied = {
  /** Journal entries by kind. */
  readonly entries: Counts;
  /** Changes of owner by reason; the first owner that a group ever had is none. */
  readonly ownerChanges: Counts;
};

/**
 * Counts what this instance of the object has told. Nothing of it is written: a start of the object begins anew at 0, as a
 * counter of Prometheus may. To count what the journal still holds instead would read all of it at each scrape.
 */
export class Tally {
  readonly #entries = new Map<string, number>();
  readonly #ownerChanges = new Map<string, number>();

  add(entries: readonly JournalEntry[]): void {
    for (const { kind, details } of entries) {
      countIn(this.#entries, kind);
      const from = details?.["from"];
      const because = details?.["because"];
      if (kind !== "group.owned" || typeof from !== "string") continue;
      countIn(this.#ownerChanges, typeof because === "string" ? because : "unknown");
    }
  }

  get counts(): Tallied {
    return { entries: Object.fromEntries(this.#entries), ownerChanges: Object.fromEntries(this.#ownerChanges) };
  }
}

function countIn(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
