import { useEffect, useReducer, useRef } from "preact/hooks";
import type { JournalEntry } from "../../cluster/journal.ts";
import type { ClusterView } from "../../cluster/questions/view.ts";
import type { ProblemDetails } from "../../protocol/problems.ts";
import { Feed } from "./feed.ts";
import type { Moment } from "./moment.ts";

/** What the page knows of one cluster. */
export type Known = {
  readonly heard: Heard | null;
  /** The newest question went without an answer; `problem` says why, if anything could. */
  readonly missed: boolean;
  readonly problem: ProblemDetails | null;
  /** The newest of the journal, oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Entries up to this number are not there to be told; null: none is known to be missing. */
  readonly gapAt: number | null;
};

export type Heard = { readonly view: ClusterView; readonly asked: Moment };

type News =
  | { readonly type: "state"; readonly heard: Heard }
  | { readonly type: "missed"; readonly problem: ProblemDetails | null }
  | { readonly type: "entries"; readonly entries: readonly JournalEntry[] }
  | { readonly type: "gap"; readonly resumesAt: number };

const nothing: Known = { heard: null, missed: false, problem: null, entries: [], gapAt: null };

/** More is asked for where more is wanted. */
const entriesKept = 1_000;

function afterNews(known: Known, news: News): Known {
  switch (news.type) {
    case "state":
      return { ...known, heard: news.heard, missed: false, problem: null };
    case "missed":
      return { ...known, missed: true, problem: news.problem };
    case "entries":
      return { ...known, entries: [...known.entries, ...news.entries].slice(-entriesKept) };
    case "gap": {
      // What has been rolled back is taken away.
      const { resumesAt } = news;
      return { ...known, gapAt: resumesAt, entries: known.entries.filter(({ seq }) => seq <= resumesAt) };
    }
  }
}

/** One cluster, for as long as it is on the page. @param refused nothing more will come */
export function useCluster(
  token: string,
  cluster: string,
  refused: (problem: ProblemDetails) => void,
): { readonly known: Known; readonly isWatching: () => boolean } {
  const [known, tell] = useReducer(afterNews, nothing);
  const feed = useRef<Feed | null>(null);
  useEffect(() => {
    const started = new Feed(token, cluster, {
      state: (view, asked) => tell({ type: "state", heard: { view, asked } }),
      entries: (entries) => tell({ type: "entries", entries }),
      gap: (resumesAt) => tell({ type: "gap", resumesAt }),
      missed: (problem) => tell({ type: "missed", problem }),
      refused,
    });
    feed.current = started;
    started.start();
    return () => started.end();
  }, [token, cluster]);
  return { known, isWatching: () => feed.current?.watching === true };
}
