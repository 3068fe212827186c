import type { Measured, Ratio } from "../../bench/measured.ts";
import type { Result } from "../../bench/results.ts";
import { nothingMeasured } from "../../bench/measure.ts";

/** A result with what is said of it here, and nothing else. */
export function resultOf(parts: Partial<Measured>): Result {
  return {
    machine: {
      cpu: "A processor",
      cores: 2,
      memoryBytes: 2 ** 33,
      kernel: "6.1",
      versions: { node: "24.0.0", etcd: "3.4.23" },
      date: "2026-11-26T12:00:00.000Z",
      commit: "0123456789ab",
      load: 0.1,
    },
    rounds: 5,
    quick: false,
    measured: { ...nothingMeasured, ...parts },
  };
}

export function ratio(samples: readonly number[], better: Ratio["better"] = "more"): Ratio {
  return { name: "ours / theirs", better, samples };
}
