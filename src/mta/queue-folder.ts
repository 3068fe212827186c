import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/**
 * The folder of a group's messages, which goes with the group:
 *
 *     out/PARTNER/    what waits for a partner
 *     rejected/PARTNER/   what a partner will never take, or has not for too long
 *     in/             what partners have transferred
 */
export function outFolder(queue: string): string {
  return join(queue, "out");
}

export function outboxFolder(queue: string, partner: string): string {
  return join(outFolder(queue), encodeURIComponent(partner));
}

export function rejectedFolder(queue: string, partner: string): string {
  return join(queue, "rejected", encodeURIComponent(partner));
}

/**
 * Whether an MTA has had this queue that does not call this partner: it makes a folder in `rejected` for each that it calls, and whoever submits makes
 * none. False also where no MTA has had the queue yet, or that cannot be known.
 */
export function isStrange(queue: string, partner: string): boolean {
  try {
    return readdirSync(join(queue, "rejected")).length > 0 && !existsSync(rejectedFolder(queue, partner));
  } catch {
    return false;
  }
}

export function inboxFolder(queue: string): string {
  return join(queue, "in");
}

/** What is wrong with a folder of messages. */
export class QueueError extends Error {
  override readonly name = "QueueError";
  readonly code = "no-queue";
}

/** The folder itself is nobody's to make but its owner's: where its disk is not mounted it is not there. Throws `QueueError`. */
export function assertQueue(queue: string): void {
  const there = statSync(queue, { throwIfNoEntry: false });
  if (there?.isDirectory() === true) return;
  throw new QueueError(`${queue} is no folder: make it, on the group's disk, on the node that has that`);
}
