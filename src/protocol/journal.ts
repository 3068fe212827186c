import * as z from "zod";
import { protocolLimits } from "./limits.ts";
import { journalEntrySchema } from "./view.ts";
import { wholeNumber } from "./query.ts";

/** The journal, page by page and as it grows. */

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
 * What a watcher is told: one frame or one SSE event each. `gap` comes first when entries from `after` + 1 to `resumesAt`
 * are not there (any more): what was known has to be read anew.
 */
export const watchMessageSchema = z
  .discriminatedUnion("type", [
    z.object({ type: z.literal("entry"), entry: journalEntrySchema }),
    z.object({ type: z.literal("gap"), after: z.int(), resumesAt: z.int() }),
  ])
  .meta({ id: "WatchMessage" });
export type WatchMessage = z.infer<typeof watchMessageSchema>;
