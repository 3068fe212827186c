import type { Verdict } from "../cluster/questions/verdict.ts";

/** A verdict, and when its question was put. */
export type TimedVerdict = {
  readonly verdict: Verdict;
  /** `monotonicMs()` noted before the question was sent: `validForMs` of a `Bind` counts from here. */
  readonly askedAtMs: number;
};

/** Who answers "from which address may I call, under which name, until when?" for one group on one node. */
export interface VerdictSource {
  /**
   * Asks anew; nothing is remembered between two questions. It never rejects: an answerer that cannot be reached, or
   * that answers nonsense, is a `DEFER`.
   *
   * @param destination the partner's host, as configured
   */
  ask(destination: string): Promise<TimedVerdict>;
}
