import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { machineSchema } from "./machine.ts";
import { measuredSchema } from "./measured.ts";

const resultSchema = z
  .strictObject({ machine: machineSchema, rounds: z.number(), quick: z.boolean(), measured: measuredSchema })
  .readonly();

/** One measurement with all that was around it: a run of one of them leaves the others as they are. */
export type Result = z.infer<typeof resultSchema>;

const resultsSchema = z.strictObject({ format: z.literal(1), results: z.record(z.string(), resultSchema) });

/** By the name of the measurement. */
export type Results = Readonly<Record<string, Result>>;

/** Those that are committed. */
export const resultsFile = join(import.meta.dirname, "results.json");

export function readResults(): Results {
  if (!existsSync(resultsFile)) return {};
  return resultsSchema.parse(JSON.parse(readFileSync(resultsFile, "utf8"))).results;
}

export function writeResults(results: Results): void {
  writeFileSync(resultsFile, resultsText(results));
}

/** Samples of one figure stand in one line: who reads a difference sees what was measured anew. */
export function resultsText(results: Results): string {
  const text = JSON.stringify({ format: 1, results } satisfies z.input<typeof resultsSchema>, rounded, 2);
  const oneLine = (list: string): string => list.replaceAll(/\s*\n\s*/g, " ");
  return `${text.replaceAll(/\[\s*-?[\d.e+-]+(?:,\s*-?[\d.e+-]+)*\s*\]/g, oneLine)}\n`;
}

/** Six figures are more than any of it is worth. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
