import type { Verdict } from "../cluster/questions/verdict.ts";
import type { Fuse } from "./fuse.ts";
import type { VerdictSource } from "./verdict-source.ts";

/** What an MTA process was started for. */
export type Ownership = { readonly epoch: number; readonly address: string };

/**
 * The agent's verdicts, for a process that was started for one ownership and knows its deadline: a `BIND` of another
 * epoch or address is not for it, and none lasts longer than its fuse.
 */
export function fusedVerdicts(source: VerdictSource, fuse: Fuse, ownership: Ownership): VerdictSource {
  return {
    ask: async (destination) => {
      const { verdict, askedAtMs } = await source.ask(destination);
      return { askedAtMs, verdict: fused(verdict, askedAtMs, fuse, ownership) };
    },
  };
}

function fused(verdict: Verdict, askedAtMs: number, fuse: Fuse, ownership: Ownership): Verdict {
  if (!fuse.holds()) return { decision: "DEFER", reason: "fuse-blown", retryAfterMs: 250 };
  if (verdict.decision !== "BIND") return verdict;
  if (verdict.epoch !== ownership.epoch || verdict.address !== ownership.address) {
    return { decision: "DEFER", reason: "in-transition", retryAfterMs: 250 };
  }
  return { ...verdict, validForMs: Math.min(verdict.validForMs, fuse.deadlineAt - askedAtMs) };
}
