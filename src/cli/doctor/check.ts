import { deferred } from "../../mta/deferred.ts";
import { messageOf } from "../errors.ts";
import { type Outcome, skipped, warning } from "./outcome.ts";

/** One outcome, and what it is about. */
export type Told = { readonly subject: string; readonly outcome: Outcome };
export type Finding = Told & { readonly code: string };

/** One thing to look at. Its code is stable. */
export type Check = {
  readonly code: string;
  readonly subject: string;
  /** Codes of earlier checks that it stands on: when one of them failed, or was skipped, there is nothing to look at. */
  readonly needs: readonly string[];
  /** Milliseconds. */
  readonly withinMs: number;
  /** What it found; nothing where it does not apply. Aborted when its time is over. */
  readonly look: (signal: AbortSignal) => Promise<readonly Told[]>;
};

/** Facts are gathered by one function and judged by another, which is pure: so most of a doctor is tested without a host. */
export type CheckParts<Facts> = Pick<Check, "code" | "subject"> &
  Partial<Pick<Check, "needs" | "withinMs">> & {
    readonly gather: (signal: AbortSignal) => Facts | Promise<Facts>;
    /** Null: it does not apply here. A list: of several subjects, one outcome each. */
    readonly judge: (facts: Facts) => Outcome | readonly Told[] | null;
  };

const usuallyWithinMs = 1_500;

export function check<Facts>({ gather, judge, ...parts }: CheckParts<Facts>): Check {
  const { subject } = parts;
  return {
    needs: [],
    withinMs: usuallyWithinMs,
    ...parts,
    look: async (signal) => {
      const judged = judge(await gather(signal));
      if (judged === null) return [];
      return "kind" in judged ? [{ subject, outcome: judged }] : judged;
    },
  };
}

/**
 * Runs checks in their order, one after the other. It never rejects: what could not be looked at is a warning, because nothing is
 * known of it.
 * @param withinMs for all of them
 */
export async function runChecks(checks: readonly Check[], withinMs: number): Promise<Finding[]> {
  const endsAt = performance.now() + withinMs;
  const findings: Finding[] = [];
  /** Checks that nothing can stand on, and what is said to those that would. */
  const fallen = new Map<string, Outcome>();
  for (const one of checks) {
    const { code, subject, needs } = one;
    const reason = needs.map((need) => fallen.get(need)).find((of) => of !== undefined);
    const looked = reason === undefined ? await lookAt(one, endsAt - performance.now()) : skippedFor(subject, reason);
    if (looked.carriesNothing !== null) fallen.set(code, looked.carriesNothing);
    findings.push(...looked.told.map((of) => ({ code, ...of })));
  }
  return findings;
}

/** `carriesNothing`: what is said to checks that would stand on this one; null: they can. */
type Looked = { readonly told: readonly Told[]; readonly carriesNothing: Outcome | null };

function skippedFor(subject: string, reason: Outcome): Looked {
  return { told: [{ subject, outcome: reason }], carriesNothing: reason };
}

/** A timer may fire a little early: what is left then is no time to look at anything. */
const leastMs = 5;

async function lookAt({ code, subject, withinMs, look }: Check, leftMs: number): Promise<Looked> {
  if (leftMs < leastMs)
    return skippedFor(subject, skipped("there was no time left", "mend what took so long, and try again"));
  const mostMs = Math.min(withinMs, leftMs);
  const over = new AbortController();
  const late = deferred<"late">();
  const timer = setTimeout(() => {
    late.resolve("late");
    over.abort();
  }, mostMs);
  try {
    const told = await Promise.race([look(over.signal), late.promise]);
    if (told === "late") return notKnown(code, subject, `there was no answer within ${Math.round(mostMs)} ms`);
    const wasSkipped = told.find(({ outcome }) => outcome.kind === "skipped")?.outcome;
    const hasFailed = told.some(({ outcome }) => outcome.kind === "failed");
    return {
      told,
      carriesNothing: hasFailed ? skipped(`it stands on the ${subject}, which failed`) : (wasSkipped ?? null),
    };
  } catch (error) {
    return notKnown(code, subject, messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function notKnown(code: string, subject: string, why: string): Looked {
  const outcome = warning({
    what: `this could not be looked at (${why})`,
    cost: "how it is here is not known",
    remedy: `try again; where ${code} stays like this, the host has other troubles`,
  });
  return {
    told: [{ subject, outcome }],
    carriesNothing: skipped(`it stands on the ${subject}, of which nothing is known`),
  };
}

/** A fact that several checks share: found out when the first one asks. */
export function once<Fact>(find: () => Fact): () => Fact {
  let found: { readonly fact: Fact } | null = null;
  return () => (found ??= { fact: find() }).fact;
}
