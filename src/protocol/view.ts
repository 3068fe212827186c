import * as z from "zod";
import { networkRoles, outagePolicies } from "../cluster/definition/definition.ts";
import { type JournalEntry, journalKinds } from "../cluster/journal.ts";
import { resourceStates } from "../cluster/messages.ts";
import type { SeenAssociation } from "../cluster/state.ts";
import {
  type ClusterView,
  drainStatuses,
  type GroupState,
  type GroupView,
  type NodeState,
  type NodeView,
  type ResourceView,
} from "../cluster/questions/view.ts";

export const nodeStates = ["Up", "Down", "Paused", "Joining", "Unknown"] as const satisfies readonly NodeState[];
export const groupStates = [
  "Online",
  "Offline",
  "Failed",
  "PartialOnline",
  "Pending",
  "Unknown",
] as const satisfies readonly GroupState[];

export const seenAssociationStates = ["open", "refused", "deferred", "closed", "accepted"] as const;

const seenAssociationSchema = z
  .object({
    group: z.string(),
    partner: z.string(),
    direction: z.enum(["outbound", "inbound"]),
    state: z.enum(seenAssociationStates),
    localAddress: z.string().nullable(),
    remoteAddress: z.string().nullable(),
    reason: z.string().nullable(),
    reporter: z.string(),
    at: z.number(),
  })
  .meta({ id: "SeenAssociation" }) satisfies z.ZodType<SeenAssociation>;

export const nodeViewSchema = z
  .object({
    state: z.enum(nodeStates),
    address: z.string(),
    leaseRemainingMs: z.number().nullable(),
    reason: z.string().nullable(),
    incarnation: z.string().nullable(),
    drain: z.enum(drainStatuses),
    drainTarget: z.string().nullable(),
    quarantinedUntil: z.number().nullable(),
  })
  .meta({ id: "Node" }) satisfies z.ZodType<NodeView>;

export const resourceViewSchema = z
  .object({
    type: z.string(),
    state: z.enum([...resourceStates, "Unknown"]),
    wanted: z.enum(["Online", "Offline"]),
    dependsOn: z.array(z.union([z.string(), z.array(z.string())])),
    problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: "Resource" }) satisfies z.ZodType<ResourceView>;

export const groupViewSchema = z
  .object({
    state: z.enum(groupStates),
    owner: z.string().nullable(),
    lastOwner: z.string().nullable(),
    epoch: z.int(),
    ageMs: z.number().nullable(),
    wanted: z.enum(["Online", "Offline"]),
    waiting: z.object({ for: z.array(z.string()), until: z.number().nullable() }).nullable(),
    scheduled: z.object({ at: z.number(), target: z.string().nullable() }).nullable(),
    failbackDue: z.boolean(),
    givenUpUntil: z.number().nullable(),
    draining: z.object({ because: z.string(), target: z.string().nullable() }).nullable(),
    address: z.string().nullable(),
    // A control plane that is older than the command does not say it, and is to be asked all the same.
    addresses: z.array(z.string()).default([]),
    networkName: z.string().nullable(),
    preferredOwners: z.array(z.string()),
    onControlPlaneLoss: z.enum(outagePolicies).default("drop"),
    peers: z.array(z.object({ node: z.string(), address: z.string().default(""), agrees: z.boolean() })).default([]),
    cannotBeAsked: z.array(z.string()).default([]),
    claimants: z
      .array(z.object({ node: z.string(), isThere: z.boolean() }))
      .nullable()
      .default(null),
    resources: z.record(z.string(), resourceViewSchema),
  })
  .meta({ id: "Group" }) satisfies z.ZodType<GroupView>;

/** The whole state of a cluster. */
export const clusterViewSchema = z
  .object({
    name: z.string(),
    revision: z.int(),
    ageMs: z.number(),
    lease: z.object({ ttlMs: z.number(), renewMs: z.number() }),
    generation: z.int(),
    maintenance: z.boolean(),
    starting: z.boolean(),
    lastEvent: z.int(),
    networks: z.record(z.string(), z.object({ cidr: z.string(), role: z.enum(networkRoles) })),
    nodes: z.record(z.string(), nodeViewSchema),
    groups: z.record(z.string(), groupViewSchema),
    associations: z.array(seenAssociationSchema),
  })
  .meta({ id: "Cluster" }) satisfies z.ZodType<ClusterView>;

/** One entry of the journal. */
export const journalEntrySchema = z
  .object({
    seq: z.int(),
    at: z.number(),
    kind: z.enum(journalKinds),
    severity: z.enum(["info", "warning", "error"]),
    sentence: z.string(),
    mscsId: z.int().nullable(),
    epoch: z.int().nullable(),
    node: z.string().nullable(),
    group: z.string().nullable(),
    resource: z.string().nullable(),
    actor: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).nullable(),
  })
  .meta({ id: "JournalEntry" }) satisfies z.ZodType<JournalEntry>;
