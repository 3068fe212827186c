import * as z from "zod";
import { deferReasons, denyReasons, type Verdict } from "../cluster/questions/verdict.ts";

/** The answer to the question that every association begins with. A reader decides by `decision` alone. */
export const verdictSchema = z
  .discriminatedUnion("decision", [
    z.object({
      decision: z.literal("BIND"),
      address: z.string().min(1),
      prefix: z.int().min(0).max(128),
      networkName: z.string().min(1),
      epoch: z.int().nonnegative(),
      validForMs: z.number().nonnegative(),
    }),
    z.object({
      decision: z.literal("DEFER"),
      reason: z.enum(deferReasons),
      retryAfterMs: z.number().nonnegative(),
      owner: z.string().exactOptional(),
    }),
    z.object({ decision: z.literal("DENY"), reason: z.enum(denyReasons) }),
  ])
  .meta({ id: "Verdict" }) satisfies z.ZodType<Verdict>;
