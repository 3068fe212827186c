import type { JournalDetails, JournalNote } from "../../cluster/journal.ts";
import type { DisabledReason, Webhook } from "./webhook.ts";

/** What the journal tells of webhooks. It names one by id and host: a URL's path may be as good as a password. */
export type WebhookNote = Omit<JournalNote, "actor">;

const because: Readonly<Record<DisabledReason, string>> = {
  gone: "the receiver says that it is gone (410)",
  "failing-too-long": "it has been failing for a day",
  "too-far-behind": "it is too far behind",
};

export function webhookCreated(hook: Webhook): WebhookNote {
  const sentence = `Webhook ${hook.id} was made; it delivers to ${hostOf(hook)}.`;
  return { kind: "webhook.created", sentence, details: detailsOf(hook) };
}

export function webhookDeleted(hook: Webhook): WebhookNote {
  const sentence = `Webhook ${hook.id} to ${hostOf(hook)} was deleted.`;
  return { kind: "webhook.deleted", sentence, details: detailsOf(hook) };
}

export function webhookEnabled(hook: Webhook): WebhookNote {
  const sentence = `Webhook ${hook.id} to ${hostOf(hook)} was enabled.`;
  return { kind: "webhook.enabled", sentence, details: detailsOf(hook) };
}

export function webhookSecretRotated(hook: Webhook): WebhookNote {
  const sentence = `Webhook ${hook.id} to ${hostOf(hook)} has a new secret.`;
  return { kind: "webhook.secret-rotated", sentence, details: detailsOf(hook) };
}

export function webhookDisabled(hook: Webhook, reason: DisabledReason): WebhookNote {
  const sentence = `Webhook ${hook.id} to ${hostOf(hook)} is disabled: ${because[reason]}. Nothing more is delivered.`;
  return { kind: "webhook.disabled", severity: "warning", sentence, details: { ...detailsOf(hook), reason } };
}

function detailsOf(hook: Webhook): JournalDetails {
  return { webhook: hook.id, host: hostOf(hook) };
}

function hostOf({ url }: Webhook): string {
  return new URL(url).host;
}
