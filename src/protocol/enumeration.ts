import * as z from "zod";
import { clusterEnums } from "../cluster/questions/enumerate.ts";
import { protocolLimits } from "./limits.ts";

/** The enumeration of a cluster's objects (ClusterOpenEnum): types by their names in clusapi.h. */

const types = z
  .string()
  .default(clusterEnums.join(","))
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(clusterEnums)).max(clusterEnums.length))
  .describe("CLUSTER_ENUM names, separated by commas");

/** Where to go on: after this object, be it still there or not. */
const cursor = z
  .string()
  .max(protocolLimits.registryNameLength)
  .regex(new RegExp(`^(?:${clusterEnums.join("|")})/.+$`), "is not a cursor of an enumeration")
  .describe("What the page before answered as `next`");

export const enumQuerySchema = z.strictObject({
  types,
  cursor: cursor.exactOptional(),
  limit: z
    .string()
    .regex(/^\d{1,6}$/, "must be a whole number")
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= protocolLimits.enumPage, `must be 1 to ${protocolLimits.enumPage}`)
    .default(protocolLimits.enumPageDefault)
    .describe("How many objects at most"),
});

export const enumerationSchema = z.object({
  objects: z.array(z.object({ type: z.enum(clusterEnums), typeNumber: z.int(), name: z.string() })),
  /** How many there are in all, of these types. */
  count: z.int(),
  /** Where to go on; null when these were the last. */
  next: z.string().nullable(),
});
export type Enumeration = z.output<typeof enumerationSchema>;
