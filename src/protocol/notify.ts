import * as z from "zod";
import { changedObjects, changesOfObject, clusterChanges } from "../cluster/questions/changes.ts";
import { protocolLimits } from "./limits.ts";

/** Notifications as clusapi.h has them: a port is a filter and a position in the journal. */

const name = z.string().min(1).max(protocolLimits.registryKeyLength);
const anyChanges = z.array(z.enum(clusterChanges)).max(clusterChanges.length);
const changes = anyChanges.min(1);
/** What the caller recognises the registration by (`dwNotifyKey`); it comes back with each notification. */
const notifyKey = z.string().max(protocolLimits.codeLength).default("");

/** RegisterClusterNotify. Without a name: every object of the type. A registry key's name is its path. */
export const registrationSchema = z
  .strictObject({ object: z.enum(changedObjects), name: name.nullable().default(null), changes, notifyKey })
  .superRefine((registration, context) => {
    for (const [index, change] of registration.changes.entries()) {
      if (changesOfObject[registration.object].includes(change)) continue;
      context.addIssue({
        code: "custom",
        path: ["changes", index],
        params: { code: "change-of-another-object" },
        message: "an object of this type has no such change",
      });
    }
  })
  .meta({
    examples: [{ object: "group", name: "Exchange", changes: ["CLUSTER_CHANGE_GROUP_STATE"], notifyKey: "mail" }],
  });
export type Registration = z.output<typeof registrationSchema>;
export type RegistrationInput = z.input<typeof registrationSchema>;

/** CreateClusterNotifyPort: `filter` is for the whole cluster, and `registrations` are for single objects. */
export const notifyPortRequestSchema = z.strictObject({
  filter: anyChanges.default([]),
  notifyKey,
  registrations: z.array(registrationSchema).max(protocolLimits.notifyRegistrations).default([]),
});
export type NotifyPortRequest = z.output<typeof notifyPortRequestSchema>;
export type NotifyPortRequestInput = z.input<typeof notifyPortRequestSchema>;

export const notifyPortIdSchema = z.string().regex(/^[0-9a-f]{32}$/, "is not the id of a notify port");

export const notifyPortSchema = z.object({
  port: z.string(),
  /** Number of the newest journal entry: the port tells what comes after it. */
  position: z.int(),
});
export type NotifyPort = z.output<typeof notifyPortSchema>;

const milliseconds = z
  .string()
  .regex(/^\d{1,6}$/, `must be a whole number of milliseconds, ${protocolLimits.waitMs} at most`)
  .transform(Number)
  .refine(
    (ms) => ms <= protocolLimits.waitMs,
    `must be a whole number of milliseconds, ${protocolLimits.waitMs} at most`,
  );

/**
 * `timeoutMs`: the question may wait for its answer. `after`: the position of the last answer that the caller has; what was
 * told since then and got lost is told again. Without it, what is told is told once.
 */
export const nextQuerySchema = z.strictObject({
  timeoutMs: milliseconds.default(0).describe("For how long the answer may wait for a notification, in milliseconds"),
  after: z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .exactOptional()
    .describe("The position of the last answer that the caller has"),
});

export const notificationSchema = z.object({
  /** Number of the journal entry, which says the rest. */
  seq: z.int(),
  at: z.number(),
  /** What changed, of what the registration names, by name and as the bits of clusapi.h. */
  changes: z.array(z.enum(clusterChanges)),
  bits: z.int(),
  object: z.enum([...changedObjects, "any"]),
  /** The object, where it is one alone. */
  name: z.string().nullable(),
  notifyKey: z.string(),
});
export type Notification = z.output<typeof notificationSchema>;

export const notificationsSchema = z.object({
  notifications: z.array(notificationSchema),
  /** Entries after `after` and up to `resumesAt` are not there any more: what was known has to be read anew. */
  gap: z.object({ after: z.int(), resumesAt: z.int() }).nullable(),
  position: z.int(),
});
export type Notifications = z.output<typeof notificationsSchema>;
