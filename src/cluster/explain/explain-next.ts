import { holdId } from "../messages.ts";
import { type CandidateExplanation, homeOpensAt } from "./explain-candidates.ts";
import type { Reason, Subject } from "./explain.ts";
import { claimantsNow, mayClaim } from "../lease/agreement.ts";
import { leaseOf } from "../lease/ownership.ts";
import { retryAt } from "../policies/troubles.ts";
import { silentForMs } from "../questions/view.ts";
import { waitsFor } from "../policies/starting.ts";
import type { Hold } from "../state.ts";
import type { Turn } from "../turn.ts";

/** Something that happens by itself. `at`: epoch milliseconds by the object's clock; null: when somebody else is ready. */
export type NextStep = Reason<NextCode> & { readonly at: number | null };

export const nextCodes = [
  "hold-ends",
  "released",
  "witnessed",
  "starts",
  "starts-after",
  "moves",
  "retried",
  "stuck",
  "goes-home",
  "quarantine-ends",
] as const;
export type NextCode = (typeof nextCodes)[number];

/** Those with a time first, the earliest before the later ones. */
export function explainNext(subject: Subject, candidates: readonly CandidateExplanation[]): NextStep[] {
  const steps = [...ofOwnership(subject), ...ofStart(subject), ...ofPlan(subject, candidates), ...ofTroubles(subject)];
  const time = ({ at }: NextStep): number => at ?? Number.POSITIVE_INFINITY;
  return [...steps, ...ofQuarantines(subject, candidates)].sort((a, b) =>
    time(a) === time(b) ? 0 : time(a) - time(b),
  );
}

/** What is waited for is counted by agents, so without one it does not come. */
export function nobodyCounts({ memory }: Turn): string {
  const counts = [...memory.sessions.values()].some(({ connection }) => connection.kind === "open");
  return counts ? "" : " No agent is connected, so nobody counts: start the agent of a node.";
}

function ofOwnership({ state, turn, definition, hold }: Subject): NextStep[] {
  const steps: NextStep[] = [];
  const { start } = turn.memory;
  if (start.kind === "holding") {
    const sentence = `Epochs may begin when a run has counted ${start.holdMs} ms.${nobodyCounts(turn)}`;
    steps.push(step("hold-ends", "ST1", null, sentence));
  }
  if (hold === null) return steps;
  const silentMs = silentForMs(state, hold.incarnation, turn.now);
  const { ttlHeldMs, drainGrantsLeft } = leaseOf(turn, hold);
  if (silentMs === null || silentMs > definition.lease.ttlMs) {
    steps.push(ofCount(turn, hold, ttlHeldMs));
  }
  if (hold.phase.kind === "draining") {
    const sentence = `${hold.node} releases it when all of it is offline; ${drainGrantsLeft ?? 0} more renewals cover it at most.`;
    steps.push(step("released", "GR9", null, sentence));
  }
  return steps;
}

/** Who may end it, and who cannot (PW3). */
function ofCount(turn: Turn, hold: Hold, ttlMs: number): NextStep {
  const claimants = claimantsNow(turn, hold);
  const { node: owner, incarnation } = hold;
  if (claimants === null) {
    return step("witnessed", "EN3", null, `${owner} loses it when a witness has counted ${ttlMs} ms of its silence.`);
  }
  const there = claimants.filter(({ isThere }) => isThere).map(({ node }) => node);
  const named = (there.length > 0 ? there : claimants.map(({ node }) => node)).join(" or ");
  const others = [...turn.memory.sessions.values()].filter(
    (session) => session.connection.kind === "open" && session.incarnation !== incarnation && !mayClaim(hold, session),
  );
  const promisedNothing = [...new Set(others.map(({ node }) => node))].join(", ");
  const sentence =
    there.length > 0
      ? `${owner} loses it when the agent of ${named} has counted ${ttlMs} ms of its silence.`
      : `${owner} keeps it until the agent of ${named} is there and has counted ${ttlMs} ms of its silence, or until node confirm-down ${owner}.`;
  const excluded =
    promisedNothing === "" ? "" : ` A count by ${promisedNothing} ends nothing: it has promised nothing.`;
  return step("witnessed", "PW3", null, `${sentence}${excluded}`);
}

function ofStart({ turn, definition, group, row: { plan }, hold, maintenance }: Subject): NextStep[] {
  if (plan.start === null || hold === null || maintenance) return [];
  const at = plan.start.since + plan.start.delayMs;
  if (turn.now < at) return [step("starts", "GP15", at, "Its GroupStartDelay is over.")];
  const names = waitsFor(turn, definition, group).join(", ");
  return [
    step("starts-after", "GP15", null, `It starts when ${names === "" ? "it is its turn" : `${names} is online`}.`),
  ];
}

function ofPlan(subject: Subject, candidates: readonly CandidateExplanation[]): NextStep[] {
  const { plan } = subject.row;
  const steps: NextStep[] = [];
  if (plan.move !== null) {
    const to = plan.move.target ?? "the next best node";
    steps.push(step("moves", "GP20", plan.move.at, `It moves to ${to}, as ${plan.move.actor} asked.`));
  }
  const home = candidates.find(
    ({ notHere }) => notHere?.code === "failback-due" || notHere?.code === "failback-window",
  );
  if (home?.notHere != null) steps.push(step("goes-home", "GP17", homeOpensAt(subject), home.notHere.sentence));
  return steps;
}

function ofTroubles({ turn, row, hold, maintenance }: Subject): NextStep[] {
  if (maintenance || hold === null) return [];
  const again = retryAt(row);
  const steps = again === null ? [] : [step("retried", "GP4", again, "What failed is tried again.")];
  const pending = turn.memory.pending.get(holdId(hold));
  if (pending === undefined || hold.phase.kind !== "owned") return steps;
  const sentence = "If it has not settled by then, it is treated as failed.";
  return [...steps, step("stuck", "GP6", pending.since + pending.durationMs, sentence)];
}

function ofQuarantines({ turn }: Subject, candidates: readonly CandidateExplanation[]): NextStep[] {
  return candidates.flatMap(({ node, rejected }) => {
    const quarantine = turn.durable.nodes.get(node)?.stability.quarantine ?? null;
    if (rejected?.code !== "quarantined" || quarantine === null) return [];
    const at = quarantine.since + quarantine.durationMs;
    return [step("quarantine-ends", "GP18", at, `${node} may own groups again.`)];
  });
}

function step(code: NextCode, rule: string, at: number | null, sentence: string): NextStep {
  return { code, rule, at, sentence };
}
