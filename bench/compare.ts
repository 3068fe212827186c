import type { Ratio } from "./measured.ts";
import type { Results } from "./results.ts";
import { deviationOf, medianOf } from "./statistics.ts";

/** How one ratio stands to what it was. `change`: by which factor it has got better; below 1 it has got worse. */
export type Comparison = { readonly measure: string; readonly ratio: string } & (
  | { readonly kind: "same" | "better" | "worse"; readonly change: number; readonly tolerance: number }
  /** The committed results have it and this run has not, or the other way round: nothing is said of it. */
  | { readonly kind: "gone" | "new" }
);

/** No run differs by less from the one before it, even on a quiet machine: the code lies elsewhere in memory, the clock of the core drifts. */
export const toleranceFloor = 0.1;
/** So many deviations apart two medians hardly ever are by chance. */
const deviations = 3;
/** The spread of fewer samples may be small by chance; it is taken for this much at least. */
const enoughSamples = 5;
const assumedDeviation = 0.1;

/** Compares the ratios of a run with those that are committed; measurements that were not run are left out. */
export function compare(committed: Results, now: Results): Comparison[] {
  return Object.entries(now).flatMap(([measure, { measured }]) => {
    const before = committed[measure]?.measured.ratios ?? [];
    const names = new Set([...before, ...measured.ratios].map(({ name }) => name));
    return [...names].map((ratio): Comparison => {
      const [old, present] = [before, measured.ratios].map((all) => all.find(({ name }) => name === ratio));
      if (old === undefined) return { measure, ratio, kind: "new" };
      if (present === undefined) return { measure, ratio, kind: "gone" };
      return { measure, ratio, ...compareRatio(old, present) };
    });
  });
}

/**
 * The tolerance comes of the noise: that of the committed samples and that of this run's, each as the error of its median, and never less
 * than the floor. So a noisy measurement is compared loosely, and a quiet one closely.
 */
function compareRatio(
  old: Ratio,
  present: Ratio,
): { readonly kind: "same" | "better" | "worse"; readonly change: number; readonly tolerance: number } {
  const grown = medianOf(present.samples) / medianOf(old.samples);
  const change = present.better === "more" ? grown : 1 / grown;
  const noise = Math.hypot(errorOfMedian(old.samples), errorOfMedian(present.samples));
  const tolerance = Math.max(toleranceFloor, Math.expm1(deviations * noise));
  const kind = change < 1 / (1 + tolerance) ? "worse" : change > 1 + tolerance ? "better" : "same";
  return { kind, change, tolerance };
}

/** In logarithms, in which a half is as far from 1 as a double. The median's error is a quarter larger than the mean's. */
function errorOfMedian(samples: readonly number[]): number {
  const seen = deviationOf(samples.map((sample) => Math.log(sample)));
  const deviation = samples.length >= enoughSamples ? seen : Math.max(seen, assumedDeviation);
  return (1.2533 * deviation) / Math.sqrt(Math.max(1, samples.length));
}

/** For each ratio that got worse, what happened to it; and that there was nothing to compare with. */
export function complaintsOf(comparisons: readonly Comparison[]): string[] {
  return comparisons.flatMap((comparison) => {
    if (comparison.kind !== "worse") return [];
    const { measure, ratio, change, tolerance } = comparison;
    const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
    return [
      `${measure}: ${ratio} is ${percent(1 / change - 1)} worse than what is committed; up to ${percent(tolerance)} would be noise.`,
    ];
  });
}

/** How many there are of each kind, in one line. */
export function summaryOf(comparisons: readonly Comparison[]): string {
  const kinds = ["same", "better", "worse", "new", "gone"] as const;
  return kinds.map((kind) => `${comparisons.filter((one) => one.kind === kind).length} ${kind}`).join(", ");
}
