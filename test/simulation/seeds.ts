import type { JudgeName } from "./finding.ts";
import { simulate } from "./world.ts";

export type Seeds = {
  readonly first: number;
  /** From one seed to the next. */
  readonly step: number;
  readonly runs: number;
  /** How long each run has faults, in ttls. */
  readonly faultsTtls: number;
};

export type Said = {
  /** Up to the first finding, and with it. */
  readonly runs: number;
  readonly events: number;
  readonly changes: number;
  readonly perSecond: number;
  readonly finding: { readonly seed: number; readonly judge: JudgeName; readonly what: string } | null;
};

/** Seed after seed, until one finds something. */
export function runSeeds({ first, step, runs, faultsTtls }: Seeds): Said {
  const startedAt = performance.now();
  let [done, events, changes] = [0, 0, 0];
  let finding: Said["finding"] = null;
  while (done < runs && finding === null) {
    const seed = first + done * step;
    const result = simulate(seed, faultsTtls);
    done += 1;
    events += result.events;
    changes += result.changes;
    if (result.finding !== null) finding = { seed, ...result.finding };
  }
  const perSecond = Number(((done * 1_000) / (performance.now() - startedAt)).toFixed(1));
  return { runs: done, events, changes, perSecond, finding };
}
