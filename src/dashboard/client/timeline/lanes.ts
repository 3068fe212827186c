import { groupBy } from "../../../cluster/group-by.ts";
import type { JournalEntry, JournalKind } from "../../../cluster/journal.ts";
import type { ClusterView } from "../../../cluster/questions/view.ts";

/** From when to when a node owned a group, epoch milliseconds. Null: since before what is known, or still. */
export type Ownership = {
  readonly node: string;
  readonly epoch: number;
  readonly from: number | null;
  readonly to: number | null;
};

/** The ownerships of one group, oldest first, and when it came online and went. */
export type Lane = { readonly group: string; readonly ownerships: readonly Ownership[] };

const ends: ReadonlySet<JournalKind> = new Set(["group.released", "group.expired", "node.confirmed-down"]);

/** @param entries oldest first; what came before them is told by what ends in them, and by the present owner */
export function lanesOf(view: ClusterView, entries: readonly JournalEntry[]): Lane[] {
  const byGroup = groupBy(entries, ({ group }) => group);
  return Object.entries(view.groups).map(([group, { owner, lastOwner, epoch }]) => {
    const known = ownershipsIn(byGroup.get(group) ?? []);
    const present = owner === "Unknown" ? lastOwner : owner;
    // Its beginning is not among the entries; it was after all that are.
    if (present !== null && !known.has(epoch))
      known.set(epoch, { node: present, epoch, from: lastMoment([...known.values()]), to: null });
    return { group, ownerships: withEnds([...known.values()]) };
  });
}

/** By their epochs, in their order. */
function ownershipsIn(entries: readonly JournalEntry[]): Map<number, Ownership> {
  const known = new Map<number, Ownership>();
  for (const { kind, node, epoch, at } of entries) {
    if (node === null || epoch === null) continue;
    if (kind === "group.owned") known.set(epoch, { node, epoch, from: at, to: null });
    if (!ends.has(kind)) continue;
    const one = known.get(epoch) ?? { node, epoch, from: null, to: null };
    known.set(epoch, { ...one, to: one.to ?? at });
  }
  return known;
}

function lastMoment(ownerships: readonly Ownership[]): number | null {
  const last = ownerships.at(-1);
  return last === undefined ? null : (last.to ?? last.from);
}

/** Where the journal does not tell how an ownership ended, it was over when the next one began. */
function withEnds(ownerships: readonly Ownership[]): Ownership[] {
  return ownerships.map((one, index) => ({ ...one, to: one.to ?? ownerships[index + 1]?.from ?? null }));
}
