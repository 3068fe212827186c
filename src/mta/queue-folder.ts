import { join } from "node:path";

/**
 * The folder of a group's messages, which goes with the group:
 *
 *     out/PARTNER/    what waits for a partner
 *     rejected/PARTNER/   what a partner will never take
 *     in/             what partners have transferred
 */
export function outboxFolder(queue: string, partner: string): string {
  return join(queue, "out", encodeURIComponent(partner));
}

export function rejectedFolder(queue: string, partner: string): string {
  return join(queue, "rejected", encodeURIComponent(partner));
}

export function inboxFolder(queue: string): string {
  return join(queue, "in");
}
