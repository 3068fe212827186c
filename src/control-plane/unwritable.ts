import type { JournalNote } from "../cluster/journal.ts";
import { unwritable } from "../protocol/storage-fault.ts";

/** A write is tried again after this, by the next one who wants to write. */
const tryAgainMs = 1_000;

type Trouble = { readonly since: number; readonly triedAt: number };

/**
 * The objects whose first write was not taken, or is under way. The platform ends an object with a write that it does not take, and
 * its successor would begin with another one, so this outlives both: it is of the isolate. Without it nothing is lost but the
 * reading meanwhile.
 */
const troubled = new Map<string, Trouble>();

/** The first write of an instance is under way: if it is not taken, that is what the next one finds. */
export function beginWrite(id: string, now: number): void {
  troubled.set(id, { since: troubled.get(id)?.since ?? now, triedAt: now });
}

/** Null: none is known. `due`: it is time to try a write again. */
export function troubleOf(id: string, now: number): { readonly since: number; readonly due: boolean } | null {
  const trouble = troubled.get(id);
  if (trouble === undefined) return null;
  return { since: trouble.since, due: Math.abs(now - trouble.triedAt) >= tryAgainMs };
}

/** A write was taken, or something else went wrong. */
export function endTrouble(id: string): void {
  troubled.delete(id);
}

/** What an instance throws that can only be read from. */
export function notWritable(): Error {
  return new Error(`${unwritable}: the last write was not taken`);
}

/** What the journal says when a write is taken again. */
export function wasUnwritable(since: number, now: number): Omit<JournalNote, "actor"> {
  const seconds = Math.max(1, Math.round((now - since) / 1_000));
  return {
    kind: "object.unwritable",
    severity: "error",
    sentence: `For ${seconds} s the control plane could not write its data: no lease was extended and no change was made. Look at the disk of its data folder.`,
    details: { seconds },
  };
}
