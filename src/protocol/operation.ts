import * as z from "zod";
import { type Operation, operationEnds, operationKinds } from "../cluster/commands/operation.ts";
import { protocolLimits } from "./limits.ts";

const ended = { at: z.number(), code: z.enum(operationEnds), sentence: z.string() };

/** What was asked for and takes time, and how far it is. */
export const operationSchema = z
  .object({
    id: z.string(),
    kind: z.enum(operationKinds),
    actor: z.string(),
    startedAt: z.number(),
    node: z.string().nullable(),
    group: z.string().nullable(),
    resource: z.string().nullable(),
    epoch: z.int().nullable(),
    count: z.int().nullable(),
    groups: z
      .array(z.string())
      .readonly()
      .describe("Of an applied definition: the groups that it has made, or made otherwise"),
    ends: z
      .array(z.string())
      .readonly()
      .describe("Ownerships (group#epoch) that there were, and that end before it is over"),
    status: z.discriminatedUnion("state", [
      z.object({ state: z.literal("Pending") }),
      z.object({ state: z.literal("Completed"), at: z.number() }),
      z.object({ state: z.literal("Failed"), ...ended }),
      z.object({ state: z.literal("Cancelled"), ...ended }),
    ]),
  })
  .meta({ id: "Operation" }) satisfies z.ZodType<Operation>;

export const operationIdSchema = z.string().regex(/^[0-9a-f]{16}$/, "is not the id of an operation");

export const operationListSchema = z.object({ operations: z.array(operationSchema) });
export type OperationList = z.infer<typeof operationListSchema>;

/** How long the answer may wait for the operation to come to its end, in milliseconds. */
export const waitQuerySchema = z.strictObject({
  waitMs: z
    .string()
    .regex(/^\d{1,5}$/, `must be a whole number of milliseconds, ${protocolLimits.waitMs} at most`)
    .transform(Number)
    .refine(
      (waitMs) => waitMs <= protocolLimits.waitMs,
      `must be a whole number of milliseconds, ${protocolLimits.waitMs} at most`,
    )
    .default(0)
    .describe(
      `For how long the answer may wait for the end of the operation, in milliseconds, ${protocolLimits.waitMs} at most`,
    ),
});
