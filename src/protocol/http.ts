import * as z from "zod";
import { resumeFailbacks } from "../cluster/events.ts";
import { limits } from "../cluster/limits.ts";
import type { PropertyNote } from "../cluster/properties/property-notes.ts";
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
  .transform(Number)
  // What it means, rather than how a query spells it.
  .meta({ type: "integer", minimum: 0, pattern: undefined });

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
export const differenceSchema = z
  .object({
    path: z.string(),
    before: z.unknown().exactOptional(),
    after: z.unknown().exactOptional(),
  })
  .meta({ id: "Difference" });

/** A property that was set, and changes nothing here. */
export const propertyNoteSchema = z
  .object({
    path: z.string().describe("Its place in the definition (RFC 6901)"),
    property: z.string(),
    sentence: z.string(),
  })
  .meta({ id: "PropertyNote" }) satisfies z.ZodType<PropertyNote>;

const differences = z.array(differenceSchema).describe("What is different in the definition, place by place");
const notes = z.array(propertyNoteSchema).describe("Properties among them that are kept and change nothing here");

export const definedSchema = z
  .object({
    name: z.string(),
    created: z.boolean(),
    revision: z.int().describe("Grows with each definition that changed something; the entity tag of the cluster"),
    changed: z.array(z.string()).describe("What is different now; empty when the same definition was there already"),
    differences,
    notes,
    entries: z.array(journalEntrySchema).describe("Journal entries that come of it at once"),
    dryRun: z.boolean().describe("It was only tried: nothing was changed"),
    operation: operationSchema.nullable(),
  })
  .meta({ id: "Defined" });
export type Defined = z.infer<typeof definedSchema>;

/** Query flags of changes. */
export const dryRun = flag.describe("Say what would come of it, and change nothing");
export const force = flag.describe("Also what is not offline may go");

export const putClusterQuerySchema = z.strictObject({
  force,
  dryRun,
  locationHint: locationHintSchema.describe("Where a new cluster's object shall live, at the edge").exactOptional(),
});

/** CLUSTERVERSIONINFO, and the numbers that tell whether something has changed. */
export const informationSchema = z
  .object({
    name: z.string(),
    majorVersion: z.int(),
    minorVersion: z.int(),
    buildNumber: z.int(),
    vendorId: z.string(),
    revision: z.int(),
    generation: z.int(),
  })
  .meta({ id: "Information" });
export type Information = z.infer<typeof informationSchema>;

export const maintenanceRequestSchema = z.strictObject({ on: z.boolean() }).meta({ id: "MaintenanceRequest" });

export const clusterListSchema = z
  .object({
    clusters: z.array(z.object({ name: z.string(), createdAt: z.number() })),
  })
  .meta({ id: "ClusterList" });
export type ClusterList = z.infer<typeof clusterListSchema>;

// --- tokens ---------------------------------------------------------------------------------------------------------

/**
 * `reader` sees; `operator` sees and changes; `node` joins as one node and asks for it; `partner` is a mail system outside
 * of the cluster, which may say which associations it saw, and nothing else.
 */
export const tokenRoles = ["reader", "operator", "node", "partner"] as const;
export type TokenRole = (typeof tokenRoles)[number];

export const tokenRequestSchema = z
  .discriminatedUnion("role", [
    z.strictObject({ role: z.literal("reader") }),
    z.strictObject({ role: z.literal("operator") }),
    z.strictObject({ role: z.literal("node"), node: nameSchema.meta({ examples: ["NODE1"] }) }),
    z.strictObject({ role: z.literal("partner"), partner: nameSchema.meta({ examples: ["peer.test"] }) }),
  ])
  .meta({ id: "TokenRequest" });
export type TokenRequest = z.infer<typeof tokenRequestSchema>;

/** The only answer that ever holds the token itself. */
export const tokenCreatedSchema = z.object({ id: z.string(), token: z.string() }).meta({ id: "TokenCreated" });
export type TokenCreated = z.infer<typeof tokenCreatedSchema>;

export const tokenListSchema = z
  .object({
    tokens: z.array(
      z.object({
        id: z.string(),
        role: z.enum(tokenRoles),
        subject: z.string().nullable().describe("The node or the partner that it was made for"),
        createdAt: z.number(),
        createdBy: z.string(),
      }),
    ),
  })
  .meta({ id: "TokenList" });
export type TokenList = z.infer<typeof tokenListSchema>;

export const tokenIdSchema = z.string().regex(/^[0-9a-f]{16}$/, "is not the id of a token");

// --- groups and nodes -----------------------------------------------------------------------------------------------

/** Without a target, to the best node. `at`: not now but then, ISO 8601 or epoch milliseconds. */
export const moveRequestSchema = z
  .strictObject({
    target: nameSchema.nullable().default(null),
    at: momentSchema.nullable().default(null),
  })
  .meta({ id: "MoveRequest" });

/**
 * `drain`: what the node owns goes elsewhere as well, to `target` if one is named; without it the node only gets nothing
 * more.
 */
export const pauseRequestSchema = z
  .strictObject({
    drain: z.boolean().default(true),
    target: nameSchema.nullable().default(null),
  })
  .meta({ id: "PauseRequest" });

/** What becomes of groups that would rather be here: as their policy says, at once, or nothing. */
export const resumeRequestSchema = z
  .strictObject({ failback: z.enum(resumeFailbacks).default("policy") })
  .meta({ id: "ResumeRequest" });

/** Something was asked of the cluster. What comes of it is told by the operation, and by the journal from `after` on. */
export const acceptedSchema = z
  .object({
    changed: z.array(z.string()),
    after: z.int().describe("Number of the newest journal entry before it: watch from here"),
    epoch: z
      .int()
      .nullable()
      .describe("The group's epoch before it; a change of owner brings a higher one. Null when no group was named"),
    revision: z.int().describe("Revision of the definition now"),
    differences,
    notes,
    entries: z.array(journalEntrySchema).describe("Journal entries that come of it at once"),
    dryRun: z.boolean().describe("It was only tried: nothing was changed"),
    operation: operationSchema.nullable().describe("Null when it was done at once"),
  })
  .meta({ id: "Accepted" });
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
export const groupRemovalQuerySchema = z.strictObject({
  dryRun,
  force,
  recursive: flag.describe("With its resources"),
});

export const activeQuerySchema = z.strictObject({
  node: nameSchema.meta({ description: "The node that a balancer would send to", examples: ["NODE1"] }),
});

/** The guard's word: every resource under these epochs is offline, and that was verified. */
export const releaseRequestSchema = z
  .strictObject({
    incarnation: incarnationSchema,
    epochs: z.array(holdRefSchema).min(1).max(limits.releasedNamed),
  })
  .meta({ id: "ReleaseRequest" });
export type ReleaseRequest = z.infer<typeof releaseRequestSchema>;

// --- the verdict and the virtual server -----------------------------------------------------------------------------

export const sourceAddressQuerySchema = z.strictObject({
  node: nameSchema.meta({ description: "The node that asks", examples: ["NODE1"] }),
  destination: z.string().max(protocolLimits.hostLength).exactOptional().describe("The host that shall be called"),
  protocol: z.string().max(protocolLimits.codeLength).exactOptional().describe("What shall be spoken to it"),
});

export const virtualServerSchema = z
  .object({
    networkName: z.string(),
    group: z.string(),
    address: z.string().nullable(),
    owner: z.string().nullable().describe("Unknown when the owner has been silent for longer than its ttl"),
    epoch: z.int(),
    state: z.enum(groupStates),
    ageMs: z.number().nullable().describe("Milliseconds since the owner's last confirmed renewal"),
  })
  .meta({ id: "VirtualServer" });
export type VirtualServer = z.infer<typeof virtualServerSchema>;

// --- events ---------------------------------------------------------------------------------------------------------

export const eventsQuerySchema = z.strictObject({
  after: wholeNumber
    .default(0)
    .meta({ description: "The number of the entry to begin behind; 0 is before the first", examples: [0] }),
  limit: wholeNumber
    .refine((limit) => limit >= 1 && limit <= protocolLimits.eventsPage, `must be 1 to ${protocolLimits.eventsPage}`)
    .default(protocolLimits.eventsPageDefault)
    .meta({
      description: `How many entries at most; ${protocolLimits.eventsPageDefault} if it is not said`,
      minimum: 1,
      maximum: protocolLimits.eventsPage,
    }),
});

export const eventsSchema = z
  .object({
    events: z.array(journalEntrySchema),
    oldest: z
      .int()
      .nullable()
      .describe("Number of the oldest entry that is kept, null when there is none. Over after + 1: some were missed"),
    last: z.int().describe("Number of the newest entry. Lower than after: the journal was rolled back"),
  })
  .meta({ id: "Events" });
export type Events = z.infer<typeof eventsSchema>;

/** Without `after`, a watch begins with what happens next. */
export const watchQuerySchema = z.strictObject({
  after: wholeNumber.exactOptional().describe("The number of the entry to begin behind"),
});

/**
 * What a watcher is told: one frame or one SSE event each. `gap` comes first when entries between `after` and `resumesAt`
 * are not there (any more): what was known has to be read anew.
 */
export const watchMessageSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("entry"), entry: journalEntrySchema }),
    z.object({ type: z.literal("gap"), after: z.int(), resumesAt: z.int() }),
  ])
  .meta({ id: "WatchMessage" });
export type WatchMessage = z.infer<typeof watchMessageSchema>;

// --- what somebody outside saw --------------------------------------------------------------------------------------

/** An association as the reporter saw it: `inbound` came in there, `localAddress` is the reporter's own. */
export const observationSchema = z
  .strictObject({
    group: nameSchema,
    partner: nameSchema
      .exactOptional()
      .describe("The mail system that says so; the one that the token was made for, if it is not named"),
    direction: z.enum(["outbound", "inbound"]),
    state: z.enum(seenAssociationStates),
    localAddress: z.string().max(protocolLimits.hostLength).nullable().default(null),
    remoteAddress: z.string().max(protocolLimits.hostLength).nullable().default(null),
    reason: z.string().max(protocolLimits.reasonLength).nullable().default(null),
  })
  .meta({ id: "Observation" });
export type Observation = z.input<typeof observationSchema>;

// --- without a token ------------------------------------------------------------------------------------------------

export const healthSchema = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
export const versionSchema = z
  .object({ name: z.literal("bridgehead"), version: z.string(), protocol: z.int() })
  .meta({ id: "Version" });
export type Version = z.infer<typeof versionSchema>;
