/**
 * One start of a cluster's object. The number grows with each start; the nonce tells two starts apart that took the same
 * number because one of them has been forgotten (a restored folder, a point-in-time recovery).
 */
export type Generation = { readonly number: number; readonly nonce: string };

/** The generation that an object writes, and has confirmed, before it reads anything else. */
export function nextGeneration(previous: Generation | null, nonce: string): Generation {
  return { number: (previous?.number ?? 0) + 1, nonce };
}

export function sameGeneration(a: Generation, b: Generation): boolean {
  return a.number === b.number && a.nonce === b.nonce;
}

/** True when somebody has seen a start that this one does not know of: our state was rolled back or lost. */
export function isRolledBack(ours: Generation, seen: Generation): boolean {
  return seen.number > ours.number || (seen.number === ours.number && seen.nonce !== ours.nonce);
}

/** The revision of an assignment: first the generation, then a count within it. Compared in that order, and only here. */
export type Revision = { readonly generation: number; readonly n: number };

export function sameRevision(a: Revision | null, b: Revision | null): boolean {
  return a === null ? b === null : compareRevisions(a, b) === 0;
}

/** Positive when `a` is newer than `b`. No revision is older than any. */
export function compareRevisions(a: Revision, b: Revision | null): number {
  if (b === null) return 1;
  return a.generation - b.generation || a.n - b.n;
}
