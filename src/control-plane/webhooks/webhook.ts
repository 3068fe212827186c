import type { JournalKind } from "../../cluster/journal.ts";
import type { WebhookError, webhookDisabledReasons, WebhookView } from "../../protocol/webhooks.ts";

/** One webhook as it is kept. */
export type Webhook = {
  readonly id: string;
  readonly url: string;
  /** What it wants to be told of; empty: everything. */
  readonly kinds: readonly JournalKind[];
  readonly description: string;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly secret: string;
  /** The secret before the last rotation signs as well, until the time given (epoch milliseconds). */
  readonly previous: { readonly secret: string; readonly until: number } | null;
  /** Everything up to this journal entry has been delivered or passed over. */
  readonly cursor: number;
  /** Entries up to this one were there when it was made or enabled: they do not count as being behind. */
  readonly countedFrom: number;
  readonly state: WebhookState;
};

export type WebhookState =
  | { readonly kind: "Delivering" }
  /** The last attempt failed. `attempts` have failed since the last success. */
  | {
      readonly kind: "Failing";
      readonly since: number;
      readonly attempts: number;
      readonly nextAttemptAt: number;
      readonly lastError: WebhookError;
    }
  | {
      readonly kind: "Disabled";
      readonly at: number;
      readonly reason: DisabledReason;
      readonly lastError: WebhookError | null;
    };
export type DisabledReason = (typeof webhookDisabledReasons)[number];

export function wants({ kinds }: Webhook, kind: JournalKind): boolean {
  return kinds.length === 0 || kinds.includes(kind);
}

/** The secrets that sign at this time, the present one first. */
export function secretsOf({ secret, previous }: Webhook, now: number): string[] {
  return previous === null || now >= previous.until ? [secret] : [secret, previous.secret];
}

/** What may be told of it: everything but the secrets. */
export function viewWebhook(hook: Webhook, last: number, now: number): WebhookView {
  const { id, url, kinds, description, createdAt, createdBy, cursor, state, previous } = hook;
  const failing = state.kind === "Failing" ? state : null;
  const disabled = state.kind === "Disabled" ? state : null;
  return {
    id,
    url,
    kinds: [...kinds],
    description,
    createdAt,
    createdBy,
    state: state.kind,
    cursor,
    behind: Math.max(0, last - cursor),
    failingSince: failing?.since ?? null,
    attempts: failing?.attempts ?? 0,
    lastError: failing?.lastError ?? disabled?.lastError ?? null,
    nextAttemptAt: failing?.nextAttemptAt ?? null,
    disabledAt: disabled?.at ?? null,
    disabledReason: disabled?.reason ?? null,
    previousSecretUntil: previous !== null && now < previous.until ? previous.until : null,
  };
}
