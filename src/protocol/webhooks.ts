import * as z from "zod";
import { journalKinds } from "../cluster/journal.ts";
import { protocolLimits } from "./limits.ts";
import { journalEntrySchema } from "./view.ts";

/** Webhooks of the journal: what is asked, answered and delivered. Signed after https://www.standardwebhooks.com (v1). */

export const webhookIdSchema = z.string().regex(/^[0-9a-f]{16}$/, "is not the id of a webhook");

// --- where to ---------------------------------------------------------------------------------------------------------

/** Narrower than a URL may be: no user, no backslash, no fragment, a host of ASCII. What is not here cannot mislead. */
const target = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::\d{1,5})?(?:[/?][\x21-\x22\x24-\x5b\x5d-\x7e]*)?$/i;
const loopback = /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/i;

function isTarget(url: string): boolean {
  const [, scheme = "", host = ""] = target.exec(url) ?? [];
  return scheme.toLowerCase() === "https" || (scheme !== "" && loopback.test(host));
}

const webhookUrlSchema = z
  .string()
  .max(protocolLimits.webhookUrlLength)
  .refine(isTarget, "must be an https URL without user and fragment; http is for loopback only, in development")
  .pipe(z.url("must be an https URL"));

// --- what is asked ----------------------------------------------------------------------------------------------------

const descriptionSchema = z.string().max(protocolLimits.webhookDescriptionLength);

export const webhookRequestSchema = z
  .strictObject({
    url: webhookUrlSchema,
    /** Which kinds of journal entries are delivered; empty: all. */
    kinds: z.array(z.enum(journalKinds)).max(journalKinds.length).default([]),
    description: descriptionSchema.default(""),
  })
  .meta({
    examples: [{ url: "https://hooks.test/cluster", kinds: ["group.owned"], description: "Pages who is on call" }],
  });
export type WebhookRequest = z.output<typeof webhookRequestSchema>;
export type WebhookDocument = z.input<typeof webhookRequestSchema>;

/** `cursor`: from where it stopped, as far as the journal still holds it. `now`: what was missed is passed over. */
export const webhookEnableSchema = z.strictObject({ from: z.enum(["cursor", "now"]).default("cursor") });
export type WebhookEnable = z.infer<typeof webhookEnableSchema>;

// --- what is answered -------------------------------------------------------------------------------------------------

/** Why an attempt did not deliver. `refused`: there was an answer, with a status that is no success. */
export const webhookErrorCodes = ["timeout", "no-connection", "redirected", "refused"] as const;
/** Why a webhook was disabled. `gone`: the receiver answered 410. */
export const webhookDisabledReasons = ["gone", "failing-too-long", "too-far-behind"] as const;

const webhookErrorSchema = z.object({ code: z.enum(webhookErrorCodes), status: z.int().nullable() });
export type WebhookError = z.infer<typeof webhookErrorSchema>;

export const webhookStates = ["Delivering", "Failing", "Disabled"] as const;

export const webhookSchema = z.object({
  id: z.string(),
  url: z.string(),
  kinds: z.array(z.enum(journalKinds)),
  description: z.string(),
  createdAt: z.number(),
  createdBy: z.string(),
  state: z.enum(webhookStates),
  /** Number of the journal entry up to which everything has been delivered or passed over. */
  cursor: z.int(),
  /** Journal entries after it. */
  behind: z.int(),
  failingSince: z.number().nullable(),
  /** Attempts that failed since the last success. */
  attempts: z.int(),
  lastError: webhookErrorSchema.nullable(),
  nextAttemptAt: z.number().nullable(),
  disabledAt: z.number().nullable(),
  disabledReason: z.enum(webhookDisabledReasons).nullable(),
  /** Until when the secret before the last rotation signs as well. */
  previousSecretUntil: z.number().nullable(),
});
export type WebhookView = z.infer<typeof webhookSchema>;

export const webhookListSchema = z.object({ webhooks: z.array(webhookSchema) });
export type WebhookList = z.infer<typeof webhookListSchema>;

/** With `webhookRotatedSchema`, the only answers that hold a secret: `whsec_` and base64 of its octets. */
export const webhookCreatedSchema = webhookSchema.extend({ secret: z.string() });
export type WebhookCreated = z.infer<typeof webhookCreatedSchema>;

export const webhookRotatedSchema = z.object({ secret: z.string(), previousSecretUntil: z.number() });
export type WebhookRotated = z.infer<typeof webhookRotatedSchema>;

export const webhookTestedSchema = z.object({
  delivered: z.boolean(),
  /** What the receiver answered; null when it did not. */
  status: z.int().nullable(),
  error: webhookErrorSchema.nullable(),
});
export type WebhookTested = z.infer<typeof webhookTestedSchema>;

// --- what is delivered ------------------------------------------------------------------------------------------------

/** The body of a delivery; that of a test has the type `webhook.test` and no entry. */
export const webhookPayloadSchema = z.object({
  type: z.enum([...journalKinds, "webhook.test"]),
  /** When it happened, ISO 8601. When it was sent is in the header `webhook-timestamp`. */
  timestamp: z.string(),
  data: z.object({ cluster: z.string(), entry: journalEntrySchema.exactOptional() }),
});
export type WebhookPayload = z.infer<typeof webhookPayloadSchema>;
