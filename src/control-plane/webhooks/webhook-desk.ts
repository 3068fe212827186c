import { protocolLimits } from "../../protocol/limits.ts";
import type {
  WebhookCreated,
  WebhookEnable,
  WebhookRequest,
  WebhookRotated,
  WebhookTested,
  WebhookView,
} from "../../protocol/webhooks.ts";
import { randomHex } from "../tokens.ts";
import type { Deliveries, DeliverySurroundings } from "./deliveries.ts";
import { testMessage } from "./message.ts";
import { webhookCreated, webhookDeleted, webhookEnabled, webhookSecretRotated, type WebhookNote } from "./notes.ts";
import { attempt } from "./sender.ts";
import { newSecret } from "./signature.ts";
import { type Webhook, viewWebhook } from "./webhook.ts";

export type DeskSurroundings = Pick<DeliverySurroundings, "store" | "journal" | "clock" | "clusterName"> & {
  readonly deliveries: Deliveries;
  /** Writes a journal entry in the name of who asked. */
  readonly note: (actor: string, note: WebhookNote) => void;
};

/** Both secrets sign for so long after a rotation: time to bring the new one to every receiver. */
const rotationMs = 24 * 60 * 60 * 1000;

/** What operators ask of the webhooks. Null: there is no such webhook. */
export class WebhookDesk {
  readonly #in: DeskSurroundings;
  readonly #underTest = new Set<string>();

  constructor(surroundings: DeskSurroundings) {
    this.#in = surroundings;
  }

  /** It is told what happens after this. "full": there are as many as there may be. */
  create({ url, kinds, description }: WebhookRequest, actor: string): WebhookCreated | "full" {
    const { store, journal, clock, note } = this.#in;
    if (store.count >= protocolLimits.webhooks) return "full";
    const now = clock();
    const made = { id: randomHex(8), url, kinds, description, createdAt: now, createdBy: actor, secret: newSecret() };
    const hook: Webhook = { ...made, previous: null, cursor: 0, countedFrom: 0, state: { kind: "Delivering" } };
    note(actor, webhookCreated(hook));
    store.put({ ...hook, cursor: journal.last, countedFrom: journal.last });
    return { ...viewWebhook(store.get(hook.id) ?? hook, journal.last, now), secret: hook.secret };
  }

  list(): WebhookView[] {
    const { store, journal, clock } = this.#in;
    return store.all().map((hook) => viewWebhook(hook, journal.last, clock()));
  }

  find(id: string): WebhookView | null {
    const hook = this.#in.store.get(id);
    return hook === null ? null : viewWebhook(hook, this.#in.journal.last, this.#in.clock());
  }

  /** False when there is no such webhook. An answer that is still to come changes nothing any more. */
  remove(id: string, actor: string): boolean {
    const hook = this.#in.store.get(id);
    if (hook === null) return false;
    this.#in.store.remove(id);
    this.#in.note(actor, webhookDeleted(hook));
    return true;
  }

  /** Also for one that is failing: it is tried at once. What the journal has forgotten cannot be delivered any more. */
  enable(id: string, from: WebhookEnable["from"], actor: string): WebhookView | null {
    const { store, journal, note, deliveries } = this.#in;
    const before = store.get(id);
    if (before === null) return null;
    note(actor, webhookEnabled(before));
    const oldest = (journal.oldest ?? 1) - 1;
    const cursor = from === "now" ? journal.last : Math.max(before.cursor, oldest);
    store.put({ ...before, cursor, countedFrom: journal.last, state: { kind: "Delivering" } });
    deliveries.proceed();
    return this.find(id);
  }

  /** A secret that was replaced within the last day before this signs no more. */
  rotate(id: string, actor: string): WebhookRotated | null {
    const { store, clock, note } = this.#in;
    const before = store.get(id);
    if (before === null) return null;
    const until = clock() + rotationMs;
    const secret = newSecret();
    store.put({ ...before, secret, previous: { secret: before.secret, until } });
    note(actor, webhookSecretRotated(before));
    return { secret, previousSecretUntil: until };
  }

  /** One request beside the deliveries, whatever their state is, and it changes none. One at a time for each webhook. */
  async test(id: string): Promise<WebhookTested | "under-test" | null> {
    const { store, clock, clusterName } = this.#in;
    const hook = store.get(id);
    if (hook === null) return null;
    if (this.#underTest.has(id)) return "under-test";
    this.#underTest.add(id);
    try {
      const now = clock();
      const outcome = await attempt(hook, testMessage(id, clusterName(), randomHex(8), now), now);
      return outcome.kind === "delivered"
        ? { delivered: true, status: outcome.status, error: null }
        : { delivered: false, status: outcome.error.status, error: outcome.error };
    } finally {
      this.#underTest.delete(id);
    }
  }
}
