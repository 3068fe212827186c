import type { JournalEntry } from "../../cluster/journal.ts";
import type { WebhookPayload } from "../../protocol/webhooks.ts";

/** What is sent, and signed, octet for octet. The id is the same at each attempt: receivers tell a repetition by it. */
export type Message = { readonly id: string; readonly body: string };

export function entryMessage(webhook: string, cluster: string, entry: JournalEntry): Message {
  return message(`${webhook}_${entry.seq}`, {
    type: entry.kind,
    timestamp: new Date(entry.at).toISOString(),
    data: { cluster, entry },
  });
}

/** @param nonce text that no other test of this webhook has, without a full stop */
export function testMessage(webhook: string, cluster: string, nonce: string, now: number): Message {
  return message(`${webhook}_test-${nonce}`, {
    type: "webhook.test",
    timestamp: new Date(now).toISOString(),
    data: { cluster },
  });
}

/** No id holds a full stop: the signature is over `id.timestamp.body`, and could else be read in two ways. */
function message(id: string, payload: WebhookPayload): Message {
  return { id: `msg_${id}`, body: JSON.stringify(payload) };
}
