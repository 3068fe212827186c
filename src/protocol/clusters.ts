import * as z from "zod";
import { dryRun, force } from "./query.ts";

/** Clusters as a whole. */

/** Where the cluster's object shall live; heeded at its creation, at the edge. */
export const locationHints = ["wnam", "enam", "sam", "weur", "eeur", "apac", "oc", "afr", "me"] as const;

export const locationHintSchema = z.enum(locationHints);

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
