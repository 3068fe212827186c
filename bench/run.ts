import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machineNow } from "./machine.ts";
import type { Measure } from "./measure.ts";
import type { Result } from "./results.ts";

export type RunOptions = {
  readonly rounds: number;
  readonly seconds: number;
  readonly quick: boolean;
  readonly say: (line: string) => void;
  /** What has begun ends when it is aborted. */
  readonly signal: AbortSignal;
};

/** Runs one measurement in a folder of its own, and ends what it has begun, also when it fails or is called off. */
export async function runMeasure(measure: Measure, options: RunOptions): Promise<Result> {
  const { rounds, seconds, quick, say, signal } = options;
  const machine = await machineNow();
  const folder = mkdtempSync(join(tmpdir(), "bridgehead-bench-"));
  const ends: (() => Promise<unknown> | void)[] = [];
  const calledOff = new Promise<never>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("called off")), { once: true });
  });
  calledOff.catch(() => {});
  try {
    const later = (end: () => Promise<unknown> | void): void => void ends.push(end);
    const running = measure.run({ rounds, seconds, quick, folder, say, later });
    // One that is called off fails in its own time, when what it asks is gone.
    running.catch(() => {});
    return { machine, rounds, quick, measured: await Promise.race([running, calledOff]) };
  } finally {
    for (const end of ends.toReversed()) await end();
    rmSync(folder, { recursive: true, force: true });
  }
}
