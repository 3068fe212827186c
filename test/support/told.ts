import type { JournalEntry } from "../../src/cluster/journal.ts";

/** What a journal and a simulation have in common of an entry. */
export type Told = Pick<JournalEntry, "group" | "node" | "epoch"> & { readonly kind: string };

/** By group, the order of what is told of it. What an MTA says of its associations no model can know. */
export function byGroup(entries: readonly Told[]): Record<string, string[]> {
  const told: Record<string, string[]> = {};
  for (const { kind, group, node, epoch } of entries) {
    if (group !== null && !kind.startsWith("association.")) (told[group] ??= []).push(`${kind} ${node} ${epoch}`);
  }
  return told;
}
