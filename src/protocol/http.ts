import * as z from "zod";
import { resumeFailbacks } from "../cluster/events.ts";
import { limits } from "../cluster/limits.ts";
import {
  dependsOnSchema,
  groupDependenciesSchema,
  groupSchema,
  nodeSchema,
  ownersSchema,
  resourceSchema,
} from "./definition.ts";
import { protocolLimits } from "./limits.ts";
import { nameSchema } from "./names.ts";
import { operationSchema } from "./operation.ts";
import { holdRefSchema, incarnationSchema } from "./session.ts";
import { groupStates, journalEntrySchema, seenAssociationStates } from "./view.ts";

/** What is asked and answered over HTTP, besides the definition, the view and the verdict, which have files of their own. */

export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number")
  .transform(Number);

/** A moment as people and as programs write it; epoch milliseconds within. */
const momentSchema = z.union([
  z.int().nonnegative(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

// --- clusters -------------------------------------------------------------------------------------------------------

/** Where the cluster's object shall live; heeded at its creation, at the edge. */
export const locationHints = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;

export const locationHintSchema = z.enum(locationHints);

/** A query flag: `?force`, `?force=true`, `?force=false`. */
export const flag = z
  .enum(["", "true", "false"])
  .transform((value) => value !== "false")
  .default(false);

/** One place in the definition that differs. */
export const differenceSchema = z.object({
  path: z.string(),
  before: z.unknown().exactOptional(),
  after: z.unknown().exactOptional(),
});

export const definedSchema = z.object({
  name: z.string(),
  created: z.boolean(),
  /** Grows with each definition that changed something; the entity tag of the cluster. */
  revision: z.int(),
  /** What is different now; empty when the same definition was there already. */
  changed: z.array(z.string()),
  /** The same, place by place. */
  differences: z.array(differenceSchema),
  /** Journal entries that come of it at once. */
  entries: z.array(journalEntrySchema),
  /** It was only tried: nothing was changed. */
  dryRun: z.boolean(),
  operation: operationSchema.nullable(),
});
export type Defined = z.infer<typeof definedSchema>;

export const putClusterQuerySchema = z.strictObject({
  force: flag,
  dryRun: flag,
  locationHint: locationHintSchema.exactOptional(),
});

/** CLUSTERVERSIONINFO, and the numbers that tell whether something has changed. */
export const informationSchema = z.object({
  name: z.string(),
  majorVersion: z.int(),
  minorVersion: z.int(),
  buildNumber: z.int(),
  vendorId: z.string(),
  revision: z.int(),
  generation: z.int(),
});

export const maintenanceRequestSchema = z.strictObject({ on: z.boolean() });

export const clusterListSchema = z.object({
  clusters: z.array(z.object({ name: z.string(), createdAt: z.number() })),
});
export type ClusterList = z.infer<typeof clusterListSchema>;

// --- tokens ---------------------------------------------------------------------------------------------------------

/**
 * `reader` sees; `operator` sees and changes; `node` joins as one node and asks for it; `partner` is a mail system outside
 * of the cluster, which may say which associations it saw, and nothing else.
 */
export const tokenRoles = ["reader", "operator", "node", "partner"] as const;
export type TokenRole = (typeof tokenRoles)[number];

export const tokenRequestSchema = z.discriminatedUnion("role", [
  z.strictObject({ role: z.literal("reader") }),
  z.strictObject({ role: z.literal("operator") }),
  z.strictObject({ role: z.literal("node"), node: nameSchema }),
  z.strictObject({ role: z.literal("partner"), partner: nameSchema }),
]);
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** The only answer that ever holds the token itself. */
export const tokenCreatedSchema = z.object({ id: z.string(), token: z.string() });
export type TokenCreated = z.infer<typeof tokenCreatedSchema>;

export const tokenListSchema = z.object({
  tokens: z.array(
    z.object({
      id: z.string(),
      role: z.enum(tokenRoles),
      /** The node or the partner that it was made for. */
      subject: z.string().nullable(),
      createdAt: z.number(),
      createdBy: z.string(),
    }),
  ),
});
export type TokenList = z.infer<typeof tokenListSchema>;

export const tokenIdSchema = z.string().regex(/^[0-9a-f]{16}$/, "is not the id of a token");

// --- groups and nodes -----------------------------------------------------------------------------------------------

/** Without a target, to the best node. `at`: not now but then, ISO 8601 or epoch milliseconds. */
export const moveRequestSchema = z.strictObject({
  target: nameSchema.nullable().default(null),
  at: momentSchema.nullable().default(null),
});

/**
 * `drain`: what the node owns goes elsewhere as well, to `target` if one is named; without it the node only gets nothing
 * more.
 */
export const pauseRequestSchema = z.strictObject({
  drain: z.boolean().default(true),
  target: nameSchema.nullable().default(null),
});

/** What becomes of groups that would rather be here: as their policy says, at once, or nothing. */
export const resumeRequestSchema = z.strictObject({ failback: z.enum(resumeFailbacks).default("policy") });

/** Something was asked of the cluster. What comes of it is told by the operation, and by the journal from `after` on. */
export const acceptedSchema = z.object({
  changed: z.array(z.string()),
  /** Number of the newest journal entry before it: watch from here. */
  after: z.int(),
  /** The group's epoch before it; a change of owner brings a higher one. Null when no group was named. */
  epoch: z.int().nullable(),
  /** Revision of the definition now. */
  revision: z.int(),
  /** Journal entries that come of it at once. */
  entries: z.array(journalEntrySchema),
  /** It was only tried: nothing was changed. */
  dryRun: z.boolean(),
  /** Null when it was done at once. */
  operation: operationSchema.nullable(),
});
export type Accepted = z.infer<typeof acceptedSchema>;

/** A node as a definition has it, with its name. */
export const nodeRequestSchema = nodeSchema.extend({ name: nameSchema });
export type NodeRequest = z.input<typeof nodeRequestSchema>;
export const groupRequestSchema = groupSchema.extend({ name: nameSchema });
export type GroupRequest = z.input<typeof groupRequestSchema>;
export const resourceRequestSchema = resourceSchema.extend({ name: nameSchema });
export type ResourceRequest = z.input<typeof resourceRequestSchema>;

export const ownersRequestSchema = z.strictObject({ owners: ownersSchema });
export const groupDependenciesRequestSchema = z.strictObject({ dependsOn: groupDependenciesSchema });
export const dependenciesRequestSchema = z.strictObject({ dependsOn: dependsOnSchema });
export const changeGroupRequestSchema = z.strictObject({ group: nameSchema });

/** `recursive`: with its resources (DestroyClusterGroup); `force`: though it is not offline. */
export const groupRemovalQuerySchema = z.strictObject({ dryRun: flag, force: flag, recursive: flag });

export const activeQuerySchema = z.strictObject({ node: nameSchema });

/** The guard's word: every resource under these epochs is offline, and that was verified. */
export const releaseRequestSchema = z.strictObject({
  incarnation: incarnationSchema,
  epochs: z.array(holdRefSchema).min(1).max(limits.releasedNamed),
});
export type ReleaseRequest = z.infer<typeof releaseRequestSchema>;

// --- the verdict and the virtual server -----------------------------------------------------------------------------

export const sourceAddressQuerySchema = z.strictObject({
  node: nameSchema,
  destination: z.string().max(protocolLimits.hostLength).exactOptional(),
  protocol: z.string().max(protocolLimits.codeLength).exactOptional(),
});

export const virtualServerSchema = z.object({
  networkName: z.string(),
  group: z.string(),
  address: z.string().nullable(),
  /** `Unknown` when the owner has been silent for longer than its ttl. */
  owner: z.string().nullable(),
  epoch: z.int(),
  state: z.enum(groupStates),
  /** Milliseconds since the owner's last confirmed renewal. */
  ageMs: z.number().nullable(),
});
export type VirtualServer = z.infer<typeof virtualServerSchema>;

// --- events ---------------------------------------------------------------------------------------------------------

export const eventsQuerySchema = z.strictObject({
  after: wholeNumber.default(0),
  limit: wholeNumber
    .refine((limit) => limit >= 1 && limit <= protocolLimits.eventsPage, `must be 1 to ${protocolLimits.eventsPage}`)
    .default(protocolLimits.eventsPageDefault),
});

export const eventsSchema = z.object({
  events: z.array(journalEntrySchema),
  /** Number of the oldest entry that is kept, null when there is none. Higher than `after + 1`: some were missed. */
  oldest: z.int().nullable(),
  /** Number of the newest entry. Lower than `after`: the journal was rolled back. */
  last: z.int(),
});
export type Events = z.infer<typeof eventsSchema>;

/** Without `after`, a watch begins with what happens next. */
export const watchQuerySchema = z.strictObject({ after: wholeNumber.exactOptional() });

/**
 * What a watcher is told: one frame or one SSE event each. `gap` comes first when entries between `after` and `resumesAt`
 * are not there (any more): what was known has to be read anew.
 */
export const watchMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("entry"), entry: journalEntrySchema }),
  z.object({ type: z.literal("gap"), after: z.int(), resumesAt: z.int() }),
]);
export type WatchMessage = z.infer<typeof watchMessageSchema>;

// --- what somebody outside saw --------------------------------------------------------------------------------------

/** An association as the reporter saw it: `inbound` came in there, `localAddress` is the reporter's own. */
export const observationSchema = z.strictObject({
  group: nameSchema,
  /** The mail system that says so. Default: the one that the token was made for. */
  partner: nameSchema.exactOptional(),
  direction: z.enum(["outbound", "inbound"]),
  state: z.enum(seenAssociationStates),
  localAddress: z.string().max(protocolLimits.hostLength).nullable().default(null),
  remoteAddress: z.string().max(protocolLimits.hostLength).nullable().default(null),
  reason: z.string().max(protocolLimits.reasonLength).nullable().default(null),
});
export type Observation = z.input<typeof observationSchema>;

// --- without a token ------------------------------------------------------------------------------------------------

export const healthSchema = z.object({ status: z.literal("ok") });
export const versionSchema = z.object({ name: z.literal("bridgehead"), version: z.string(), protocol: z.int() });
export type Version = z.infer<typeof versionSchema>;
