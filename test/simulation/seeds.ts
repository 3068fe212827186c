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

const saidEveryMs = 60_000;

/** Seed after seed, until one finds something. */
export function runSeeds({ first, step, runs, faultsTtls }: Seeds): Said {
  const startedAt = performance.now();
  const rate = (): number => Number(((done * 1_000) / (performance.now() - startedAt)).toFixed(1));
  let [done, events, changes] = [0, 0, 0];
  let finding: Said["finding"] = null;
  let saidAt = startedAt;
  while (done < runs && finding === null) {
    const seed = first + done * step;
    const result = simulate(seed, faultsTtls);
    done += 1;
    events += result.events;
    changes += result.changes;
    if (result.finding !== null) finding = { seed, ...result.finding };
    if (performance.now() < saidAt + saidEveryMs) continue;
    saidAt = performance.now();
    console.error(`${done} of ${runs} runs, ${rate()} a second`);
  }
  return { runs: done, events, changes, perSecond: rate(), finding };
}
