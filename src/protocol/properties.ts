import * as z from "zod";
import type { PropertyChanges } from "../cluster/definition/edit.ts";
import { propertyAccesses, type PropertyView } from "../cluster/properties/property-sets.ts";
import { limits } from "../cluster/limits.ts";
import { propertyValueSchema } from "./definition.ts";

const value = z.union([z.string(), z.number(), z.array(z.string())]);

export const propertyViewSchema = z
  .object({
    type: z.enum(["DWORD", "SZ", "MULTI_SZ"]),
    value: value.nullable(),
    isDefault: z.boolean(),
    default: value.nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    readOnly: z.boolean(),
    note: z.string().nullable().describe("Why it changes nothing, where it does not"),
  })
  .meta({ id: "Property" }) satisfies z.ZodType<PropertyView>;

export const propertySetSchema = z
  .object({ properties: z.record(z.string(), propertyViewSchema) })
  .meta({ id: "Properties" });
export type PropertySet = z.infer<typeof propertySetSchema>;

export const propertiesQuerySchema = z.strictObject({
  access: z
    .enum(propertyAccesses)
    .describe("Only those that can be set, or only those that can be read only; both unless it is said")
    .exactOptional(),
});

/** Values by name; null takes a property back to its default. */
export const propertyChangesSchema = z.record(z.string().max(limits.nameLength), propertyValueSchema.nullable()).meta({
  id: "PropertyChanges",
  examples: [{ Description: "The mail of the house" }],
}) satisfies z.ZodType<PropertyChanges>;
export type PropertyChangesInput = z.input<typeof propertyChangesSchema>;

/** What is wrong with them, if anything: nothing was changed. */
export const validationSchema = z
  .object({
    valid: z.boolean(),
    problems: z.array(z.object({ path: z.string(), code: z.string(), sentence: z.string() })),
  })
  .meta({ id: "Validation" });
export type Validation = z.infer<typeof validationSchema>;

/** What a control code answers: `number` is that of clusapi.h, `result` depends on the code. */
export const controlAnswerSchema = z
  .object({ code: z.string(), number: z.int(), result: z.unknown() })
  .meta({ id: "ControlAnswer" });
export type ControlAnswer = z.infer<typeof controlAnswerSchema>;
