import { journalKinds, type JournalEntry } from "../cluster/journal.ts";
import { protocolLimits } from "../protocol/limits.ts";
import type { Ask } from "./api.ts";

/** Which entries are wanted; what is not named does not matter. A kind may be the part before its dot. */
export type JournalFilter = {
  readonly kind?: readonly string[];
  readonly group?: string;
  readonly node?: string;
};

/** What a kind may be asked for by: each kind, and each family of them. */
export const kindNames: readonly string[] = [
  ...new Set(journalKinds.flatMap((kind) => [kind.slice(0, kind.indexOf(".")), kind])),
];

export function isWanted({ kind, group, node }: JournalFilter, entry: JournalEntry): boolean {
  const kinds = kind?.some((wanted) => entry.kind === wanted || entry.kind.startsWith(`${wanted}.`)) ?? true;
  return kinds && (group === undefined || entry.group === group) && (node === undefined || entry.node === node);
}

export type Found = { readonly events: readonly JournalEntry[]; readonly oldest: number | null; readonly last: number };

/** The first `most` wanted entries after a number, oldest first. */
export async function entriesAfter(
  ask: Ask,
  cluster: string,
  filter: JournalFilter,
  after: number,
  most: number,
): Promise<Found> {
  const found: JournalEntry[] = [];
  for (let from = after; ;) {
    const page = await pageAfter(ask, cluster, from);
    found.push(...page.events.filter((entry) => isWanted(filter, entry)));
    const seen = page.events.at(-1)?.seq;
    if (found.length >= most || seen === undefined || seen >= page.last) {
      return { ...page, events: found.slice(0, most) };
    }
    from = seen;
  }
}

/** The last `most` wanted entries up to a number, oldest first: pages from the newest back. */
export async function entriesBefore(
  ask: Ask,
  cluster: string,
  filter: JournalFilter,
  last: number,
  most: number,
): Promise<Found> {
  const found: JournalEntry[] = [];
  for (let until = last; ;) {
    const from = Math.max(0, until - protocolLimits.eventsPage);
    const page = await pageAfter(ask, cluster, from);
    const wanted = page.events.filter((entry) => entry.seq <= until && isWanted(filter, entry));
    found.unshift(...wanted);
    if (found.length >= most || from < (page.oldest ?? Infinity)) return { ...page, events: found.slice(-most) };
    until = from;
  }
}

function pageAfter(ask: Ask, cluster: string, after: number): Promise<Found> {
  return ask((client) => client.events(cluster, after, protocolLimits.eventsPage));
}
