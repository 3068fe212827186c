import type { Goal, Ratio } from "./measured.ts";
import { ratioText } from "./report/numbers.ts";
import { medianOf } from "./statistics.ts";

/**
 * Whether the median of a ratio is where it was to be.
 *
 * @param bound the ratio that is just good enough
 * @param because what stands in the way, when it is not
 */
export function goalOfRatio(what: string, ratio: Ratio | null, bound: number, because: string): Goal {
  if (ratio === null) return { kind: "unmeasured", what, because: "who it is compared with is not on this machine" };
  const median = medianOf(ratio.samples);
  const isMet = ratio.better === "more" ? median >= bound : median <= bound;
  const measured = ratioText(ratio);
  return isMet ? { kind: "met", what, measured } : { kind: "missed", what, measured, because };
}
