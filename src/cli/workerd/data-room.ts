import { statfsSync } from "node:fs";

/** The log of one busy database has some 4 MB; this leaves time to notice. */
const littleBytes = 64 * 1024 * 1024;

/** A sentence when there is little room left for the data in this folder; null when there is enough. */
export function roomWarning(folder: string, leftBytes = roomOf(folder)): string | null {
  if (leftBytes >= littleBytes) return null;
  const left = Math.floor(leftBytes / (1024 * 1024));
  return (
    `The disk of ${folder} has ${left} MiB left. When it is full no lease is extended, and every virtual IP is down ` +
    "until there is room again."
  );
}

/** What is left for a program without privilege. */
function roomOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
