import * as z from "zod";
import type { PropertyNote } from "../cluster/properties/property-notes.ts";
import { operationSchema } from "./operation.ts";
import { journalEntrySchema } from "./view.ts";

/** What a change is answered with. */

/** One place in the definition that differs. */
export const differenceSchema = z
  .object({
    path: z.string(),
    before: z.unknown().exactOptional(),
    after: z.unknown().exactOptional(),
  })
  .meta({ id: "Difference" });

/** A property that was set, and changes nothing here. */
export const propertyNoteSchema = z
  .object({
    path: z.string().describe("Its place in the definition (RFC 6901)"),
    property: z.string(),
    sentence: z.string(),
  })
  .meta({ id: "PropertyNote" }) satisfies z.ZodType<PropertyNote>;

const differences = z.array(differenceSchema).describe("What is different in the definition, place by place");

const notes = z.array(propertyNoteSchema).describe("Properties among them that are kept and change nothing here");

export const definedSchema = z
  .object({
    name: z.string(),
    created: z.boolean(),
    revision: z.int().describe("Grows with each definition that changed something; the entity tag of the cluster"),
    changed: z.array(z.string()).describe("What is different now; empty when the same definition was there already"),
    differences,
    notes,
    entries: z.array(journalEntrySchema).describe("Journal entries that come of it at once"),
    dryRun: z.boolean().describe("It was only tried: nothing was changed"),
    operation: operationSchema.nullable(),
  })
  .meta({ id: "Defined" });
export type Defined = z.infer<typeof definedSchema>;

/** Something was asked of the cluster. What comes of it is told by the operation, and by the journal from `after` on. */
export const acceptedSchema = z
  .object({
    changed: z.array(z.string()),
    after: z.int().describe("Number of the newest journal entry before it: watch from here"),
    epoch: z
      .int()
      .nullable()
      .describe("The group's epoch before it; a change of owner brings a higher one. Null when no group was named"),
    revision: z.int().describe("Revision of the definition now"),
    differences,
    notes,
    entries: z.array(journalEntrySchema).describe("Journal entries that come of it at once"),
    dryRun: z.boolean().describe("It was only tried: nothing was changed"),
    operation: operationSchema.nullable().describe("Null when it was done at once"),
  })
  .meta({ id: "Accepted" });
export type Accepted = z.infer<typeof acceptedSchema>;
