import { useEffect, useState } from "preact/hooks";
import type { JournalEntry } from "../../../cluster/journal.ts";
import type { Failover } from "../../../cluster/questions/failovers.ts";
import type { FailoverList } from "../../../protocol/failovers.ts";
import type { Events } from "../../../protocol/journal.ts";
import { sentenceOf } from "../answer.ts";
import { get, pathOf } from "../api.ts";

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
  const [earlier, setEarlier] = useState<readonly JournalEntry[]>([]);
  const [failovers, setFailovers] = useState<readonly Failover[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const oldestLive = live[0]?.seq ?? null;
  const changes = live.filter(({ kind }) => kind === "group.owned" || kind === "group.online").length;
  useEffect(() => {
    if (oldestLive === null) return;
    let isWanted = true;
    const after = Math.max(0, oldestLive - 1 - pages * pageSize);
    void pagesOf(token, cluster, after, oldestLive).then((read) => {
      if (!isWanted) return;
      if (typeof read === "string") return setProblem(read);
      setProblem(null);
      setEarlier(read);
    });
    return () => {
      isWanted = false;
    };
  }, [token, cluster, oldestLive, pages]);
  useEffect(() => {
    let isWanted = true;
    void get<FailoverList>(token, pathOf(cluster, "failovers")).then((answer) => {
      if (isWanted && answer.kind === "ok") setFailovers(answer.value.failovers);
    });
    return () => {
      isWanted = false;
    };
  }, [token, cluster, changes]);
  const entries = [...earlier.filter(({ seq }) => oldestLive === null || seq < oldestLive), ...live];
  const hasEarlier = (oldestLive ?? 0) - 1 > pages * pageSize;
  return { entries, failovers, problem, hasEarlier };
}

/** The entries between two numbers, or why they are not to be had. */
async function pagesOf(
  token: string,
  cluster: string,
  after: number,
  before: number,
): Promise<readonly JournalEntry[] | string> {
  const read: JournalEntry[] = [];
  for (let from = after; from < before - 1;) {
    const path = `${pathOf(cluster, "events")}?after=${from}&limit=${pageSize}`;
    const answer = await get<Events>(token, path);
    if (answer.kind !== "ok") return sentenceOf(answer);
    const newest = answer.value.events.at(-1);
    if (newest === undefined) break;
    read.push(...answer.value.events);
    from = newest.seq;
  }
  return read.filter(({ seq }) => seq < before);
}
