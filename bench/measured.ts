import * as z from "zod";

/**
 * What a measurement has found, as bench/results.json keeps it: every figure with all its samples, one a round, so that who reads it later
 * can judge the spread as well.
 */

/** In which unit a figure is kept; how it is shown is the report's affair. */
export const units = ["perSecond", "microseconds", "bytes", "count", "cpuSecondsPerHour", "slope", "dollars"] as const;
export type Unit = (typeof units)[number];

const samples = z.array(z.number()).readonly();

const tableSchema = z
  .strictObject({
    title: z.string(),
    /** What the first column names. */
    of: z.string(),
    columns: z.array(z.strictObject({ name: z.string(), unit: z.enum(units) }).readonly()).readonly(),
    /** `cells`: as many as there are columns; one without samples was not measured. */
    rows: z.array(z.strictObject({ name: z.string(), cells: z.array(samples).readonly() }).readonly()).readonly(),
  })
  .readonly();

const ratioSchema = z
  .strictObject({
    /** Unique within the measurement: by it a later run is compared. */
    name: z.string(),
    /** Which way it gets better. */
    better: z.enum(["more", "less"]),
    /** One a round, of two figures of that same round. */
    samples,
  })
  .readonly();

const goalSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("met"), what: z.string(), measured: z.string() }),
    /** `because`: what stands in the way. */
    z.strictObject({ kind: z.literal("missed"), what: z.string(), measured: z.string(), because: z.string() }),
    z.strictObject({ kind: z.literal("unmeasured"), what: z.string(), because: z.string() }),
  ])
  .readonly();

const pointSchema = z.strictObject({ x: z.number(), samples }).readonly();

const axisSchema = z
  .strictObject({ label: z.string(), unit: z.enum(units), scale: z.enum(["linear", "logarithmic"]) })
  .readonly();

const plotSchema = z
  .strictObject({
    /** Unique within the measurement, and part of a file's name. */
    name: z.string().regex(/^[a-z0-9-]+$/),
    title: z.string(),
    x: axisSchema,
    y: axisSchema,
    lines: z.array(z.strictObject({ name: z.string(), points: z.array(pointSchema).readonly() }).readonly()).readonly(),
  })
  .readonly();

export const measuredSchema = z
  .strictObject({
    tables: z.array(tableSchema).readonly(),
    ratios: z.array(ratioSchema).readonly(),
    goals: z.array(goalSchema).readonly(),
    plots: z.array(plotSchema).readonly(),
    /** A sentence or two each: what the figures do not say by themselves. */
    notes: z.array(z.string()).readonly(),
    /** Peers that were to run beside ours and did not. */
    skipped: z.array(z.strictObject({ name: z.string(), why: z.string() }).readonly()).readonly(),
  })
  .readonly();

export type Measured = z.infer<typeof measuredSchema>;
export type Table = z.infer<typeof tableSchema>;
export type Ratio = z.infer<typeof ratioSchema>;
export type Goal = z.infer<typeof goalSchema>;
export type Plot = z.infer<typeof plotSchema>;
export type Axis = z.infer<typeof axisSchema>;
export type Skipped = Measured["skipped"][number];
