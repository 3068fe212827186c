import type { JournalEntry } from "../cluster/journal.ts";
import type { Operation } from "../cluster/commands/operation.ts";
import type { Ask } from "./api.ts";
import { follow } from "./follow.ts";

export type Progress = {
  /** Tells what the journal has until now, and ends. */
  readonly end: () => Promise<void>;
};

export type Watched = {
  readonly cluster: string;
  readonly operation: Operation;
  /** Number of the journal entry after which it began. */
  readonly after: number;
};

const silent: Progress = { end: () => Promise.resolve() };

/** Where nothing is to be told. */
export function noProgress(): Progress {
  return silent;
}

/** Tells the sentences of the journal as they come. It is told for people only: that it cannot be told is no failure. */
export function tellProgress(ask: Ask, watched: Watched, tell: (sentence: string) => void): Progress {
  const { cluster, operation, after } = watched;
  const stop = new AbortController();
  let last = after;
  const entry = (entry: JournalEntry): void => {
    if (entry.seq <= last) return;
    last = entry.seq;
    if (concerns(operation, entry)) tell(entry.sentence);
  };
  const following = follow(ask, cluster, after, { signal: stop.signal, entry }).catch(() => undefined);
  return {
    end: async () => {
      // What ended the operation may still be on its way here.
      const rest = await ask((client) => client.events(cluster, last)).catch(() => ({ events: [] }));
      for (const one of rest.events) entry(one);
      stop.abort();
      await following;
    },
  };
}

/** What associations do is told by `events`; other groups and nodes are another matter. */
function concerns({ group, node, kind }: Operation, entry: JournalEntry): boolean {
  if (entry.kind.startsWith("association.")) return false;
  if (group !== null) return entry.group === null || entry.group === group;
  return kind === "apply" || kind === "destroy" || node === null || entry.node === node || entry.node === null;
}
