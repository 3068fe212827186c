import * as z from "zod";
import type { Failover } from "../cluster/questions/failovers.ts";
import { wholeNumber } from "./query.ts";
import { protocolLimits } from "./limits.ts";
import { nameSchema } from "./names.ts";

const moment = z.number().nullable();

export const failoverSchema = z.object({
  group: z.string(),
  epoch: z.int(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  because: z.string(),
  actor: z.string(),
  phases: z.object({
    beganAt: moment,
    detectedAt: moment,
    decidedAt: moment,
    releasedAt: moment,
    ownedAt: z.number(),
    onlineAt: moment,
  }),
  durationMs: z.number().nullable(),
}) satisfies z.ZodType<Failover>;

export const failoverListSchema = z.object({ failovers: z.array(failoverSchema) });
export type FailoverList = z.infer<typeof failoverListSchema>;

export const failoversQuerySchema = z.strictObject({
  group: nameSchema.exactOptional().describe("Only the changes of this group"),
  limit: wholeNumber
    .refine(
      (limit) => limit >= 1 && limit <= protocolLimits.failoversPage,
      `must be 1 to ${protocolLimits.failoversPage}`,
    )
    .default(protocolLimits.failoversPage)
    .describe("How many changes at most"),
});
