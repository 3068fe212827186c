import {
  type WebhookCreated,
  webhookCreatedSchema,
  type WebhookDocument,
  type WebhookEnable,
  type WebhookList,
  webhookListSchema,
  type WebhookRotated,
  webhookRotatedSchema,
  webhookSchema,
  type WebhookTested,
  webhookTestedSchema,
  type WebhookView,
} from "../../protocol/webhooks.ts";
import type { Result } from "../result.ts";
import type { Transport } from "../transport.ts";

/** How long the control plane lets a receiver think, beside its own time. */
const receiverPatienceMs = 10_000;

/** The journal, delivered and signed. */
export function webhookMethods({ at, get, post, remove }: Transport) {
  return {
    listWebhooks: (cluster: string): Promise<Result<WebhookList>> => get(at(cluster, "webhooks"), webhookListSchema),
    /** The answer holds the secret, which is shown this once. */
    createWebhook: (cluster: string, webhook: WebhookDocument): Promise<Result<WebhookCreated>> =>
      post(at(cluster, "webhooks"), webhook, webhookCreatedSchema),
    getWebhook: (cluster: string, id: string): Promise<Result<WebhookView>> =>
      get(at(cluster, "webhooks", id), webhookSchema),
    deleteWebhook: (cluster: string, id: string): Promise<Result<null>> => remove(at(cluster, "webhooks", id)),
    enableWebhook: (
      cluster: string,
      id: string,
      from: WebhookEnable["from"] = "cursor",
    ): Promise<Result<WebhookView>> => post(at(cluster, "webhooks", id, "enable"), { from }, webhookSchema),
    rotateWebhookSecret: (cluster: string, id: string): Promise<Result<WebhookRotated>> =>
      post(at(cluster, "webhooks", id, "rotate-secret"), undefined, webhookRotatedSchema),
    testWebhook: (cluster: string, id: string): Promise<Result<WebhookTested>> =>
      post(at(cluster, "webhooks", id, "test"), undefined, webhookTestedSchema, { waitMs: receiverPatienceMs }),
  };
}
