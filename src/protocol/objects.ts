import * as z from "zod";
import { networkRoles } from "../cluster/definition/definition.ts";
import { limits } from "../cluster/limits.ts";
import type { NetInterfaceView } from "../cluster/questions/network-states.ts";
import type { Quorum } from "../cluster/questions/quorum.ts";
import { dependencyListSchema, networkSchema, resourceTypeSchema } from "./definition.ts";
import { tokenRoles } from "./tokens.ts";
import { nameSchema } from "./names.ts";
import { groupViewSchema, nodeViewSchema, resourceViewSchema } from "./view.ts";

/** Nodes, groups and resources of a cluster, asked for one by one. */

export const nodeSetSchema = z.object({ nodes: z.record(z.string(), nodeViewSchema) });
export type NodeSet = z.infer<typeof nodeSetSchema>;

export const nodeStateSchema = nodeViewSchema.extend({
  name: z.string(),
  /** NODE_CLUSTER_STATE: whether the agent runs and has joined. */
  clusterState: z.enum(["NotRunning", "Running"]),
  owns: z.array(z.string()),
});
export type NodeStateAnswer = z.infer<typeof nodeStateSchema>;

export const groupSetSchema = z.object({ groups: z.record(z.string(), groupViewSchema) });
export type GroupSet = z.infer<typeof groupSetSchema>;
export const groupStateSchema = groupViewSchema.extend({ name: z.string() });
export type GroupStateAnswer = z.infer<typeof groupStateSchema>;

export const resourceStateSchema = resourceViewSchema.extend({
  name: z.string(),
  group: z.string(),
  /** The node that has it; null when nobody does, `Unknown` when nobody can say. */
  owner: z.string().nullable(),
  possibleOwners: z.array(z.string()),
});
export type ResourceStateAnswer = z.infer<typeof resourceStateSchema>;
export const resourceSetSchema = z.object({ resources: z.array(resourceStateSchema) });
export type ResourceSet = z.infer<typeof resourceSetSchema>;

export const ownersAnswerSchema = z.object({ owners: z.array(z.string()) });
export type Owners = z.infer<typeof ownersAnswerSchema>;

/** Dependencies as a list and as an expression: `([IP A] or [IP B]) and [Disk]`. */
export const dependenciesSchema = z.object({ dependsOn: dependencyListSchema, expression: z.string() });
export type Dependencies = z.infer<typeof dependenciesSchema>;

export const legalitySchema = z.object({ allowed: z.boolean(), reason: z.string().nullable() });
export type Legality = z.infer<typeof legalitySchema>;

export const networkNameSchema = z.object({ resource: z.string(), networkName: z.string() });
export type NetworkNameAnswer = z.infer<typeof networkNameSchema>;

/** ResUtilGetResourceDependentIPAddressProps. */
export const ipAddressPropsSchema = z.object({
  resource: z.string(),
  address: z.string(),
  subnetMask: z.string(),
  network: z.string(),
});
export type IpAddressProps = z.infer<typeof ipAddressPropsSchema>;

export const requiredDependenciesSchema = z.object({ types: z.array(z.string()) });
export type RequiredDependencies = z.infer<typeof requiredDependenciesSchema>;

export const activeSchema = z.object({
  active: z.boolean(),
  group: z.string(),
  /** `Unknown` when nobody can say; null when nobody owns it. */
  owner: z.string().nullable(),
  epoch: z.int(),
});
export type Active = z.infer<typeof activeSchema>;

// --- networks, types, quorum ----------------------------------------------------------------------------------------

export const netInterfaceSchema = z
  .object({
    name: z.string(),
    node: z.string(),
    network: z.string(),
    address: z.string(),
    state: z.enum(["Unknown", "Unavailable", "Unreachable", "Up"]),
  })
  .meta({ id: "NetInterface" }) satisfies z.ZodType<NetInterfaceView>;
export type NetInterfaceAnswer = z.infer<typeof netInterfaceSchema>;
export const netInterfaceSetSchema = z.object({ netInterfaces: z.array(netInterfaceSchema) });
export type NetInterfaceSet = z.infer<typeof netInterfaceSetSchema>;

export const networkStateSchema = z
  .object({
    name: z.string(),
    cidr: z.string(),
    role: z.enum(networkRoles),
    metric: z.int(),
    state: z.enum(["Unavailable", "Down", "Up"]),
    netInterfaces: z.array(netInterfaceSchema),
  })
  .meta({ id: "Network" });
export type NetworkAnswer = z.infer<typeof networkStateSchema>;
export const networkSetSchema = z.object({ networks: z.array(networkStateSchema) });
export type NetworkSet = z.infer<typeof networkSetSchema>;

export const networkRequestSchema = networkSchema.extend({ name: nameSchema }).meta({ id: "NetworkRequest" });
export type NetworkRequest = z.input<typeof networkRequestSchema>;
export const networkOrderSchema = z.strictObject({ networks: z.array(nameSchema).max(limits.networks) });

export const resourceTypeStateSchema = z
  .object({
    name: z.string(),
    basedOn: z.string().nullable().describe("The built-in type that serves it; null for a built-in one"),
    intervals: z
      .object({
        LooksAlivePollInterval: z.int(),
        IsAlivePollInterval: z.int(),
        PendingTimeout: z.int(),
        DeadlockTimeout: z.int(),
      })
      .describe("Milliseconds"),
    properties: z.array(z.string()).describe("The private properties that its resources have"),
    requiredDependencies: z.array(z.string()),
    resources: z.int().describe("How many resources are of this type"),
  })
  .meta({ id: "ResourceType" });
export type ResourceTypeAnswer = z.infer<typeof resourceTypeStateSchema>;
export const resourceTypeSetSchema = z.object({ resourceTypes: z.array(resourceTypeStateSchema) });
export type ResourceTypeSet = z.infer<typeof resourceTypeSetSchema>;

export const resourceTypeRequestSchema = resourceTypeSchema
  .extend({ name: nameSchema })
  .meta({ id: "ResourceTypeRequest", examples: [{ name: "Mail Disk", basedOn: "Physical Disk" }] });
export type ResourceTypeRequest = z.input<typeof resourceTypeRequestSchema>;

export const quorumSchema = z
  .object({
    arbiter: z.literal("control-plane"),
    generation: z.int(),
    starting: z.boolean(),
    witnesses: z.array(z.string()),
    ownerships: z.array(
      z.object({
        group: z.string(),
        owner: z.string(),
        epoch: z.int(),
        witnesses: z.array(z.string()),
        excluded: z
          .array(z.string())
          .default([])
          .describe("Nodes that are joined and could not: they have not promised the owner anything"),
      }),
    ),
    sentence: z.string(),
  })
  .meta({ id: "Quorum" }) satisfies z.ZodType<Quorum>;

export const selfSchema = z
  .object({
    cluster: z.string(),
    role: z.enum(["admin", ...tokenRoles]),
    token: z.string(),
    node: z.string().nullable().describe("The node that the token is for: the caller's own"),
    partner: z.string().nullable(),
  })
  .meta({ id: "Self" });
export type Self = z.infer<typeof selfSchema>;

/** Names of one object's parts and neighbours. */
export const objectEnumSchema = z
  .object({ count: z.int(), objects: z.array(z.object({ type: z.string(), name: z.string() })) })
  .meta({ id: "ObjectEnum" });
export type ObjectEnum = z.infer<typeof objectEnumSchema>;
