import * as z from "zod";
import { dependsOnSchema } from "./definition.ts";
import { groupViewSchema, nodeViewSchema, resourceViewSchema } from "./view.ts";

/** Nodes, groups and resources of a cluster, asked for one by one. */

export const nodeSetSchema = z.object({ nodes: z.record(z.string(), nodeViewSchema) });

export const nodeStateSchema = nodeViewSchema.extend({
  name: z.string(),
  /** NODE_CLUSTER_STATE: whether the agent runs and has joined. */
  clusterState: z.enum(["NotRunning", "Running"]),
  owns: z.array(z.string()),
});
export type NodeStateAnswer = z.infer<typeof nodeStateSchema>;

export const groupSetSchema = z.object({ groups: z.record(z.string(), groupViewSchema) });
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

/** Dependencies as a list and as an expression: `([IP A] or [IP B]) and [Disk]`. */
export const dependenciesSchema = z.object({ dependsOn: dependsOnSchema, expression: z.string() });

export type Dependencies = z.infer<typeof dependenciesSchema>;

export const legalitySchema = z.object({ allowed: z.boolean(), reason: z.string().nullable() });

export const networkNameSchema = z.object({ resource: z.string(), networkName: z.string() });

/** ResUtilGetResourceDependentIPAddressProps. */
export const ipAddressPropsSchema = z.object({
  resource: z.string(),
  address: z.string(),
  subnetMask: z.string(),
  network: z.string(),
});

export const requiredDependenciesSchema = z.object({ types: z.array(z.string()) });

export const activeSchema = z.object({
  active: z.boolean(),
  group: z.string(),
  /** `Unknown` when nobody can say; null when nobody owns it. */
  owner: z.string().nullable(),
  epoch: z.int(),
});
