import { type ClusterChange, clusterChange, changeOf } from "../../cluster/questions/changes.ts";
import type { JournalEntry } from "../../cluster/journal.ts";
import type { Notification, Registration } from "../../protocol/notify.ts";
import { isAtOrBelow, isSameKey } from "../registry/path.ts";

/** What a port wants to be told of: a registration, or with `object: "any"` the filter for the whole cluster. */
export type Interest = Omit<Registration, "object"> & { readonly object: Registration["object"] | "any" };

/** What a port is told of an entry: by the first of its registrations that wants it. Null: nothing. */
export function notificationOf(interests: readonly Interest[], entry: JournalEntry): Notification | null {
  const { object, name, changes } = changeOf(entry);
  for (const interest of interests) {
    const wanted = changes.filter((change) => interest.changes.includes(change));
    if (wanted.length === 0 || !concerns(interest, object, name, entry)) continue;
    const { notifyKey } = interest;
    return { seq: entry.seq, at: entry.at, changes: wanted, bits: bitsOf(wanted), object, name, notifyKey };
  }
  return null;
}

function concerns(
  interest: Interest,
  object: Notification["object"],
  name: string | null,
  entry: JournalEntry,
): boolean {
  // What may be of any object, or of one that nobody names, may be of this one.
  if (interest.object === "any" || object === "any") return true;
  if (interest.object !== object) return false;
  if (interest.name === null || name === null) return true;
  return object === "registry" ? concernsKey(interest, interest.name, name, entry) : isSameKey(interest.name, name);
}

/** A request that changed several things is told at the deepest key over all of them: it may have changed what is below. */
function concernsKey({ changes }: Interest, wanted: string, changed: string, { details }: JournalEntry): boolean {
  if (isSameKey(wanted, changed)) return true;
  if (changes.includes("CLUSTER_CHANGE_REGISTRY_SUBTREE") && isAtOrBelow(changed, wanted)) return true;
  const several = Number(details?.["keys"] ?? 0) + Number(details?.["values"] ?? 0) > 1;
  return several && isAtOrBelow(wanted, changed);
}

/** The bits together. Not with `|`, which would make the highest one negative. */
export function bitsOf(changes: readonly ClusterChange[]): number {
  return [...new Set(changes)].reduce((sum, change) => sum + clusterChange[change], 0);
}
