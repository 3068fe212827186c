import * as z from "zod";
import { refusedCodes, resumeFailbacks } from "../cluster/events.ts";
import { journalKinds } from "../cluster/journal.ts";
import { type ScriptItem, simulationLimits } from "../cluster/simulate/script.ts";
import type { Simulation } from "../cluster/simulate/simulate.ts";
import { definitionSchema } from "./definition.ts";
import { nameSchema } from "./names.ts";
import { groupStates, journalEntrySchema } from "./view.ts";

/** A script for a simulation, and what comes of it (`src/cluster/simulate`). */

const node = nameSchema;
const group = nameSchema;
const resource = nameSchema;
const target = nameSchema.nullable().default(null);

export const scriptItemSchema = z
  .discriminatedUnion("do", [
    z.strictObject({ do: z.enum(["node-down", "node-up", "lease-lost"]), node }),
    z.strictObject({
      do: z.literal("resource-fails"),
      group,
      resource,
      times: z.int().min(1).max(simulationLimits.failures).default(1),
    }),
    z.strictObject({
      do: z.literal("pass"),
      ms: z
        .int()
        .min(0)
        .max(simulationLimits.durationMs)
        .nullable()
        .default(null)
        .describe("Null: until nothing happens any more"),
    }),
    z.strictObject({ do: z.literal("move"), group, target }),
    z.strictObject({ do: z.literal("cancel"), group }),
    z.strictObject({ do: z.literal("pause"), node, drain: z.boolean().default(true), target }),
    z.strictObject({ do: z.literal("resume"), node, failback: z.enum(resumeFailbacks).default("policy") }),
    z.strictObject({ do: z.enum(["online", "offline"]), group, resource: resource.nullable().default(null) }),
    z.strictObject({ do: z.enum(["fail", "restart"]), group, resource }),
    z.strictObject({ do: z.literal("maintenance"), on: z.boolean() }),
    z.strictObject({ do: z.literal("define"), definition: definitionSchema, force: z.boolean().default(false) }),
  ])
  .meta({ id: "ScriptItem" }) satisfies z.ZodType<ScriptItem>;

export const simulationRequestSchema = z
  .strictObject({ script: z.array(scriptItemSchema).max(simulationLimits.items) })
  .meta({ id: "SimulationRequest", examples: [{ script: [{ do: "node-down", node: "NODE1" }] }] });
/** What `scriptItemSchema` takes. */
export type ScriptItemDocument = z.input<typeof scriptItemSchema>;

const outcomeSchema = z
  .object({ owner: z.string().nullable(), state: z.enum(groupStates), epoch: z.int() })
  .meta({ id: "GroupOutcome" });

const simulatedEntrySchema = z
  .object({
    ...journalEntrySchema.omit({ seq: true, actor: true, at: true, kind: true }).shape,
    kind: z.enum(journalKinds),
    at: z.number().describe("Milliseconds from now"),
    item: z.int().describe("The item of the script, from 0, after which it happens"),
  })
  .meta({ id: "SimulatedEntry" });

export const simulationSchema = z
  .object({
    durationMs: z.number().describe("Until the last entry"),
    steps: z.int().describe("How often the brain was asked"),
    items: z
      .array(z.object({ at: z.number(), refused: z.enum(refusedCodes).nullable() }))
      .describe("One for each item of the script; one that was refused changed nothing, and the script went on"),
    entries: z.array(simulatedEntrySchema).describe("What the journal would tell, in order"),
    groups: z.record(z.string(), outcomeSchema),
    differences: z
      .array(z.object({ group: z.string(), before: outcomeSchema.nullable(), after: outcomeSchema.nullable() }))
      .describe("Groups that would not be as they are now"),
  })
  .meta({ id: "Simulation" }) satisfies z.ZodType<Simulation>;
