import type { JournalNote } from "../../cluster/journal.ts";
import type { DisabledReason, Webhook } from "./webhook.ts";

/** What the journal tells of webhooks. It names one by id and host: a URL's path may be as good as a password. */
export type WebhookNote = Omit<JournalNote, "actor">;

const because: Readonly<Record<DisabledReason, string>> = {
  gone: "the receiver says that it is gone (410)",
  "failing-too-long": "it has been failing for a day",
  "too-far-behind": "it is too far behind",
};

export function webhookCreated(hook: Webhook): WebhookNote {
  return note("webhook.created", hook, `Webhook ${hook.id} was made; it delivers to ${hostOf(hook)}.`);
}

export function webhookDeleted(hook: Webhook): WebhookNote {
  return note("webhook.deleted", hook, `Webhook ${hook.id} to ${hostOf(hook)} was deleted.`);
}

export function webhookEnabled(hook: Webhook): WebhookNote {
  return note("webhook.enabled", hook, `Webhook ${hook.id} to ${hostOf(hook)} was enabled.`);
}

export function webhookSecretRotated(hook: Webhook): WebhookNote {
  return note("webhook.secret-rotated", hook, `Webhook ${hook.id} to ${hostOf(hook)} has a new secret.`);
}

export function webhookDisabled(hook: Webhook, reason: DisabledReason): WebhookNote {
  const sentence = `Webhook ${hook.id} to ${hostOf(hook)} is disabled: ${because[reason]}. Nothing more is delivered.`;
  const told = note("webhook.disabled", hook, sentence);
  return { ...told, severity: "warning", details: { ...told.details, reason } };
}

function note(kind: JournalNote["kind"], hook: Webhook, sentence: string): WebhookNote {
  return { kind, sentence, details: { webhook: hook.id, host: hostOf(hook) } };
}

function hostOf({ url }: Webhook): string {
  return new URL(url).host;
}
