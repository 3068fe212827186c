import * as z from "zod";

/** What stands in a query, as text that means something else. */

export const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, "must be a whole number")
  .transform(Number)
  // What it means, rather than how a query spells it.
  .meta({ type: "integer", minimum: 0, pattern: undefined });

/** A query flag: `?force`, `?force=true`, `?force=false`. */
export const flag = z
  .enum(["", "true", "false"])
  .transform((value) => value !== "false")
  .default(false);

/** Query flags of changes. */
export const dryRun = flag.describe("Say what would come of it, and change nothing");

export const force = flag.describe("Also what is not offline may go");
