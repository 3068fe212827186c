import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { JournalEntry, JournalKind } from "../../../cluster/journal.ts";
import type { Failover } from "../../../cluster/questions/failovers.ts";
import type { FailoverList } from "../../../protocol/failovers.ts";
import type { Events } from "../../../protocol/journal.ts";
import { sentenceOf, whileWanted } from "../answer.ts";
import { type Answer, get, pathOf } from "../api.ts";
import { withEarlier, withNewest } from "./held.ts";

/** What a cluster has behind it. `problem`: why there may be more than is here. */
export type History = {
  /** Oldest first. */
  readonly entries: readonly JournalEntry[];
  /** Newest first. */
  readonly failovers: readonly Failover[];
  readonly problem: string | null;
  /** Whether the journal has what came before. */
  readonly hasEarlier: boolean;
};

/** Of one answer of the journal. */
const pageSize = 1_000;

/**
 * @param live the newest entries, oldest first, as they come
 * @param pages how many pages of the journal before them are wanted
 */
export function useHistory(token: string, cluster: string, live: readonly JournalEntry[], pages: number): History {
  const [entries, setEntries] = useState(live);
  const [oldest, setOldest] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const changes = useFailovers(token, cluster, live.findLast(({ kind }) => changing.has(kind))?.seq ?? 0);
  useLayoutEffect(() => setEntries((before) => withNewest(before, live)), [live]);
  const first = entries[0]?.seq ?? null;
  const isBegun = first !== null;
  useEffect(() => {
    if (first === null || first <= 1) return;
    const after = Math.max(0, first - 1 - pageSize);
    const path = `${pathOf(cluster, "events")}?after=${after}&limit=${pageSize}`;
    return whileWanted(get<Events>(token, path), (answer) => {
      setProblem(answer.kind === "ok" ? null : sentenceOf(answer));
      if (answer.kind !== "ok") return;
      setOldest(answer.value.oldest ?? 1);
      setEntries((later) => withEarlier(answer.value.events, later));
    });
  }, [token, cluster, isBegun, pages]);
  const hasEarlier = first !== null && (oldest === null ? problem !== null : first > oldest);
  return { entries, failovers: changes.failovers, problem: problem ?? changes.problem, hasEarlier };
}

const changing: ReadonlySet<JournalKind> = new Set(["group.owned", "group.online"]);

/** @param after the newest entry by which there may be another one */
function useFailovers(token: string, cluster: string, after: number): Pick<History, "failovers" | "problem"> {
  const [known, setKnown] = useState<Pick<History, "failovers" | "problem">>({ failovers: [], problem: null });
  const take = (answer: Answer<FailoverList>): void => {
    if (answer.kind === "ok") setKnown({ failovers: answer.value.failovers, problem: null });
    else setKnown(({ failovers }) => ({ failovers, problem: sentenceOf(answer) }));
  };
  useEffect(() => whileWanted(get<FailoverList>(token, pathOf(cluster, "failovers")), take), [token, cluster, after]);
  return known;
}
