import type { OperatorEvent } from "../../src/cluster/events.ts";
import { unconditional } from "../../src/control-plane/conditions.ts";
import { runDurableObjectAlarm } from "cloudflare:test";
import { expect, inject } from "vitest";
import type { JournalEntry } from "../../src/cluster/journal.ts";
import type { WebhookCreated, WebhookDocument, WebhookRotated, WebhookView } from "../../src/protocol/webhooks.ts";
import type { Answers, Received } from "../support/received.ts";
import { ask, createExchange, eventually, inside, json, stubOf } from "./support.ts";

const receiverUrl = inject("receiverUrl");

/** A box of the real receiver: where a webhook leads to, and what came. */
export function boxOf(name: string) {
  const url = `${receiverUrl}/${name}`;
  const received = () => json<Received[]>(fetch(url));
  return {
    url,
    received,
    /** From now on it answers so; what hangs is let go. */
    answer: async (...answers: Answers) => {
      await (await fetch(url, { method: "PUT", body: JSON.stringify(answers) })).text();
    },
    /** Waits until so many requests have come, and returns all of them. */
    holds: (count: number) => eventually(received, (all) => all.length >= count),
  };
}

/** A cluster of its own for one test, and a box of that name. */
export async function openWebhooks(cluster: string) {
  await createExchange(cluster);
  let paused = false;
  const at = `/clusters/${cluster}/webhooks`;
  const find = (id: string) => json<WebhookView>(ask("GET", `${at}/${id}`));
  return {
    at,
    box: boxOf(cluster),
    create: (webhook: WebhookDocument) => json<WebhookCreated>(ask("POST", at, { body: webhook })),
    rotate: (id: string) => json<WebhookRotated>(ask("POST", `${at}/${id}/rotate-secret`)),
    remove: async (id: string) => expect((await ask("DELETE", `${at}/${id}`)).status).toBe(204),
    find,
    becomes: (id: string, expected: (hook: WebhookView) => boolean) => eventually(() => find(id), expected),
    /** Writes journal entries through the brain, as all that happens does. */
    happen: (times: number) =>
      inside(cluster, (object) => {
        for (let i = 0; i < times; i++) {
          const command: OperatorEvent = paused
            ? { type: "resume", actor: "test", node: "NODE1", failback: "policy" }
            : { type: "pause", actor: "test", node: "NODE1", drain: false, target: null };
          object.change(command, unconditional);
          paused = !paused;
        }
      }),
    journalAfter: (seq: number): Promise<JournalEntry[]> =>
      inside(cluster, ({ store }) => store.journal.after(seq, 10_000)),
    rowsWritten: () => inside(cluster, ({ webhooks }) => webhooks.rowsWritten),
    /** The object's clock goes on so far ahead, and its alarm goes off. */
    later: async (ms: number) => {
      await inside(cluster, (object) => {
        object.clock = () => Date.now() + ms;
      });
      await runDurableObjectAlarm(stubOf(cluster));
    },
  };
}

export function seqOf({ body }: Received): number {
  return (JSON.parse(body) as { data: { entry: { seq: number } } }).data.entry.seq;
}
