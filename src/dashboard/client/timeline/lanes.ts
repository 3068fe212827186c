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
  return Object.entries(view.groups).map(([group, { owner, lastOwner, epoch }]) => {
    const own = entries.filter((entry) => entry.group === group);
    const ownerships = own.reduce(afterEntry, []);
    const present = owner === "Unknown" ? lastOwner : owner;
    const isThere = present === null || ownerships.some((one) => one.epoch === epoch);
    return {
      group,
      ownerships: isThere ? ownerships : [...ownerships, { node: present, epoch, from: null, to: null }],
    };
  });
}

function afterEntry(ownerships: readonly Ownership[], { kind, node, epoch, at }: JournalEntry): Ownership[] {
  if (node === null || epoch === null) return [...ownerships];
  if (kind === "group.owned") return [...ownerships, { node, epoch, from: at, to: null }];
  if (!ends.has(kind)) return [...ownerships];
  const isKnown = ownerships.some((one) => one.epoch === epoch);
  if (!isKnown) return [...ownerships, { node, epoch, from: null, to: at }];
  return ownerships.map((one) => (one.epoch === epoch ? { ...one, to: one.to ?? at } : one));
}
